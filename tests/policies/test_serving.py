"""Which deployments callers reach, and what was proven of them."""

import pytest

from policies import proof, serving
from policies.proof import Proofs, changes, days_ago, entry
from policies.values import UNKNOWN, Need
from policies.world import World
from tests.policies.compliant.models import FILTER
from tests.policies.compliant.proof import hash_of
from tests.policies.worlds import MISSING, NOW, part, sound

CANDIDATE = "routes.chat.candidate"
STABLE = "routes.chat.stable"
FALLBACK = "routes.chat.fallback"
SPILLOVER = "properties.spilloverDeploymentName"
FILTER_NAME = "properties.raiPolicyName"
ELSEWHERE = ("twin", "", part("previous", ("accountName", "other-ai")))


def reached(*changes):
    return {each.name for each in serving.serving(sound(*changes))}


def test_a_route_leads_to_stable_candidate_fallback_and_their_spillover():
    assert reached() == {"chat", "next", "reserved"}
    assert reached(("routing", STABLE, "account/chat-reserved"), ("routing", FALLBACK, [])) == {
        "reserved",
        "chat",
        "next",
    }


def test_without_a_route_callers_may_reach_any():
    everything = {"previous", "chat", "next", "reserved", "embed"}
    assert reached(("routing", "routes", {})) == reached(("routing", "", MISSING)) == everything


def test_a_name_without_account_means_the_only_deployment_so_called():
    assert reached(("routing", CANDIDATE, "CHAT-V1")) == {"chat", "previous", "reserved"}
    assert reached(("routing", CANDIDATE, "chat-v1"), ELSEWHERE) == {"chat", "reserved"}


def test_an_account_is_meant_by_its_name_in_azure_too():
    assert reached(("routing", CANDIDATE, "shop-ai/chat-v1")) == {"chat", "previous", "reserved"}
    assert reached(("routing", CANDIDATE, "other-ai/chat-v1"), ELSEWHERE) == {
        "chat",
        "twin",
        "reserved",
    }


def test_a_spillover_stays_in_its_account():
    assert reached(("reserved", SPILLOVER, "chat-v1"), ELSEWHERE) == {
        "chat",
        "next",
        "reserved",
        "previous",
    }


@pytest.mark.parametrize(
    "change",
    [
        ("routing", "routes", UNKNOWN),
        ("routing", "routes.chat", UNKNOWN),
        ("routing", STABLE, UNKNOWN),
        ("routing", FALLBACK, ["account/chat-v1", UNKNOWN]),
        ("chat", "deploymentName", UNKNOWN),
        ("chat", "accountName", UNKNOWN),
        ("reserved", SPILLOVER, UNKNOWN),
    ],
)
def test_where_callers_end_up_is_not_guessed(change):
    with pytest.raises(Need):
        reached(change)


@pytest.mark.parametrize("name", ["chat-v9", "account/chat-v9"])
def test_what_is_not_found_may_be_what_has_no_name_yet(name):
    with pytest.raises(Need):
        reached(("routing", CANDIDATE, name), ("previous", "deploymentName", UNKNOWN))
    assert reached(("routing", CANDIDATE, name)) == {"chat", "reserved"}


def test_an_unknown_name_hides_nothing_that_is_found_without_it():
    assert "chat" in reached(("previous", "deploymentName", UNKNOWN))


def found(name, *changes):
    world = sound(*changes)
    (deployment,) = (each for each in world.resources if each.name == name)
    return world, deployment, Proofs(world).of(deployment)


def test_evidence_is_joined_by_account_and_deployment():
    _, _, (evidence,) = found("chat")
    assert evidence.name == "chat-evidence"
    assert found("chat", ("chat-evidence", "subject.account", "other"))[2] == []
    assert [each.name for each in Proofs(sound()).of_stack] == ["stack-evidence"]


@pytest.mark.parametrize("half", ["account", "deployment"])
def test_evidence_of_half_a_name_is_nobodys(half):
    world, _, evidence = found("chat", ("chat-evidence", f"subject.{half}", MISSING))
    assert evidence == []
    assert [each.name for each in Proofs(world).of_stack] == ["stack-evidence"]


def test_the_hash_of_a_filter_is_of_what_is_declared():
    world, deployment, _ = found("chat")
    assert proof._filter_hash(world, deployment) == hash_of(FILTER)


def test_a_filter_counts_on_its_own_account_only():
    lax = part("strict", ("accountName", "other-ai"), ("properties", {"mode": "Default"}))
    world, deployment, _ = found("chat", ("a-lax-one", "", lax))
    assert proof._filter_hash(world, deployment) == hash_of(FILTER)


def test_a_filter_of_microsofts_is_known_by_its_name():
    world, deployment, _ = found("chat", ("chat", FILTER_NAME, "Microsoft.DefaultV2"))
    assert proof._filter_hash(world, deployment) == (
        "e3eddd33317216048b1125c3dc35f16ea98ac42cfbd0b7767c6b065bc566f0c3"
    )


def test_the_order_of_a_filters_lines_is_azures_business():
    lines = list(reversed(FILTER["contentFilters"]))
    world, deployment, (evidence,) = found("chat", ("strict", "properties.contentFilters", lines))
    measured = entry(evidence, "evaluation")
    assert changes(world, deployment, evidence, measured, ["filterSha256"]) == []


def test_more_capacity_than_was_tested_is_no_change_and_less_is():
    world, deployment, (evidence,) = found("chat", ("chat", "sku.capacity", 151))
    test = entry(evidence, "loadTest")
    assert changes(world, deployment, evidence, test, ["capacity"]) == []
    world, deployment, (evidence,) = found("chat", ("chat", "sku.capacity", 149))
    assert changes(world, deployment, evidence, test, ["capacity"]) == [("capacity", 150, 149)]


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("2026-11-21T09:00:00Z", 0),
        ("2026-11-21T09:05:00Z", 0),
        ("2026-11-20T09:00:00.0Z", 1),
        ("2026-11-14T09:00:00+00:00", 7),
        ("2026-11-21T09:05:01Z", "has a date in the future, '2026-11-21T09:05:01Z'"),
        ("2026-11-21T10:00:00+02:00", "has no date in UTC but '2026-11-21T10:00:00+02:00'"),
        ("2026-11-20", "has no date in UTC but '2026-11-20'"),
        ("yesterday", "has no date in UTC but 'yesterday'"),
        (None, "has no date"),
    ],
)
def test_only_a_past_moment_in_utc_has_an_age(text, days):
    assert days_ago(text, NOW) == days


def test_what_was_proven_does_not_hang_on_the_order_of_registration():
    world, deployment, _ = found("chat")
    assert Proofs(World(reversed(world.resources))).of(deployment) == Proofs(world).of(deployment)
