"""A wrong stack file is told everything at once, each mistake with its line and a fix."""

from copy import deepcopy

import pulumi
import pytest
import yaml
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from components import settings
from components.stack_file import ROOT, SEALED, UnreadableStackFile, open_stack_file, stacks
from tests.engine import deploy, stack_file

PROD = stack_file("prod")
CHAT = ("accounts", "primary", "deployments", "chat-v3")


def changed(config, place, value):
    """The configuration with one setting replaced; None takes it away."""
    config = deepcopy(config)
    part = config[f"plumbline:{place[0]}"] if len(place) > 1 else config
    for key in place[1:-1]:
        part = part[key]
    key = place[-1] if len(place) > 1 else f"plumbline:{place[0]}"
    if value is None:
        del part[key]
    else:
        part[key] = value
    return config


def told(*changes, stack="prod"):
    """The lines of the message that a stack file with these changes gets."""
    config = stack_file(stack)
    for place, value in changes:
        config = changed(config, place, value)
    with pytest.raises(settings.WrongStackFile) as raised:
        settings.parse(config, stack, open_stack_file(stack))
    return str(raised.value).splitlines()[1:]


@pytest.mark.parametrize("stack", stacks())
def test_every_stack_file_of_ours_is_right(stack):
    assert settings.read(stack).accounts


@pytest.mark.parametrize("stack", stacks())
def test_commands_and_the_program_read_the_same_settings(stack):
    loaded = []
    deploy(lambda: loaded.append(settings.load()), stack, stack_file(stack))
    assert loaded == [settings.read(stack)]


def test_every_mistake_is_named_at_once():
    as_the_cli_sends_an_unquoted_date = "2026-03-05 00:00:00 +0000 UTC"
    lines = told(
        ((*CHAT, "capacity"), 0),
        ((*CHAT, "version"), as_the_cli_sends_an_unquoted_date),
        (("accounts", "primary", "publc"), True),
        (("routes", "chat", "stable"), "chat-v33"),
        (("access", "cora-app", "roles"), ["Cognitve Services OpenAI User"]),
        (("budget", "monthly"), "much"),
    )
    assert [line.split(": ", 1)[1].partition(". Fix")[0] for line in lines] == [
        "accounts.primary.publc: no such setting",
        "accounts.primary.deployments.chat-v3.capacity: Input should be greater than 0",
        "accounts.primary.deployments.chat-v3.version: "
        "'2026-03-05 00:00:00 +0000 UTC' does not fit",
        "routes.chat.stable: no deployment 'chat-v33'",
        "access.cora-app.roles.0: no role 'Cognitve Services OpenAI User' has a place in a stack",
        "budget.monthly: must be a number without quotes",
    ]


def test_a_mistake_is_shown_with_its_line():
    (line,) = told(((*CHAT, "capacity"), 0))
    number = int(line.split(":")[1])
    written = (ROOT / "Pulumi.prod.yaml").read_text().splitlines()[number - 1]
    assert written.strip().startswith("chat-v3:")


