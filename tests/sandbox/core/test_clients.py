"""Microsoft's own clients, unmodified, against a running sandbox."""

from collections.abc import Iterator
from typing import Any

import jwt
import pytest
from azure.appconfiguration import AzureAppConfigurationClient
from azure.core.exceptions import HttpResponseError, ResourceExistsError
from azure.identity import (
    ClientSecretCredential,
    CredentialUnavailableError,
    DefaultAzureCredential,
    ManagedIdentityCredential,
    WorkloadIdentityCredential,
)
from azure.mgmt.appconfiguration import AppConfigurationManagementClient
from azure.mgmt.authorization import AuthorizationManagementClient
from azure.mgmt.cognitiveservices import CognitiveServicesManagementClient
from azure.mgmt.consumption import ConsumptionManagementClient
from azure.mgmt.monitor import MonitorManagementClient
from azure.mgmt.network import NetworkManagementClient
from azure.mgmt.resource.resources import ResourceManagementClient

from tests.sandbox.core.cloud import ACCOUNT, ACCOUNT_BODY, GROUP, SUBSCRIPTION, deployment
from tests.sandbox.core.examples import EXAMPLES
from tests.sandbox.running import RunningSandbox

SCOPE = "https://cognitiveservices.azure.com/.default"


@pytest.fixture
def credential(sandbox: RunningSandbox) -> Iterator[DefaultAzureCredential]:
    with DefaultAzureCredential() as made:
        yield made


@pytest.fixture
def deployed(sandbox: RunningSandbox, credential: DefaultAzureCredential) -> RunningSandbox:
    """One of every type, made by the generic client."""
    with ResourceManagementClient(credential, sandbox.subscription_id, **sandbox.clients) as client:
        for token, path, body in EXAMPLES[:-2]:
            if token == "resources:ResourceGroup":
                client.resource_groups.create_or_update("rg-test", body)
            else:
                client.resources.begin_create_or_update_by_id(
                    path, body, api_version="2025-06-01"
                ).result()
    return sandbox


def test_the_management_clients_list_what_was_deployed(
    deployed: RunningSandbox, credential: DefaultAzureCredential
) -> None:
    to = (credential, deployed.subscription_id)
    with CognitiveServicesManagementClient(*to, **deployed.clients) as ai:
        assert [each.name for each in ai.accounts.list()] == ["ai-test"]
        assert names(ai.deployments.list("rg-test", "ai-test")) == ["chat-v1"]
        assert names(ai.rai_policies.list("rg-test", "ai-test"))[-1] == "strict"
        assert names(ai.rai_blocklists.list("rg-test", "ai-test")) == ["brand"]
        assert names(ai.rai_blocklist_items.list("rg-test", "ai-test", "brand")) == ["one"]
        assert names(ai.projects.list("rg-test", "ai-test")) == ["support"]
        connected = ai.accounts.get("rg-test", "ai-test").properties.private_endpoint_connections
        assert len(connected) == 1
        assert next(iter(ai.models.list("swedencentral"))).model.skus
        used = {u.name.value: u.current_value for u in ai.usages.list("swedencentral")}
        assert used["OpenAI.GlobalStandard.gpt-5.4"] == 10
    with AuthorizationManagementClient(*to, **deployed.clients) as rights:
        found = list(rights.role_assignments.list_for_scope(ACCOUNT))
        assert {each.principal_type for each in found} == {"User", "ServicePrincipal"}
        assert rights.role_definitions.get_by_id(found[0].role_definition_id).role_name
    with MonitorManagementClient(*to, **deployed.clients) as monitor:
        assert names(monitor.action_groups.list_by_subscription_id()) == ["ag-test"]
        assert names(monitor.metric_alerts.list_by_resource_group("rg-test")) == ["throttling"]
        rules = monitor.scheduled_query_rules.list_by_resource_group("rg-test")
        assert names(rules) == ["errors"]
        alerts = monitor.activity_log_alerts.list_by_resource_group("rg-test")
        assert names(alerts) == ["health"]
    with NetworkManagementClient(*to, **deployed.clients) as network:
        assert names(network.virtual_networks.list("rg-test")) == ["vnet-test"]
        endpoint = network.private_endpoints.get("rg-test", "pe-test")
        assert endpoint.provisioning_state == "Succeeded"
    with ConsumptionManagementClient(credential, **_without_subscription(deployed)) as money:
        assert names(money.budgets.list(GROUP.removeprefix("/"))) == ["monthly"]
    with AppConfigurationManagementClient(*to, **deployed.clients) as stores:
        assert names(stores.configuration_stores.list()) == ["appcs-test"]


