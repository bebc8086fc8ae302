"""Deployments: quota, models, SKUs, regions, and what may change in place."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.arm.cognitiveservices import deployments, quota
from sandbox.arm.errors import ArmError
from sandbox.dataplane.objects import Objects
from tests.sandbox.core.cloud import ACCOUNT, COGNITIVE, GROUP, Cloud, code, deployment

CHAT = f"{ACCOUNT}/deployments/chat-v1"
DRAFT = f"{ACCOUNT}/deployments/chat-v2"
TUNED = "gpt-4.1-mini-2025-04-14.ft-0123"
LIMIT = 100


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({**deployment(), "sku": None}, "InvalidResourceProperties"),
        (deployment(model="gpt-9"), "DeploymentModelNotSupported"),
        (deployment(version="1999-01-01"), "DeploymentModelNotSupported"),
        (deployment(sku="Standard"), "InvalidResourceProperties"),
        (deployment(raiPolicyName="nowhere"), "InvalidResourceProperties"),
        (deployment(versionUpgradeOption="Never"), "InvalidResourceProperties"),
        (deployment(16, sku="GlobalProvisionedManaged"), "InvalidResourceProperties"),
        (deployment(spilloverDeploymentName="x"), "InvalidResourceProperties"),
        (deployment(100_000), "InsufficientQuota"),
    ],
)
def test_a_wrong_deployment_is_refused(cloud: Cloud, wanted: dict[str, Any], expected: str) -> None:
    assert code(cloud.put(CHAT, wanted)) == (400, expected)


def test_quota_is_refused_in_azures_words(cloud: Cloud) -> None:
    cloud.around.settings.set(
        quota.LIMITS, {"swedencentral": {"OpenAI.GlobalStandard.gpt-5.4": 50}}
    )
    cloud.put(CHAT, deployment(30))
    refused = cloud.put(DRAFT, deployment(40)).body["error"]["message"]
    assert refused.startswith("This operation require 40 new capacity in quota Tokens Per Minute")
    assert "bigger than the current available capacity 20." in refused
    assert "The current quota usage is 30 and the quota limit is 50 for quota" in refused


def test_an_update_is_charged_the_difference(cloud: Cloud) -> None:
    limits = {"swedencentral": {"OpenAI.GlobalStandard.gpt-5.4": 50}}
    cloud.around.settings.set(quota.LIMITS, limits)
    cloud.put(CHAT, deployment(30))
    assert cloud.put(CHAT, deployment(50)).status == 200
    assert code(cloud.put(CHAT, deployment(51))) == (400, "InsufficientQuota")


def test_the_model_of_a_deployment_stays(cloud: Cloud) -> None:
    cloud.put(CHAT, deployment())
    other = deployment(model="gpt-5.4-mini", version="2026-03-17")
    assert code(cloud.put(CHAT, other)) == (400, "CannotChangeDeploymentModel")


def test_a_patch_takes_sku_and_tags_and_keeps_the_rest(cloud: Cloud) -> None:
    cloud.put(CHAT, deployment(versionUpgradeOption="NoAutoUpgrade"))
    patched = cloud.ask("PATCH", CHAT, {"sku": {"capacity": 20}})
    assert patched.body["sku"] == {"name": "GlobalStandard", "capacity": 20}
    assert patched.body["properties"]["versionUpgradeOption"] == "NoAutoUpgrade"
    assert code(cloud.ask("PATCH", CHAT, {"properties": {}})) == (400, "BadRequest")


def test_a_put_replaces_the_whole(cloud: Cloud) -> None:
    cloud.put(f"{ACCOUNT}/raiPolicies/strict", {"properties": {}})
    cloud.put(CHAT, deployment(raiPolicyName="strict"))
    replaced = cloud.put(CHAT, deployment())
    assert replaced.body["properties"]["raiPolicyName"] == "Microsoft.DefaultV2"


def test_spillover_needs_a_standard_deployment_of_the_same_model(cloud: Cloud) -> None:
    reserved = deployment(15, sku="GlobalProvisionedManaged", spilloverDeploymentName="chat-v1")
    assert cloud.put(DRAFT, reserved).status == 400
    cloud.put(CHAT, deployment())
    assert cloud.put(DRAFT, reserved).status == 201
    assert code(cloud.delete(CHAT)) == (409, "CannotDeleteResource")


def test_another_publishers_model_needs_a_foundry_account(cloud: Cloud) -> None:
    wanted = deployment()
    wanted["properties"]["model"] = {"format": "Nobody", "name": "gpt-5.4", "version": "1"}
    assert code(cloud.put(CHAT, wanted)) == (400, "DeploymentModelNotSupported")


def test_a_retired_model_is_told_since_when(cloud: Cloud) -> None:
    cloud.pass_time(days=4000)
    refused = cloud.put(CHAT, deployment())
    assert code(refused) == (400, "ServiceModelDeprecated")
    assert "has been deprecated since 09/02/2027 00:00:00." in refused.body["error"]["message"]


def test_pools_of_different_regions_are_apart(cloud: Cloud) -> None:
    here = {"swedencentral": {"OpenAI.GlobalStandard.gpt-5.4": 10}}
    cloud.around.settings.set(quota.LIMITS, here)
    cloud.put(CHAT, deployment(10))
    there = f"{COGNITIVE}/accounts/ai-us"
    body = {"location": "eastus2", "kind": "AIServices", "sku": {"name": "S0"}}
    assert cloud.put(there, body).status == 201
    assert cloud.put(f"{there}/deployments/chat", deployment(10)).status == 201


def test_an_unknown_parent_is_named(cloud: Cloud) -> None:
    answer = cloud.put(f"{COGNITIVE}/accounts/nobody/deployments/x", deployment())
    assert code(answer) == (404, "ParentResourceNotFound")
    gone = f"{GROUP}-gone/providers/Microsoft.CognitiveServices/accounts/x"
    assert code(cloud.get(gone)) == (404, "ResourceGroupNotFound")


@given(
    st.lists(
        st.tuples(st.sampled_from(["a", "b", "c"]), st.integers(0, 2), st.integers(1, 120)),
        max_size=12,
    )
)
def test_no_order_of_writes_hands_out_more_than_the_quota(
    writes: list[tuple[str, int, int]],
) -> None:
    standing: dict[str, dict[str, Any]] = {}
    for name, deletes, capacity in writes:
        if deletes == 0:
            standing.pop(name, None)
            continue
        used = sum(quota.capacity(each) for each in standing.values())
        pool = quota.Pool("OpenAI.GlobalStandard.gpt-5.4", "TPM", LIMIT, used)
        try:
            standing[name] = deployments.put(deployment(capacity), standing.get(name), facts(pool))
        except ArmError as error:
            assert error.code == "InsufficientQuota"
        assert sum(quota.capacity(each) for each in standing.values()) <= LIMIT


def facts(pool: quota.Pool) -> deployments.Facts:
    return deployments.Facts(
        name="chat",
        location="swedencentral",
        account_kind="AIServices",
        now=datetime(2026, 11, 21, tzinfo=UTC),
        policies=frozenset(),
        accepts_unknown_policy=False,
        model_is_missing=False,
        siblings={},
        deployed_before=False,
        changes={},
        pool=pool,
    )


def test_any_well_formed_tuned_model_can_be_deployed_unless_a_setting_wants_its_job(
    cloud: Cloud,
) -> None:
    wanted = deployment(model=TUNED, version="1", sku="Standard")
    assert cloud.put(CHAT, wanted).status == 201
    cloud.around.settings.set("fine_tuned_needs_job", True)
    assert code(cloud.put(DRAFT, wanted)) == (400, "DeploymentModelNotSupported")


@pytest.mark.parametrize(("seconds_ago", "status"), [(10, 400), (11, 201)])
def test_a_tuned_model_can_be_deployed_once_its_job_has_succeeded(
    cloud: Cloud, seconds_ago: int, status: int
) -> None:
    started = cloud.clock.now().timestamp() - seconds_ago
    plan = {"starts": started, "ends": started + 10.5, "steps": 1, "epochs": 1, "error": None}
    own = {"id": "ftjob-0123", "validation_file": None}
    job = {"id": "ftjob-0123", "model": TUNED, "trained_tokens": 1, "results": "", "job": own}
    Objects(cloud.around.store).add(ACCOUNT, "job", {**job, "plan": plan})
    cloud.around.settings.set("fine_tuned_needs_job", True)
    answer = cloud.put(CHAT, deployment(model=TUNED, version="1", sku="Standard"))
    assert answer.status == status
