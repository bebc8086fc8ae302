"""Who may answer for a route, and in which order."""

from dataclasses import replace

import pytest

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


class Flag:
    """Says this to everybody."""

    def __init__(self, choice):
        self.choose = lambda user: choice


def choice(path, candidate=None):
    def value(of):
        account, _, deployment = of.partition("/")
        return {"account": account, "deployment": deployment, "model": "gpt-5.4"}

    return Choice(value=value(path), variant="x", candidate=candidate and value(candidate))


ROUTE = Route(
    name="chat", fallback=[at("primary/chat-v3"), at("secondary/chat-v3")], accounts=ACCOUNTS
)


def asked(said, route=ROUTE):
    """Whose turn it is, and whether it is the flag's doing."""
    way = replace(route, flag=Flag(said)).way("user-1")
    return [each.name for each in way.targets], way.choice is not None


def names(targets):
    return [each.name for each in targets]


def test_without_a_flag_the_fallback_answers_in_its_order():
    expected = ["primary/chat-v3", "secondary/chat-v3"]
    assert names(ROUTE.way("user-1").targets) == expected
    assert asked(None) == (expected, False)


def test_the_variant_answers_first_and_nobody_is_asked_twice():
    assert asked(choice("secondary/chat-v3")) == (["secondary/chat-v3", "primary/chat-v3"], True)


def test_a_candidate_is_replaced_by_stable():
    candidate = choice("primary/chat-v4", candidate="primary/chat-v4")
    expected = ["primary/chat-v4", "primary/chat-v3", "secondary/chat-v3"]
    assert asked(candidate) == (expected, True)
    assert replace(ROUTE, flag=Flag(candidate)).way("user-1").targets[0].family == "gpt-5.4"


def test_nobody_falls_back_on_a_candidate():
    route = replace(ROUTE, fallback=[*ROUTE.fallback, at("primary/chat-v4")])
    stable = choice("primary/chat-v3", candidate="primary/chat-v4")
    assert asked(stable, route)[0] == ["primary/chat-v3", "secondary/chat-v3"]


def test_a_flag_that_leads_to_an_account_nobody_knows_leads_to_the_fallback(caplog):
    lost = Choice(value={"account": "tertiary", "deployment": "chat-v3"}, variant="candidate")
    assert asked(lost) == (names(ROUTE.fallback), False)
    assert "route chat: the flag leads nowhere: no 'tertiary'" in caplog.text


def test_a_route_that_leads_nowhere_without_its_flag_is_refused():
    with pytest.raises(ValueError, match="route chat leads nowhere without a flag"):
        Route(name="chat", fallback=[])


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


@pytest.mark.parametrize(
    ("name", "fallback", "problem"),
    [
        ("chta", "", "no route 'chta'. Fix: one of chat"),
        ("chat", "third/chat-v3", "no account 'third'. Fix: one of primary, secondary"),
        ("chat", "secondary/chat-v4", "no deployment 'chat-v4'. Fix: one of chat-v3"),
    ],
)
def test_what_the_stack_has_not_is_told_with_what_it_has(name, fallback, problem):
    with pytest.raises(ValueError, match=problem):
        Route.of_stack(OUTPUTS, name, token=TOKENS, fallback=fallback)