def _without_subscription(sandbox: RunningSandbox) -> dict[str, Any]:
    return {"subscription_id": sandbox.subscription_id, **sandbox.clients}


def names(found: Any) -> list[str]:
    return [each.name for each in found]


def test_a_key_value_written_through_arm_is_read_on_the_data_plane(
    deployed: RunningSandbox, credential: DefaultAzureCredential
) -> None:
    store = next(path for _, path, _ in EXAMPLES if path.endswith("appcs-test"))
    body = {"properties": {"value": "hello", "contentType": "text/plain"}}
    name = f"{store}/keyValues/a~2Fb$dev"
    with ResourceManagementClient(
        credential, deployed.subscription_id, **deployed.clients
    ) as client:
        client.resources.begin_create_or_update_by_id(name, body, api_version="2024-05-01").result()
        owner = f"{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions"
        grant = {
            "properties": {
                "principalId": deployed.description["principals"]["operator"]["oid"],
                "roleDefinitionId": f"{owner}/5ae67dd6-50cb-40e7-96ff-dc2bfa4b606b",
            }
        }
        role = "44444444-0000-4000-8000-000000000001"
        path = f"{store}/providers/Microsoft.Authorization/roleAssignments/{role}"
        client.resources.begin_create_or_update_by_id(
            path, grant, api_version="2022-04-01"
        ).result()
    endpoint = f"{deployed.arm}/appconfig/appcs-test"
    with AzureAppConfigurationClient(endpoint, credential) as data:
        found = data.get_configuration_setting("a/b", label="dev")
        assert found is not None
        assert found.value == "hello"


def test_a_long_operation_is_waited_for_and_a_second_write_conflicts(
    sandbox: RunningSandbox, credential: DefaultAzureCredential
) -> None:
    sandbox.control("POST", "/clock", {"freeze": True})
    to = (credential, sandbox.subscription_id)
    with (
        ResourceManagementClient(*to, **sandbox.clients) as groups,
        CognitiveServicesManagementClient(*to, **sandbox.clients) as ai,
    ):
        groups.resource_groups.create_or_update("rg-test", {"location": "swedencentral"})
        ai.accounts.begin_create("rg-test", "ai-test", ACCOUNT_BODY).result()
        sandbox.control("POST", "/profile", {"profile": "azure"})
        first = ai.deployments.begin_create_or_update("rg-test", "ai-test", "a", deployment())
        with pytest.raises(ResourceExistsError) as refused:
            ai.deployments.begin_create_or_update("rg-test", "ai-test", "b", deployment())
        assert refused.value.error is not None
        assert refused.value.error.code == "RequestConflict"
        sandbox.control("POST", "/clock", {"advance": "2s"})
        assert first.result().properties.provisioning_state == "Succeeded"
    assert len(sandbox.control("GET", "/conflicts")["value"]) == 1


def test_a_quota_that_is_too_small_is_told_in_azures_words(
    deployed: RunningSandbox, credential: DefaultAzureCredential
) -> None:
    limits = {"swedencentral": {"OpenAI.GlobalStandard.gpt-5.4": 20}}
    deployed.control("POST", "/settings", {"quota_limits": limits})
    with CognitiveServicesManagementClient(
        credential, deployed.subscription_id, **deployed.clients
    ) as ai:
        create = ai.deployments.begin_create_or_update
        with pytest.raises(HttpResponseError) as refused:
            create("rg-test", "ai-test", "more", deployment(11)).result()
        assert refused.value.error is not None
        assert refused.value.error.code == "InsufficientQuota"
        deployed.control("POST", "/settings", {"quota_limits": {}})
        assert create("rg-test", "ai-test", "more", deployment(11)).result().name == "more"


def test_a_fault_is_met_as_often_as_it_was_asked_for(
    sandbox: RunningSandbox, credential: DefaultAzureCredential
) -> None:
    fault = {"plane": "arm", "path": "resourcegroups$", "status": 400, "code": "Odd", "times": 1}
    sandbox.control("POST", "/faults", {**fault, "message": "Once."})
    with ResourceManagementClient(credential, sandbox.subscription_id, **sandbox.clients) as client:
        with pytest.raises(HttpResponseError, match="Odd"):
            list(client.resource_groups.list())
        assert list(client.resource_groups.list()) == []


