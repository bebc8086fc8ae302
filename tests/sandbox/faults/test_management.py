"""What the management clients, as Microsoft ships them, do about each fault of ARM."""

import openai
import pytest
from azure.appconfiguration import AzureAppConfigurationClient, ConfigurationSetting
from azure.core.exceptions import (
    ClientAuthenticationError,
    HttpResponseError,
    ResourceExistsError,
    ServiceResponseError,
)
from azure.identity import CredentialUnavailableError, DefaultAzureCredential

from tests.sandbox.core.cloud import ACCOUNT, GROUP, deployment
from tests.sandbox.dataplane.conftest import DATA_OWNER, OPENAI_USER
from tests.sandbox.faults.conftest import chat, role, write

NEW = f"{ACCOUNT}/deployments/new"
STORE = f"{GROUP}/providers/Microsoft.AppConfiguration/configurationStores/routes-test"


def test_throttling_is_waited_out_as_the_header_says(order, deployed, arm, slept):
    order("arm", "throttle", retry_after=5, count=2)
    assert arm.resource_groups.get("rg-test").name == "rg-test"
    assert slept == [5, 5]


def test_a_conflict_reaches_the_caller_and_names_the_parent(order, deployed, arm, slept):
    order("arm:accounts/deployments", "conflict", count=1)
    assert arm.resources.get_by_id(ACCOUNT, api_version="2025-06-01").name == "ai-test"
    with pytest.raises(ResourceExistsError, match="Another operation is being") as refused:
        write(arm, NEW, deployment(1))
    assert refused.value.error.code == "RequestConflict"
    assert ACCOUNT in refused.value.message
    assert slept == []
    assert write(arm, NEW, deployment(1)).name == "new"


@pytest.mark.parametrize("status", [500, 503])
def test_a_server_error_is_tried_again(order, deployed, arm, slept, status):
    order("arm", "server-error", status=status, count=2)
    assert arm.resource_groups.get("rg-test").name == "rg-test"
    assert len(slept) == 1  # the first time at once


def test_a_write_whose_answer_was_lost_is_done_and_can_be_repeated(order, deployed, arm, slept):
    order("arm:deployments", "lost", count=1)
    assert write(arm, NEW, deployment(1)).name == "new"
    statuses = [each["status"] for each in deployed.control("GET", "/requests")["value"][-2:]]
    assert statuses == [201, 200]


def test_an_expired_token_is_said_with_arms_code(order, deployed, arm):
    order("arm", "expired-tokens", count=1)
    with pytest.raises(ClientAuthenticationError) as refused:
        arm.resource_groups.get("rg-test")
    assert refused.value.error.code == "ExpiredAuthenticationToken"


def test_a_cut_quota_refuses_what_is_new_until_it_is_over(order, deployed, arm, sandbox):
    order("arm", "quota-cut", for_seconds=3600)
    with pytest.raises(HttpResponseError) as refused:
        write(arm, NEW, deployment(1))
    assert refused.value.error.code == "InsufficientQuota"
    assert sandbox.control("POST", "/clock", {"advance": "1h"})["fell_due"]["faults"] == 1
    assert write(arm, NEW, deployment(1)).name == "new"


def test_a_retired_model_cannot_be_deployed(order, deployed, arm):
    order("arm", "model-retired", count=1)
    with pytest.raises(HttpResponseError, match=r"Name:gpt-5\.4") as refused:
        write(arm, NEW, deployment(1))
    assert refused.value.error.code == "ServiceModelDeprecated"


def test_an_accepted_operation_fails_at_its_end(order, deployed, arm):
    order("arm:deployments", "operation-failed", count=1)
    with pytest.raises(HttpResponseError, match="internal error"):
        write(arm, NEW, deployment(1))
    assert state(arm) == "Failed"


@pytest.mark.parametrize("kind", ["throttle", "server-error"])
def test_nobody_gets_a_token_from_an_identity_that_is_down(order, sandbox, slept, kind):
    order("identity", kind)
    with (
        DefaultAzureCredential() as credential,
        pytest.raises((CredentialUnavailableError, ClientAuthenticationError)),
    ):
        credential.get_token("https://cognitiveservices.azure.com/.default")


def test_configuration_is_throttled_waited_for_and_then_refuses_old_tokens(
    order, deployed, arm, credential, slept
):
    oid = deployed.description["principals"]["operator"]["oid"]
    write(arm, STORE, {"location": "swedencentral", "sku": {"name": "standard"}, "properties": {}})
    write(arm, *role(STORE, DATA_OWNER, oid))
    endpoint = f"{deployed.arm}/appconfig/routes-test"
    with AzureAppConfigurationClient(endpoint, credential) as store:
        order("appconfig", "throttle", retry_after=2, count=1)
        store.set_configuration_setting(ConfigurationSetting(key="greeting", value="hello"))
        assert slept == [2]
        order("appconfig:routes-*", "expired-tokens", count=1)
        with pytest.raises(ClientAuthenticationError):
            store.get_configuration_setting("greeting")
        assert store.get_configuration_setting("greeting").value == "hello"


def test_a_slow_answer_of_arm_runs_into_the_callers_timeout(order, deployed, arm, slept):
    order("arm", "slow", delay=0.3)
    with pytest.raises(ServiceResponseError, match="timed out"):
        arm.resource_groups.get("rg-test", read_timeout=0.05, retry_total=0)


def test_what_falls_due_while_time_passes_happens_and_is_counted(deployed, arm):
    deployed.control("POST", "/profile", {"profile": "azure"})
    deployed.control("POST", "/clock", {"freeze": True})
    arm.resources.begin_create_or_update_by_id(
        NEW, deployment(1), api_version="2025-06-01", polling=False
    )
    assert state(arm) != "Succeeded"
    assert passed(deployed, "1m")["finished"] == 1
    assert state(arm) == "Succeeded"
    arm.resources.begin_delete_by_id(ACCOUNT, api_version="2025-06-01", polling=False)
    assert passed(deployed, "1m")["finished"] == 1
    assert passed(deployed, "47h")["purged"] == 0
    assert passed(deployed, "2h")["purged"] == 1


def test_a_role_takes_effect_when_its_delay_is_over(deployed, arm, model):
    deployed.control("POST", "/profile", {"profile": "azure"})
    deployed.control("POST", "/clock", {"freeze": True})
    operator = deployed.description["principals"]["operator"]["oid"]
    id, body = role(ACCOUNT, OPENAI_USER, operator)
    arm.resources.begin_delete_by_id(id, api_version="2022-04-01", polling=False)
    arm.resources.begin_create_or_update_by_id(id, body, api_version="2022-04-01", polling=False)
    with pytest.raises(openai.AuthenticationError):
        chat(model)
    passed(deployed, "61s")
    assert chat(model)


def state(arm):
    found = arm.resources.get_by_id(NEW, api_version="2025-06-01")
    return found.properties["provisioningState"]


def passed(sandbox, span):
    return sandbox.control("POST", "/clock", {"advance": span})["fell_due"]
