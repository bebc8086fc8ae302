"""Every rule, with something it lets pass and something it refuses."""

import pytest

from components import catalog
from policies import judge
from policies.registry import RULES
from policies.rule import ResourceRule
from policies.rules.guard import GUARD
from policies.values import UNKNOWN, Need
from policies.world import Missed, World
from tests.policies.compliant.part import ACCOUNT_ID, GROUP, SUBSCRIPTION, role
from tests.policies.worlds import MISSING, changed, context, resource, sound, wired

KEYS = "account-local-auth-disabled"
NETWORK = "account-public-network-restricted"
IDENTITY = "account-managed-identity"
SUBDOMAIN = "account-custom-subdomain"
ROLES = "rbac-least-privilege"
FILTER = "content-filter-assigned"
PINNED = "model-version-pinned"

PUBLIC = "properties.publicNetworkAccess"
DENY = "properties.networkAcls.defaultAction"
IPS = "properties.networkAcls.ipRules"
RAI = "properties.raiPolicyName"
UPGRADE = "properties.versionUpgradeOption"

ELSEWHERE = resource(
    catalog.RAI_POLICY,
    "lax",
    {"accountName": "other-ai", "resourceGroupName": "rg-shop", "raiPolicyName": "lax"},
)

PASSED = [
    (KEYS, "dev", []),
    (NETWORK, "prod", []),
    (NETWORK, "prod", [("account", DENY, MISSING), ("account", IPS, MISSING)]),
    (NETWORK, "staging", [("account", PUBLIC, "Enabled")]),
    (NETWORK, "dev", [("account", PUBLIC, MISSING), ("account", DENY, "Allow")]),
    (
        NETWORK,
        "staging",
        [("account", PUBLIC, "Enabled"), ("account", IPS, [{"value": "1.2.3.4"}])],
    ),
    (IDENTITY, "prod", [("account", "identity.type", "SystemAssigned, UserAssigned")]),
    (SUBDOMAIN, "prod", [("account", "properties.customSubDomainName", UNKNOWN)]),
    (ROLES, "prod", [("access", "scope", GROUP)]),
    (ROLES, "prod", [("access", "roleDefinitionId", role("Reader").upper())]),
    (ROLES, "dev", [("access", "roleDefinitionId", role("Foundry User"))]),
    (
        ROLES,
        "prod",
        [
            ("access", "roleDefinitionId", role("Cognitive Services Usages Reader")),
            ("access", "scope", SUBSCRIPTION),
        ],
    ),
    (FILTER, "prod", [("chat", RAI, "STRICT")]),
    (FILTER, "dev", [("chat", RAI, "Microsoft.DefaultV2")]),
    (
        FILTER,
        "prod",
        [("chat", "properties.model.name", "text-embedding-3-small"), ("chat", RAI, None)],
    ),
    (PINNED, "prod", []),
    (PINNED, "staging", [("chat", UPGRADE, "OnceCurrentVersionExpired")]),
    (GUARD.id, "prod", []),
]

