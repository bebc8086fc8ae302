"""What the tables cannot say of the rules on security."""

import pytest

from components import catalog
from components.profiles import PROFILES
from policies import judge
from policies.registry import RULES
from policies.values import UNKNOWN
from policies.world import World
from tests.policies.compliant.part import ACCOUNT_ID, GROUP, SUBSCRIPTION, role
from tests.policies.rules.access_cases import CALLABLE, ROLES
from tests.policies.rules.cases import messages, outcomes
from tests.policies.rules.data_cases import REGION, TAGS
from tests.policies.rules.filter_cases import ELSEWHERE, FILTER, RAI
from tests.policies.rules.guard_cases import of
from tests.policies.rules.network_cases import ENDPOINT, NETWORK, PUBLIC
from tests.policies.worlds import MISSING, changed, context, resource, sound, wired


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
    world = wired(sound(("chat", RAI, UNKNOWN), ELSEWHERE), "chat", properties=["lax"])
    (message,) = messages(FILTER, world)
    assert "which its account does not have" in message


def test_accounts_that_are_not_of_this_stack_keep_their_filters_apart():
    world = sound(("chat", RAI, "lax"), ("chat", "accountName", "other-ai"), ELSEWHERE)
    assert messages(FILTER, world) == []


def test_a_limit_can_be_set_by_the_policy_configuration():
    world = sound(("account", PUBLIC, "Enabled"))
    assert messages(NETWORK, world, "prod", network="restricted") == []


def test_no_configuration_makes_owner_a_role_for_workloads():
    world = sound(("access", "roleDefinitionId", role("Owner")))
    assert "more than a workload" in messages(ROLES, world, roles=["Owner"])[0]


def test_an_account_is_found_by_its_id_whatever_the_case():
    world = sound(
        ("access", "scope", ACCOUNT_ID.upper().replace("/SUBSCRIPTIONS", "/subscriptions"))
    )
    assert messages(ROLES, world) == []


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


def test_a_type_that_people_judge_instead_passes_the_guard():
    world = sound(of("command:local:Command"))
    assert messages("preview-values-known", world, judgedElsewhere=["command:local:Command"]) == []


def test_an_account_that_is_only_read_is_judged_by_nobody():
    (account,) = sound().of(catalog.ACCOUNT)
    world = World(sound().resources, unseen={account.urn})
    said = messages("preview-values-known", world)
    assert len(said) == len(world.of(catalog.DEPLOYMENT, catalog.PROJECT))
    assert all("an account that is not declared here, 'shop-ai'" in each for each in said)


@pytest.mark.parametrize("source", ["models", "pet"])
def test_what_is_not_of_azure_says_nothing_of_how_far_a_role_reaches(source):
    pet = resource("random:index/randomPet:RandomPet", "pet", {})
    world = wired(sound(("access", "scope", UNKNOWN), more=[pet]), "access", scope=[source])
    (outcome,) = outcomes(ROLES, world)
    assert outcome.missed.path == "scope"


def test_an_account_in_a_group_that_nobody_can_name_yet_is_not_taken_for_callable():
    world = sound(("account", "resourceGroupName", UNKNOWN), ("access", "scope", GROUP))
    (outcome,) = outcomes(CALLABLE, world)
    assert outcome.missed or outcome.findings


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("sku", [MISSING, "Mystery", "globalstandard"])
def test_nobody_knows_where_an_unknown_sku_is_answered(sku, profile):
    (message,) = messages(REGION, sound(("embed", "sku.name", sku), profile=profile), profile)
    assert "processed nobody knows where" in message
    assert ("GlobalStandard" in message.partition("Fix: ")[2]) == (profile != "prod")


def test_an_account_in_no_group_is_not_callable_through_one():
    world = sound(("account", "resourceGroupName", MISSING), ("access", "scope", GROUP))
    (message,) = messages(CALLABLE, world)
    assert "nobody may call" in message


def test_a_zone_without_a_name_is_no_zone():
    (message,) = messages(ENDPOINT, sound(("zone-openai", "privateZoneName", MISSING)))
    assert "no record in privatelink.openai.azure.com." in message


def test_an_environment_that_nobody_asks_for_may_be_called_anything():
    world = sound(("account", "tags.environment", "blue"))
    assert messages(TAGS, world, tags=["owner"]) == []
