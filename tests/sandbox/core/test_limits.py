"""What a subscription, an account, a region and a request can hold, and no more."""

from typing import Any

import pytest

from sandbox.arm.cognitiveservices import quota
from sandbox.arm.cognitiveservices.accounts import MOST as MOST_ACCOUNTS
from sandbox.arm.cognitiveservices.deployments import MOST as MOST_DEPLOYMENTS
from sandbox.directory import CORA_APP
from tests.sandbox.core.cloud import (
    ACCOUNT,
    ACCOUNT_BODY,
    COGNITIVE,
    GROUP,
    SUBSCRIPTION,
    Cloud,
    code,
    deployment,
)
from tests.sandbox.core.examples import CORA, ROLES

PTU = "GlobalProvisionedManaged"
CHAT = f"{ACCOUNT}/deployments/chat"
READER = f"{ROLES}/acdd72a7-3385-48ef-bd42-f606fba81ae7"


def test_a_region_takes_thirty_accounts_of_a_kind(cloud: Cloud) -> None:
    bodies = [{**ACCOUNT_BODY, "properties": {}} for _ in range(MOST_ACCOUNTS)]
    made = [
        cloud.put(f"{COGNITIVE}/accounts/ai-{number}", body) for number, body in enumerate(bodies)
    ]
    assert [each.status for each in made[:-1]] == [201] * (MOST_ACCOUNTS - 1)
    assert code(made[-1]) == (400, "AccountLimitExceeded")
    elsewhere = {**bodies[0], "location": "westeurope"}
    assert cloud.put(f"{COGNITIVE}/accounts/ai-else", elsewhere).status == 201
    assert cloud.put(ACCOUNT, ACCOUNT_BODY).status == 200


def test_an_account_takes_thirty_two_standard_deployments(cloud: Cloud) -> None:
    paths = [f"{ACCOUNT}/deployments/chat-{number}" for number in range(MOST_DEPLOYMENTS + 1)]
    made = [cloud.put(path, deployment(1)) for path in paths]
    assert {each.status for each in made[:-1]} == {201}
    assert code(made[-1]) == (400, "DeploymentLimitExceeded")
    assert cloud.put(paths[0], deployment(2)).status == 200
    assert cloud.put(paths[-1], deployment(15, sku=PTU)).status == 201


def test_quota_is_no_promise_that_a_region_has_the_throughput(cloud: Cloud) -> None:
    cloud.around.settings.set(quota.CAPACITY, {"swedencentral": {PTU: 20}})
    accepted = cloud.put(CHAT, deployment(50, sku=PTU))
    assert accepted.status == 201
    url = accepted.headers["Azure-AsyncOperation"].removeprefix(cloud.around.settings.arm)
    told = cloud.get(url.partition("?")[0]).body
    assert (told["status"], told["error"]["code"]) == ("Failed", "InsufficientCapacity")
    assert cloud.get(CHAT).body["properties"]["provisioningState"] == "Failed"
    assert cloud.put(f"{ACCOUNT}/deployments/less", deployment(20, sku=PTU)).status == 201


WORKLOAD = {
    "requestPerMinute": 100,
    "requestParameters": {"avgPromptTokens": 1000, "avgGeneratedTokens": 200},
}
WANTED: dict[str, Any] = {
    "model": {"format": "OpenAI", "name": "gpt-5.4", "version": "2026-03-05"},
    "skuName": PTU,
    "workloads": [WORKLOAD],
}
CALCULATE = f"{SUBSCRIPTION}/providers/Microsoft.CognitiveServices/calculateModelCapacity"


@pytest.mark.parametrize(
    ("change", "value", "deployable"),
    [
        ({}, 92, 95),  # 100 x (1,000 + 6 x 200) tokens a minute, of which a unit carries 2,400
        ({"workloads": [WORKLOAD, WORKLOAD]}, 184, 185),
        ({"skuName": "ProvisionedManaged"}, 92, 100),
        ({"workloads": []}, 0, 15),
    ],
)
def test_workloads_are_told_the_throughput_that_they_need(
    cloud: Cloud, change: dict[str, object], value: int, deployable: int
) -> None:
    told = cloud.ask("POST", CALCULATE, {**WANTED, **change}).body["estimatedCapacity"]
    assert told == {"value": value, "deployableValue": deployable}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"model": {**WANTED["model"], "name": "gpt-9"}}, "BadRequest"),
        ({"skuName": "GlobalStandard"}, "BadRequest"),
        ({"model": "gpt-5.4"}, "InvalidRequestContent"),
        ({"workloads": [None]}, "InvalidRequestContent"),
        ({"workloads": [{"requestPerMinute": 1e308}]}, "InvalidRequestContent"),
    ],
)
def test_what_cannot_be_calculated_is_refused(
    cloud: Cloud, change: dict[str, object], expected: str
) -> None:
    assert code(cloud.ask("POST", CALCULATE, {**WANTED, **change})) == (400, expected)


def test_a_body_of_more_than_four_megabytes_is_refused(cloud: Cloud) -> None:
    body = {"location": "swedencentral", "tags": {"a": "x" * (4 * 1024 * 1024)}}
    refused = cloud.put(GROUP, body)
    assert code(refused) == (413, "RequestContentTooLarge")
    assert refused.body["error"]["message"] == (
        "The request content size exceeds the maximum size of 4 MB."
    )


@pytest.mark.parametrize(
    ("seconds", "state"),
    [(0, "Accepted"), (1, "Creating"), (3, "ResolvingDNS"), (4, "Succeeded")],
)
def test_a_new_account_is_accepted_created_and_then_resolved(
    empty: Cloud, seconds: int, state: str
) -> None:
    empty.profile("azure")
    empty.put(GROUP, {"location": "swedencentral"})
    empty.put(ACCOUNT, ACCOUNT_BODY)
    empty.pass_time(seconds=seconds)
    assert empty.get(ACCOUNT).body["properties"]["provisioningState"] == state
    listed = empty.get(f"{COGNITIVE}/accounts").body["value"]
    assert [each["properties"]["provisioningState"] for each in listed] == [state]


def test_a_change_of_an_account_does_not_create_it_again(cloud: Cloud) -> None:
    cloud.profile("azure")
    cloud.pass_time(seconds=60)
    cloud.put(ACCOUNT, ACCOUNT_BODY)
    cloud.pass_time(seconds=3)
    assert cloud.get(ACCOUNT).body["properties"]["provisioningState"] == "Accepted"


def test_only_who_may_read_a_resource_hears_how_its_operation_goes(cloud: Cloud) -> None:
    cloud.profile("azure")
    url = cloud.put(CHAT, deployment()).headers["Azure-AsyncOperation"]
    path = url.removeprefix(cloud.around.settings.arm).partition("?")[0]
    assert code(cloud.get(path, who=CORA_APP)) == (403, "AuthorizationFailed")
    cloud.pass_time(minutes=5)
    role = {"roleDefinitionId": READER, "principalId": CORA, "principalType": "ServicePrincipal"}
    name = "6f0ff7c5-8f1f-4b7e-9d4a-0d9d3f9a1d19"
    cloud.put(
        f"{GROUP}/providers/Microsoft.Authorization/roleAssignments/{name}", {"properties": role}
    )
    cloud.pass_time(minutes=5)
    assert cloud.get(path, who=CORA_APP).body["status"] == "Succeeded"