REFUSED = [
    (KEYS, "dev", [("account", "properties.disableLocalAuth", MISSING)], "is unset, not true"),
    (KEYS, "prod", [("account", "properties.disableLocalAuth", False)], "is false, not true"),
    (KEYS, "prod", [("account", "properties.disableLocalAuth", "true")], "is 'true', not true"),
    (KEYS, "prod", [("account", "properties", MISSING)], "is unset, not true"),
    (NETWORK, "prod", [("account", PUBLIC, MISSING)], "unset (which means Enabled), not Disabled"),
    (NETWORK, "prod", [("account", PUBLIC, "Enabled")], "'Enabled', not Disabled"),
    (
        NETWORK,
        "staging",
        [("account", PUBLIC, MISSING), ("account", DENY, "Allow")],
        "every network",
    ),
    (
        NETWORK,
        "dev",
        [("account", DENY, "Allow"), ("account", IPS, [{"value": "1.2.3.4"}])],
        "nobody",
    ),
    (
        NETWORK,
        "prod",
        [("account", IPS, [{"value": "0.0.0.0/0"}])],
        "a good part of it: '0.0.0.0/0'",
    ),
    (
        NETWORK,
        "staging",
        [("account", IPS, [{"value": "203.0.113.0/24"}, {"value": "128.0.0.0/1"}])],
        "a good part of it: '128.0.0.0/1'",
    ),
    (IDENTITY, "prod", [("account", "identity", MISSING)], "identity.type is unset"),
    (IDENTITY, "dev", [("account", "identity.type", "None")], "identity.type is 'None'"),
    (SUBDOMAIN, "staging", [("account", "properties.customSubDomainName", "")], "no subdomain"),
    (
        ROLES,
        "prod",
        [("access", "roleDefinitionId", role("Contributor"))],
        "more than any workload",
    ),
    (ROLES, "dev", [("access", "roleDefinitionId", role("Owner"))], "more than any workload"),
    (ROLES, "prod", [("access", "roleDefinitionId", role("Foundry User"))], "not for prod"),
    (ROLES, "prod", [("access", "roleDefinitionId", MISSING)], "unlisted role, unset"),
    (ROLES, "prod", [("access", "roleDefinitionId", "/x/made-up")], "unlisted role, '/x/made-up'"),
    (ROLES, "prod", [("access", "scope", SUBSCRIPTION)], "holds for all of '/subscriptions/"),
    (ROLES, "prod", [("access", "scope", "/")], "holds for all of '/'"),
    (
        ROLES,
        "prod",
        [("access", "scope", "/providers/Microsoft.Management/managementGroups/all")],
        "holds for all of '/providers/Microsoft.Management",
    ),
    (FILTER, "dev", [("chat", RAI, MISSING)], "names no content filter"),
    (FILTER, "dev", [("chat", RAI, "stict")], "'stict', which its account does not have"),
    (FILTER, "dev", [("chat", RAI, "lax")], "'lax', which its account does not have"),
    (FILTER, "prod", [("chat", RAI, "Microsoft.DefaultV2")], "not for prod"),
    (FILTER, "dev", [("chat", RAI, "Microsoft.Default")], "not for dev"),
    (FILTER, "prod", [("embed", "properties.model.name", "from-nowhere")], "no content filter"),
    (PINNED, "dev", [("chat", "properties.model.version", MISSING)], "Azure's default today"),
    (PINNED, "dev", [("chat", UPGRADE, MISSING)], "versionUpgradeOption is unset"),
    (PINNED, "prod", [("chat", UPGRADE, "OnceCurrentVersionExpired")], "NoAutoUpgrade"),
    (GUARD.id, "prod", "missed", "could not read sku.name of 'chat'"),
    (GUARD.id, "prod", "unseen", "nobody showed the gate"),
]

NEEDED = [
    (KEYS, "account", "properties.disableLocalAuth"),
    (KEYS, "account", "properties"),
    (NETWORK, "account", PUBLIC),
    (NETWORK, "account", "properties.networkAcls"),
    (NETWORK, "account", IPS),
    (IDENTITY, "account", "identity"),
    (ROLES, "access", "roleDefinitionId"),
    (ROLES, "access", "scope"),
    (FILTER, "chat", RAI),
    (FILTER, "chat", "properties.model"),
    (PINNED, "chat", "properties.model.version"),
    (PINNED, "chat", UPGRADE),
]


def outcomes(rule, world, profile="prod", **config):
    rule, ctx = RULES[rule], context(profile, **config)
    if isinstance(rule, ResourceRule):
        return [judge.of_resource(rule, each, ctx) for each in world.of(*rule.types)]
    return [judge.of_stack(rule, world, ctx)]


def messages(rule, world, profile="prod", **config):
    found = outcomes(rule, world, profile, **config)
    assert not any(outcome.crash or outcome.missed for outcome in found)
    return [finding.message for outcome in found for finding in outcome.findings]


def world_of(changes):
    if changes == "missed":
        chat = next(each for each in sound().resources if each.name == "chat")
        return World(sound().resources, [Missed(PINNED, chat.urn, "sku.name")])
    if changes == "unseen":
        return World(sound().resources, unseen=sound().by_urn)
    return sound(*changes, more=[ELSEWHERE])


@pytest.mark.parametrize(("rule", "profile", "changes"), PASSED)
def test_a_rule_lets_a_sound_stack_pass(rule, profile, changes):
    assert messages(rule, world_of(changes), profile) == []


