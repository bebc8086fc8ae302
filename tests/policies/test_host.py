"""The pack, spoken to as the engine speaks to it, in this process."""

import inspect

import pulumi_policy
import pytest
from pulumi_policy import policy as internals

from components.catalog import DEPLOYMENT
from policies import host, judge
from policies.registry import RULES
from policies.values import SECRET, SIGNATURE, UNKNOWN
from policies.waiver_file import WrongWaivers
from policies.world import STACK
from tests.policies.engine_side import Engine, Refused, shown, struct
from tests.policies.worlds import MISSING, changed, sound, wired

KEYS_ON = ("account", "properties.disableLocalAuth", MISSING)
OPEN = ("account", "properties.publicNetworkAccess", "Enabled")


def rules(engine, level=None):
    return {rule for rule, _, _, said in engine.said if level in (None, said)}


def test_a_sound_stack_hears_nothing():
    assert Engine().preview(sound()).said == set()


def test_a_finding_names_its_resource_and_its_fix():
    ((rule, urn, message, level),) = Engine().preview(sound(KEYS_ON)).said
    assert (rule, level) == ("account-local-auth-disabled", "mandatory")
    assert urn.endswith("::account")
    assert "Fix: disableLocalAuth: true" in message


@pytest.mark.parametrize(
    ("stack", "profile", "level"),
    [
        ("prod", None, "mandatory"),
        ("staging", None, "mandatory"),
        ("dev", None, "advisory"),
        ("kim", None, "mandatory"),
        ("kim", "dev", "advisory"),
        ("dev", "prod", "mandatory"),
    ],
)
def test_the_stack_or_its_profile_sets_the_levels(stack, profile, level):
    config = {"plumbline:profile": profile} if profile else {}
    judged_as = profile or ("prod" if stack == "kim" else stack)
    unpinned = sound(("chat", "properties.versionUpgradeOption", MISSING), profile=judged_as)
    engine = Engine(stack, config).preview(unpinned)
    assert rules(engine, level) == {"model-version-pinned"}


@pytest.mark.parametrize(("stack", "profile"), [("prod", "dev"), ("staging", "dev"), ("kim", "x")])
def test_a_profile_that_is_unknown_or_too_loose_stops_the_run(stack, profile):
    with pytest.raises(Refused, match="Fix: "):
        Engine(stack, {"plumbline:profile": profile})


def test_without_a_word_about_the_stack_it_is_prod(monkeypatch):
    monkeypatch.delenv("PULUMI_STACK", raising=False)
    assert host.Gate().profile == "prod"


def test_an_unknown_value_closes_the_gate():
    world = sound(("chat", "properties.versionUpgradeOption", UNKNOWN))
    engine = Engine().preview(world)
    ((rule, urn, message, level),) = engine.said
    assert (rule, level) == ("preview-values-known", "mandatory")
    assert urn.endswith("::chat")
    assert (
        "model-version-pinned could not read properties.versionUpgradeOption of 'chat'" in message
    )
    assert engine.unread == {"model-version-pinned"}


def test_an_unknown_value_that_only_an_advisory_rule_needs_does_not_close_it():
    world = sound(("chat", "properties.versionUpgradeOption", UNKNOWN), profile="dev")
    assert Engine("dev").preview(world).said == set()


def test_what_may_be_unknown_is_no_finding():
    world = wired(
        sound(("chat", "properties.raiPolicyName", UNKNOWN)), "chat", properties=["strict"]
    )
    assert Engine().preview(world).said == set()


def test_stack_rules_see_the_exports_on_the_root():
    engine = Engine().preview(sound())
    (root,) = engine.gate.world.of(STACK)
    request = shown(root, struct({"endpoint": "https://x"}))
    (seen,) = engine.gate.gather([request]).resources
    assert seen.inputs == {"endpoint": "https://x"}


def test_a_pack_that_was_shown_nothing_is_no_yes():
    assert "preview-values-known" in rules(Engine().preview(sound(), seen=False))


def test_the_guard_speaks_last():
    assert list(RULES)[-1] == "preview-values-known"
    names = [policy.name for policy in Engine().info.policies]
    assert names == [*RULES, "waivers-in-force"]


@pytest.mark.parametrize(
    ("config", "fragment"),
    [
        ({"account-local-auth-disbled": {}}, "no rule account-local-auth-disbled"),
        ({"account-local-auth-disabled": {"max": 1}}, "has no max"),
        ({"account-public-network-restricted": {"netwrok": "open"}}, "its parameters: network"),
        ({"account-public-network-restricted": {"network": "ajar"}}, "network is no text of open"),
        ({"rbac-least-privilege": {"roles": ["Onwer"]}}, "roles is no list of"),
        ({"rbac-least-privilege": {"roles": "Reader"}}, "roles is no list of"),
        (
            {"account-local-auth-disabled": {"enforcementLevel": "advisory"}},
            "not to be switched off: account-local-auth-disabled",
        ),
        ({id: {"enforcementLevel": "disabled"} for id in RULES}, "not to be switched off: "),
    ],
)
def test_a_misspelt_policy_configuration_stops_the_run(config, fragment):
    with pytest.raises(Refused, match=fragment):
        Engine(policy_config=config)