REFUSED = [
    (("platform", "residency"), "us", "swedencentral is outside residency us"),
    (("platform", "workload"), "x" * 21, "at most 20 characters"),
    (("accounts", "primary", "location"), "marscentral", "no region 'marscentral'"),
    (("accounts", "primary", "subdomain"), "Contoso_AI", "lower-case letters, digits and '-'"),
    (("accounts", "primary", "subdomain"), "contoso-cora-prod-frc", "is taken by"),
    ((*CHAT, "sku"), "GlobalStandard", "may process outside residency eu"),
    ((*CHAT, "sku"), "Standard", "is not offered as Standard. Fix: one of DataZone"),
    ((*CHAT, "model"), "gpt-5.3", "unknown model 'gpt-5.3'. Fix: use gpt-5.5 or gpt-5.4"),
    ((*CHAT, "version"), "2026-01-01", 'Fix: version: "2026-03-05"'),
    ((*CHAT, "version"), None, "missing. Fix: add it, so that Azure cannot change it"),
    ((*CHAT, "format"), "DeepSeek", "Fix: format: OpenAI"),
    ((*CHAT, "content_filter"), "strict", "no content filter 'strict'"),
    ((*CHAT, "spillover"), "chat-v4", "only a provisioned SKU spills over"),
    ((*CHAT, "sku"), "Sometimes", "no such choice as 'Sometimes'. Fix: 'Standard'"),
    ((*CHAT[:3], "chat-reserved", "capacity"), 51, "in steps of 5. Fix: capacity: 55"),
    (
        (*CHAT[:3], "chat-reserved", "capacity"),
        5,
        "takes 15 to 100000 in steps of 5. Fix: capacity: 15",
    ),
    ((*CHAT[:3], "chat-reserved", "spillover"), "chat-v4", "of the same model. Fix: chat-v3"),
    ((*CHAT[:3], "chat-reserved", "spillover"), "chat", "this account has no 'chat'. Fix: chat-v3"),
    ((*CHAT[:3], "triage-v1", "fine_tuned", "job"), None, "missing. Fix: add it"),
    ((*CHAT[:3], "triage-v1", "fine_tuned", "base"), "gpt-5.4-2026-03-05", "cannot be fine-tuned"),
    ((*CHAT[:3], "triage-v1", "model"), "gpt-4.1-mini", "stands beside model or version"),
    ((*CHAT[:3], "a b"), PROD["plumbline:accounts"]["primary"]["deployments"]["chat-v3"], "'a b'"),
    (("accounts", "secondary", "location"), "norwayeast", "outside residency eu"),
    (
        ("content_filters", "customer-facing", "adjust"),
        [{"filter": "Jailbreak", "source": "Completion"}],
        "Jailbreak does not look at a Completion. Fix: source: Prompt",
    ),
    (
        ("content_filters", "customer-facing", "adjust"),
        [{"filter": "SelfHarm", "source": "Prompt"}],
        "Azure has no filter 'SelfHarm'. Fix: use Selfharm",
    ),
    (
        ("content_filters", "customer-facing", "adjust"),
        [{"filter": "Jailbreak", "source": "Prompt", "threshold": "Low"}],
        "Jailbreak is on or off",
    ),
    (
        ("content_filters", "customer-facing", "adjust"),
        [{"filter": "Violence", "source": "Prompt"}] * 2,
        "Violence on Prompt stands twice. Fix: keep one",
    ),
    (("content_filters", "customer-facing", "blocklists"), ["brand"], "Fix: use brand-safety"),
    (("accounts", "primary", "network", "allowed_ips"), ["10.0.0.1"], "is private"),
    (("accounts", "primary", "network", "allowed_ips"), ["1.2.3.4"], "does nothing while public"),
    (("accounts", "primary", "network", "allowed_ips"), ["1.2.3"], "is no IPv4 address"),
    (("accounts", "primary", "network", "allowed_ips"), ["2001:db8::1"], "is no IPv4 address"),
    (("accounts", "primary", "network", "allowed_ips"), ["1.2.3.4/32"], "Fix: each address by"),
    (("accounts", "primary", "network", "allowed_ips"), ["1.2.3.4/31"], "Fix: each address by"),
    (
        ("accounts", "primary", "network", "virtual_network", "address_space"),
        "10.0.0.1/8",
        "no IPv4 range",
    ),
    *(
        (
            ("accounts", "primary", "network", "virtual_network", "address_space"),
            space,
            f"{space} is not between /8 and /28",
        )
        for space in ("10.0.0.0/7", "10.0.0.0/29")
    ),
    (
        ("accounts", "primary", "network", "private_endpoint_subnet"),
        "/subscriptions/x/resourceGroups/y/providers/Microsoft.Network/virtualNetworks/v/subnets/s",
        "exclude each other",
    ),
    (("routes", "chat", "candidate"), "chat-v3", "is stable already"),
    (("routes", "chat", "rollback"), "chat-v2", "no deployment 'chat-v2'"),
    (("routes", "chat", "fallback"), ["tertiary/chat-v3"], "no deployment 'tertiary/chat-v3'"),
    (("routes", "chat", "steps_percent"), [5, 50], "does not rise to 100"),
    (("routes", "chat", "steps_percent"), [50, 5, 100], "does not rise to 100"),
    (("access", "cora-app", "account"), "tertiary", "no account 'tertiary'"),
    (("access", "operators", "roles"), ["Reader", "Reader"], "Reader stands twice. Fix: keep one"),
    (("access", "cora-app", "principal_id"), "cora", "Fix: an object id of your directory"),
    (("observability", "on_call"), {}, "nobody would hear"),
    (("budget", "starts"), "2026-11-02", "the first day of a month in quotes"),
    (("budget",), None, "missing. Fix: add it"),
    (("profile",), "dev", "looser than the stack's name"),
]