@pytest.mark.parametrize(("rule", "profile", "changes", "fragment"), REFUSED)
def test_a_rule_says_what_is_wrong_and_what_to_do(rule, profile, changes, fragment):
    (message,) = messages(rule, world_of(changes), profile)
    assert fragment in message
    assert "Fix: " in message


@pytest.mark.parametrize(("rule", "name", "path"), NEEDED)
def test_a_rule_is_silent_about_what_it_cannot_know_and_says_so(rule, name, path):
    found = outcomes(rule, sound((name, path, UNKNOWN)))
    assert [outcome.missed.path for outcome in found if outcome.missed]
    assert not any(outcome.findings or outcome.crash for outcome in found)


def test_every_rule_is_tried_both_ways():
    assert RULES.keys() == {case[0] for case in PASSED} == {case[0] for case in REFUSED}


@pytest.mark.parametrize("profile", ["dev", "staging", "prod"])
def test_no_rule_minds_a_sound_stack(profile):
    assert [message for rule in RULES for message in messages(rule, sound(), profile)] == []


def test_a_role_may_be_given_on_a_resource_that_is_still_to_be_made():
    world = wired(sound(("access", "scope", UNKNOWN)), "access", scope=["account"])
    assert messages(ROLES, world) == []


def test_a_scope_cut_out_of_an_id_of_the_stack_is_still_judged_by_what_it_says():
    world = wired(sound(("access", "scope", SUBSCRIPTION)), "access", scope=["account"])
    (message,) = messages(ROLES, world)
    assert "holds for all of" in message


def test_a_filter_that_is_still_to_be_made_is_known_by_where_its_name_comes_from():
    world = wired(sound(("chat", RAI, UNKNOWN)), "chat", properties=["strict"])
    assert messages(FILTER, world) == []


def test_a_filter_of_another_account_is_refused_even_while_its_name_is_unknown():
    world = wired(sound(("chat", RAI, UNKNOWN), more=[ELSEWHERE]), "chat", properties=["lax"])
    (message,) = messages(FILTER, world)
    assert "which its account does not have" in message


def test_accounts_that_are_not_of_this_stack_keep_their_filters_apart():
    world = sound(("chat", RAI, "lax"), ("chat", "accountName", "other-ai"), more=[ELSEWHERE])
    assert messages(FILTER, world) == []


def test_a_limit_can_be_set_by_the_policy_configuration():
    world = sound(("account", PUBLIC, "Enabled"))
    assert messages(NETWORK, world, "prod", network="restricted") == []


def test_no_configuration_makes_owner_a_role_for_workloads():
    world = sound(("access", "roleDefinitionId", role("Owner")))
    assert "more than any workload" in messages(ROLES, world, roles=["Owner"])[0]


def test_an_account_is_found_by_its_id_whatever_the_case():
    world = sound(
        ("access", "scope", ACCOUNT_ID.upper().replace("/SUBSCRIPTIONS", "/subscriptions"))
    )
    assert messages(ROLES, world) == []


def test_a_needed_value_is_named_by_its_whole_path():
    with pytest.raises(Need, match=r"properties\.networkAcls\.ipRules\[1\]\.value"):
        world = sound(("account", IPS, [{"value": "1.2.3.4"}, {"value": UNKNOWN}]))
        (account,) = world.of(catalog.ACCOUNT)
        list(RULES[NETWORK].check(account, context()))


@pytest.mark.parametrize(
    ("rule", "unknown", "wrong"),
    [
        (FILTER, ("chat", "properties.model.name"), ("other", RAI)),
        (ROLES, ("access", "roleDefinitionId"), ("other", "scope")),
    ],
)
def test_what_nobody_knows_yet_of_one_hides_nothing_of_another(rule, unknown, wrong):
    name, path = unknown
    found = next(each for each in sound().resources if each.name == name)
    other = resource(found.type, "other", changed(dict(found.inputs), wrong[1], MISSING))
    outcome = judge.of_stack(RULES[rule], sound((name, path, UNKNOWN), more=[other]), context())
    assert outcome.missed.path == path
    assert [finding.resource.name for finding in outcome.findings] == ["other"]