def test_a_policy_configuration_sets_limits_and_levels():
    config = {
        "account-public-network-restricted": {"network": "open"},
        "account-local-auth-disabled": {"enforcementLevel": "advisory"},
        "all": {},
    }
    engine = Engine("staging", policy_config=config).preview(
        sound(KEYS_ON, OPEN, profile="staging")
    )
    assert rules(engine, "mandatory") == set()
    assert rules(engine, "advisory") == {"account-local-auth-disabled", "waivers-in-force"}


def test_what_a_policy_configuration_changed_is_said():
    config = {
        "account-public-network-restricted": {"network": "open"},
        "account-local-auth-disabled": {"enforcementLevel": "advisory"},
    }
    engine = Engine("staging", policy_config=config).preview(sound(profile="staging"))
    assert {message for _, _, message, _ in engine.said} == {
        "policy configuration: account-local-auth-disabled is advisory here; in staging it is "
        "mandatory.",
        "policy configuration: account-public-network-restricted judges by limits of its own: "
        "network.",
    }


def test_a_policy_configuration_may_make_any_rule_stricter():
    config = {"model-version-pinned": {"enforcementLevel": "mandatory"}}
    unpinned = sound(("chat", "properties.versionUpgradeOption", MISSING), profile="dev")
    engine = Engine("dev", policy_config=config).preview(unpinned)
    assert rules(engine, "mandatory") == {"model-version-pinned"}


def test_the_guard_follows_the_level_that_the_configuration_set():
    world = sound(("account", "identity.type", UNKNOWN), profile="staging")
    config = {"account-managed-identity": {"enforcementLevel": "advisory"}}
    engine = Engine("staging", policy_config=config).preview(world)
    assert rules(engine) == {"waivers-in-force"}


def test_a_rule_that_fails_is_a_finding_and_the_others_go_on(monkeypatch):
    def broken(resource, ctx):
        raise KeyError("hunter2-from-a-value")
        yield

    rule = RULES["account-managed-identity"]
    monkeypatch.setattr(
        judge, "of_resource", lambda r, s, c: judged(r, s, c, broken if r is rule else r.check)
    )
    engine = Engine().preview(sound(KEYS_ON))
    assert rules(engine) == {"account-managed-identity", "account-local-auth-disabled"}
    failed = [m for r, _, m, _ in engine.said if r == "account-managed-identity"]
    assert any("KeyError" in message for message in failed)
    assert not any("hunter2" in message for message in failed)


def judged(rule, subject, ctx, check):
    return judge._outcome(rule, lambda: check(subject, ctx), subject.urn, subject.secrets)


def test_an_old_or_versioned_type_is_the_same_type():
    world = sound(KEYS_ON)
    engine = Engine()
    for resource in world.resources:
        versioned = resource.type.replace(":cognitiveservices:", ":cognitiveservices/v20250601:")
        object.__setattr__(resource, "type", versioned)
    assert rules(engine.preview(world)) == {"account-local-auth-disabled"}


def test_a_secret_of_the_configuration_is_never_said():
    world = sound(("chat", "properties.raiPolicyName", "hunter2-hunter2"))
    engine = Engine(
        config={"shop:filter": '{"name": "hunter2-hunter2"}'}, secret=["shop:filter"]
    ).preview(world)
    said = [message for _, _, message, _ in engine.said]
    assert any("(hidden)" in message for message in said)
    assert not any("hunter2" in message for message in said)


def test_a_value_that_the_program_marked_secret_is_never_said():
    marked = {SIGNATURE: SECRET, "value": "hunter2-hunter2"}
    world = sound()
    for resource in world.of(DEPLOYMENT):
        inputs = changed(resource.inputs, "properties.raiPolicyName", marked)
        object.__setattr__(resource, "inputs", inputs)
    said = [message for _, _, message, _ in Engine().preview(world).said]
    assert any("(hidden)" in message for message in said)
    assert not any("hunter2" in message for message in said)


def test_the_sdk_still_has_what_the_pack_builds_upon():
    assert issubclass(host.Servicer, internals._PolicyAnalyzerServicer)
    assert "_PolicyAnalyzerServicer(" in inspect.getsource(pulumi_policy.PolicyPack)


def test_a_wrong_waiver_stops_the_pack_before_it_answers(monkeypatch):
    def wrong(rules):
        raise WrongWaivers("policies/waivers.yaml:1: x. Fix: y")

    monkeypatch.setattr(host, "read_waivers", wrong)
    with pytest.raises(SystemExit, match=r"waivers\.yaml:1: x\. Fix: y"):
        host.serve()