@pytest.mark.parametrize(("place", "value", "fragment"), REFUSED)
def test_what_azure_would_refuse_is_told_before(place, value, fragment):
    lines = told((place, value))
    assert any(fragment in line for line in lines), lines
    assert all(line.startswith("  Pulumi.prod.yaml:") for line in lines)


def test_too_many_deployments_for_an_account_are_told():
    chat = PROD["plumbline:accounts"]["primary"]["deployments"]["chat-v3"]
    lines = told(((*CHAT[:3],), {f"chat-v{n}": chat for n in range(33)}))
    assert any("33 deployments; an account takes 32" in line for line in lines)


def test_too_many_fine_tuned_deployments_for_an_account_are_told():
    tuned = PROD["plumbline:accounts"]["primary"]["deployments"]["triage-v1"]
    lines = told(((*CHAT[:3],), {f"triage-v{n}": tuned for n in range(11)}))
    assert any("11 fine-tuned deployments; an account takes 10" in line for line in lines)


def test_one_misspelling_does_not_hide_what_azure_would_refuse_elsewhere():
    lines = told(((*CHAT, "capacty"), 1), (("accounts", "secondary", "location"), "uksouth"))
    assert any("capacty: no such setting" in line for line in lines)
    assert any("uksouth is outside residency eu" in line for line in lines)


def test_what_names_a_wrong_entry_is_not_blamed_for_it():
    assert len(told(((*CHAT, "capacty"), 1))) == 1  # not the routes that lead to it


def test_models_are_not_blamed_for_a_region_that_is_none():
    (line,) = told((("accounts", "primary", "location"), "sweden central"))
    assert "no region 'sweden central'" in line


def test_routes_are_not_blamed_for_the_account_that_is_wrong():
    (line,) = told((("accounts", "primary", "location"), 1))
    assert "accounts.primary.location: must be text" in line


def test_a_hole_that_a_mistake_leaves_is_no_second_mistake():
    only = {"chat-v3": {"model": "gpt-5.4", "version": "2026-03-05", "sku": "Standard"}}
    lines = told((("accounts", "primary", "deployments"), only), stack="dev")
    assert [line.split(": ", 1)[1] for line in lines] == [
        "accounts.primary.deployments.chat-v3.capacity: missing. Fix: add it"
    ]


def test_a_wrong_sku_is_told_every_right_one_in_one_line():
    (line,) = told(((*CHAT, "sku"), "Sometimes"))
    assert "no such choice as 'Sometimes'. Fix: 'Standard', 'DataZoneStandard'" in line
    assert "or 'DeveloperTier'" in line


def test_a_map_without_its_wrong_entries_is_not_called_empty():
    only = {"primary": {**PROD["plumbline:accounts"]["primary"], "location": 1}}
    lines = told((("accounts",), only))
    assert len(lines) == 1
    assert "location: must be text" in lines[0]


