"""Who may answer for a route, and in which order."""

from scripts.client.flag import Choice
from scripts.client.route import Route
from scripts.client.target import Target, azure_url
from tests.client.world import Tokens

TOKENS = Tokens()
ACCOUNTS = {
    key: Target(base_url=azure_url(f"https://{key}.example/"), model="", token=TOKENS)
    for key in ("primary", "secondary")
}


def at(path, family=""):
    account, _, deployment = path.partition("/")
    return ACCOUNTS[account].serving(deployment, family, path)


def choice(path, candidate=None):
    def value(of):
        account, _, deployment = of.partition("/")
        return {"account": account, "deployment": deployment, "model": "gpt-5.4"}

    return Choice(value=value(path), variant="x", candidate=candidate and value(candidate))


ROUTE = Route(
    name="chat", fallback=[at("primary/chat-v3"), at("secondary/chat-v3")], accounts=ACCOUNTS
)


def names(found):
    return [each.name for each in found]


def test_without_a_flag_the_fallback_answers_in_its_order():
    assert names(ROUTE.targets(None)) == ["primary/chat-v3", "secondary/chat-v3"]


def test_the_variant_answers_first_and_nobody_is_asked_twice():
    assert names(ROUTE.targets(choice("primary/chat-v3"))) == [
        "primary/chat-v3",
        "secondary/chat-v3",
    ]


def test_a_candidate_is_replaced_by_stable():
    found = ROUTE.targets(choice("primary/chat-v4", candidate="primary/chat-v4"))
    assert names(found) == ["primary/chat-v4", "primary/chat-v3", "secondary/chat-v3"]
    assert found[0].family == "gpt-5.4"


def test_nobody_falls_back_on_a_candidate():
    route = Route(name="chat", fallback=[*ROUTE.fallback, at("primary/chat-v4")], accounts=ACCOUNTS)
    found = route.targets(choice("primary/chat-v3", candidate="primary/chat-v4"))
    assert names(found) == ["primary/chat-v3", "secondary/chat-v3"]


def test_a_flag_that_leads_to_an_account_nobody_knows_leads_to_the_fallback(caplog):
    lost = Choice(value={"account": "tertiary", "deployment": "chat-v3"}, variant="x")
    assert names(ROUTE.targets(lost)) == names(ROUTE.fallback)
    assert "route chat: the flag leads nowhere: no 'tertiary'" in caplog.text


OUTPUTS = {
    "accounts": {
        "primary": {
            "endpoint": "https://primary.example/",
            "deployments": {"chat-v3": {"model": "gpt-5.4"}, "chat-v4": {"model": "gpt-5.5"}},
        },
        "secondary": {
            "endpoint": "https://secondary.example/",
            "deployments": {"chat-v3": {"model": "gpt-5.4"}},
        },
    },
    "routes": {
        "chat": {
            "flag": "chat-router",
            "stable": "primary/chat-v3",
            "candidate": "primary/chat-v4",
            "fallback": ["secondary/chat-v3"],
        }
    },
    "routing": {"endpoint": "https://store.example", "label": "prod"},
}


def test_a_stack_tells_all_of_a_route():
    route = Route.of_stack(OUTPUTS, "chat", token=TOKENS)
    assert names(route.fallback) == ["primary/chat-v3", "secondary/chat-v3"]
    assert route.fallback[0].base_url == "https://primary.example/openai/v1/"
    assert route.fallback[0].family == "gpt-5.4"
    assert set(route.accounts) == {"primary", "secondary"}
    assert route.flag and route.flag.name == "chat-router"


def test_the_way_out_reads_no_flag():
    route = Route.of_stack(
        OUTPUTS, "chat", token=TOKENS, fallback="secondary/chat-v3, primary/chat-v3"
    )
    assert names(route.fallback) == ["secondary/chat-v3", "primary/chat-v3"]
    assert route.flag is None