def test_an_answer_lost_on_its_way_is_asked_for_again(
    sandbox: RunningSandbox, credential: DefaultAzureCredential
) -> None:
    sandbox.control("POST", "/faults", {"method": "PUT", "action": "drop", "times": 1})
    with ResourceManagementClient(
        credential, sandbox.subscription_id, retry_backoff_factor=0.01, **sandbox.clients
    ) as client:
        client.resource_groups.create_or_update("rg-test", {"location": "swedencentral"})
    puts = [
        each for each in sandbox.control("GET", "/requests")["value"] if each["method"] == "PUT"
    ]
    assert [each["status"] for each in puts] == [201, 200]


def claims(token: str) -> dict[str, Any]:
    decoded: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return decoded


def test_the_header_says_who_it_is_and_from_which_side(
    sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = set()
    for who in ("operator", "stranger"):
        for outside in (False, True):
            monkeypatch.setenv(
                "IDENTITY_HEADER", sandbox.variables(who, outside=outside)["IDENTITY_HEADER"]
            )
            with ManagedIdentityCredential() as credential:
                said = claims(credential.get_token(SCOPE).token)
            assert said["oid"] == sandbox.description["principals"][who]["oid"]
            found.add((who, said["ipaddr"]))
    assert len(found) == 4


def test_a_wrong_header_gets_no_token(
    sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IDENTITY_HEADER", "guess")
    with (
        ManagedIdentityCredential() as credential,
        pytest.raises((CredentialUnavailableError, HttpResponseError)),
    ):
        credential.get_token(SCOPE)


def test_a_virtual_machines_identity_needs_no_secret_and_so_may_do_nothing(
    sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("IDENTITY_ENDPOINT", "IDENTITY_HEADER"):
        monkeypatch.delenv(name)
    host = sandbox.description["identity"].removesuffix("/msi/token")
    operator = sandbox.description["principals"]["operator"]
    for address, who in ((host, "stranger"), (f"{host}/{operator['inside_header']}", "operator")):
        monkeypatch.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", address)
        with ManagedIdentityCredential() as credential:
            said = claims(credential.get_token(SCOPE).token)
        assert said["oid"] == sandbox.description["principals"][who]["oid"]


def test_a_client_secret_works_and_a_wrong_one_is_refused_in_entras_words(
    sandbox: RunningSandbox,
) -> None:
    cora = sandbox.description["principals"]["cora-app"]
    given = (sandbox.description["tenant_id"], cora["client_id"])
    how = {"authority": sandbox.arm, "disable_instance_discovery": True}
    with ClientSecretCredential(*given, cora["client_secret"], **how) as credential:
        said = claims(credential.get_token(SCOPE).token)
        assert (said["oid"], said["aud"]) == (cora["oid"], SCOPE.removesuffix("/.default"))
    with (
        ClientSecretCredential(*given, "wrong", **how) as credential,
        pytest.raises(HttpResponseError, match="AADSTS7000215"),
    ):
        credential.get_token(SCOPE)


def test_a_federated_token_is_exchanged_for_one_of_the_same_principal(
    sandbox: RunningSandbox, tmp_path: Any
) -> None:
    operator = sandbox.description["principals"]["operator"]
    with ManagedIdentityCredential() as credential:
        token = credential.get_token("api://AzureADTokenExchange/.default").token
    file = tmp_path / "token"
    file.write_text(token)
    with WorkloadIdentityCredential(
        tenant_id=sandbox.description["tenant_id"],
        client_id=operator["client_id"],
        token_file_path=str(file),
        authority=sandbox.arm,
        disable_instance_discovery=True,
    ) as credential:
        assert claims(credential.get_token(SCOPE).token)["oid"] == operator["oid"]


def test_the_management_client_registers_a_namespace_and_asks_again(
    sandbox: RunningSandbox, credential: DefaultAzureCredential, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    monkeypatch.setattr("azure.mgmt.core.policies._base.time.sleep", waited.append)
    unregistered = {
        "plane": "arm",
        "method": "PUT",
        "path": "resourcegroups/rg-test",
        "status": 409,
        "code": "MissingSubscriptionRegistration",
        "message": "The subscription is not registered to use namespace "
        "'Microsoft.CognitiveServices'. See https://aka.ms/rps-not-found for how to register "
        "subscriptions.",
        "times": 1,
    }
    sandbox.control("POST", "/faults", unregistered)
    with ResourceManagementClient(credential, sandbox.subscription_id, **sandbox.clients) as client:
        made = client.resource_groups.create_or_update("rg-test", {"location": "swedencentral"})
    assert made.name == "rg-test"
    assert 10 in waited
    asked = [each["id"] for each in sandbox.control("GET", "/requests")["value"]]
    assert any(each.endswith("/providers/Microsoft.CognitiveServices/register") for each in asked)