def test_an_encrypted_webhook_is_left_closed(tmp_path, monkeypatch):
    sealed = changed(PROD, ("observability", "on_call", "webhook"), {"secure": "v1:abc"})
    (tmp_path / "Pulumi.sealed.yaml").write_text(yaml.safe_dump({"config": sealed}))
    monkeypatch.setattr(settings, "open_stack_file", lambda name: open_stack_file(name, tmp_path))
    assert settings.read("sealed").observability.on_call.webhook == SEALED


def test_what_is_encrypted_is_sealed_wherever_it_stands(tmp_path):
    (tmp_path / "Pulumi.any.yaml").write_text(
        "config:\n  a: {secure: v1:abc}\n  b: [{c: {secure: v1:def}}]\n  d: {secure: x, e: y}\n"
    )
    assert open_stack_file("any", tmp_path).config == {
        "a": SEALED,
        "b": [{"c": SEALED}],
        "d": {"secure": "x", "e": "y"},
    }


def test_a_wrong_webhook_is_told_without_its_value():
    place = ("observability", "on_call", "webhook")
    lines = told((place, "http://events.contoso.com/planted-secret"))
    assert lines
    assert "planted-secret" not in "".join(lines)


def test_a_misspelled_section_is_not_ignored():
    with pytest.raises(pulumi.RunError, match="acounts: no such setting"):
        deploy(settings.load, "prod", PROD | {"plumbline:acounts": {}})


def test_a_stack_that_is_neither_dev_nor_staging_is_held_to_prod():
    assert settings.parse(PROD, "kim").profile_of("kim") == "prod"


def test_prod_of_one_region_may_not_call_itself_dev_either():
    with pytest.raises(settings.WrongStackFile, match="looser than the stack's name"):
        settings.parse(PROD | {"plumbline:profile": "dev"}, "prod-westeurope")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("config: {a: b: c}", "Pulumi.bad.yaml:1: not YAML"),
        ("config:\n  a: 1\n  a: 2\n", "Pulumi.bad.yaml:3: a: stands twice"),
        ("config:\n  a:\n    - {b: 1, b: 2}\n", "Pulumi.bad.yaml:3: b: stands twice"),
        ("configuration: {}\n", "has no `config:` map"),
        ("config:\n  a: 2026-02-30\n", "not YAML"),
        ("\x00", "not YAML"),
        ("", "has no `config:` map"),
    ],
)
def test_a_file_that_is_no_stack_file_is_told_where(tmp_path, text, message):
    (tmp_path / "Pulumi.bad.yaml").write_text(text)
    with pytest.raises(UnreadableStackFile) as raised:
        open_stack_file("bad", tmp_path)
    assert message in str(raised.value)


def test_a_missing_stack_is_told_which_there_are(tmp_path):
    (tmp_path / "Pulumi.dev.yaml").write_text("config: {}\n")
    with pytest.raises(UnreadableStackFile, match="use one of these stacks: dev"):
        open_stack_file("live", tmp_path)


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)


def places(value, here=()):
    yield here
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from places(inner, (*here, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from places(inner, (*here, number))


PLACES = [place for place in places(PROD) if place]


@given(st.sampled_from(PLACES), ANYTHING)
@hypothesis_settings(suppress_health_check=[HealthCheck.too_slow])
def test_no_value_anywhere_ends_in_a_traceback(place, value):
    config = deepcopy(PROD)
    part = config
    for key in place[:-1]:
        part = part[key]
    part[place[-1]] = value
    try:
        settings.parse(config, "prod")
    except settings.WrongStackFile as error:
        assert len(str(error).splitlines()) > 1


@given(st.text(max_size=60) | st.builds(yaml.safe_dump, ANYTHING))
@hypothesis_settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
)
def test_no_text_at_all_ends_in_a_traceback(tmp_path, text):
    (tmp_path / "Pulumi.any.yaml").write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        file = open_stack_file("any", tmp_path)
        settings.parse({str(key): value for key, value in file.config.items()}, "any", file)
    except (UnreadableStackFile, settings.WrongStackFile) as error:
        assert str(error)
