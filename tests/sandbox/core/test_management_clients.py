"""Each management client of Azure's, unmodified, in both its styles: one story a package."""

import asyncio
import inspect
import io
import json
import subprocess
import sys
from collections.abc import AsyncIterable, Callable, Iterable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError
from azure.identity import DefaultAzureCredential
from azure.identity.aio import DefaultAzureCredential as AsyncCredential

from tests.sandbox.core.cloud import ACCOUNT, SUBSCRIPTION, deployment
from tests.sandbox.core.examples import EXAMPLES, WORKSPACE, ZONE
from tests.sandbox.running import RunningSandbox

RG, PLACE = "rg-test", "swedencentral"
BODIES = {token: (path.rpartition("/")[2], body) for token, path, body in EXAMPLES}
LEFT_OUT = {"appconfiguration:KeyValue", "authorization:ManagementLockByScope"}
"""The first needs a role on the store; the second keeps what a story deletes."""


async def done(said: Any) -> Any:
    """What a call comes to, whichever style it was made in."""
    if inspect.isawaitable(said):
        said = await said
    if hasattr(said, "polling_method"):
        return await done(said.result())
    if isinstance(said, AsyncIterable):
        return [each async for each in said]
    if (
        isinstance(said, Iterable)
        and not isinstance(said, (dict, str))
        and hasattr(said, "by_page")
    ):
        return list(said)
    return said


def body(token: str) -> Any:
    """For clients that take no dictionaries: the bytes themselves."""
    return io.BytesIO(json.dumps(BODIES[token][1]).encode())


async def names(said: Any) -> list[str]:
    return [each.name for each in await done(said)]


async def cognitiveservices(ai: Any) -> None:
    deployments, account = ai.deployments, (RG, "ai-test")
    made = await done(deployments.begin_create_or_update(*account, "second", deployment(2)))
    assert made.properties.provisioning_state == "Succeeded"
    changed = await done(
        deployments.begin_update(
            *account, "second", {"sku": {"name": "GlobalStandard", "capacity": 3}}
        )
    )
    assert changed.sku.capacity == 3
    assert await names(deployments.list(*account)) == ["chat-v1", "second"]
    assert await done(deployments.list_skus(*account, "second"))
    assert await done(ai.accounts.list_skus(*account))
    assert await done(ai.accounts.list_models(*account))
    assert await done(ai.accounts.list_usages(*account))
    await done(deployments.begin_delete(*account, "second"))
    assert await names(deployments.list(*account)) == ["chat-v1"]
    assert await names(ai.rai_blocklists.list(*account)) == ["brand"]
    assert await names(ai.rai_policies.list(*account)) == [
        "Microsoft.Default",
        "Microsoft.DefaultV2",
        "strict",
    ]
    assert await names(ai.projects.list(*account)) == ["support"]
    assert await names(ai.project_connections.list(*account, "support")) == ["traces"]
    assert await done(ai.private_endpoint_connections.list(*account))
    assert await done(ai.private_link_resources.list(*account))
    assert await done(ai.defender_for_ai_settings.list(*account)) is not None
    with pytest.raises(HttpResponseError, match="disableLocalAuth"):
        await done(ai.accounts.list_keys(*account))
    assert await done(ai.usages.list(PLACE))
    assert await done(ai.models.list(PLACE))
    assert await done(ai.resource_skus.list())
    assert await done(ai.rai_content_filters.list(PLACE))
    assert await done(ai.model_capacities.list("OpenAI", "gpt-5.4", "2026-03-05"))
    assert await done(
        ai.location_based_model_capacities.list(PLACE, "OpenAI", "gpt-5.4", "2026-03-05")
    )
    assert await done(ai.deleted_accounts.list()) == []
    models = import_module("azure.mgmt.cognitiveservices.models")
    tokens = models.ModelCapacityCalculatorWorkloadRequestParam(
        avg_prompt_tokens=1000, avg_generated_tokens=200
    )
    needed = await done(
        ai.calculate_model_capacity(
            model=models.DeploymentModel(format="OpenAI", name="gpt-5.4", version="2026-03-05"),
            sku_name="GlobalProvisionedManaged",
            workloads=[
                models.ModelCapacityCalculatorWorkload(
                    request_per_minute=100, request_parameters=tokens
                )
            ],
        )
    )
    assert needed.estimated_capacity.deployable_value == 95
    assert not (await done(ai.check_domain_availability("ai-test", "x"))).is_subdomain_available


async def resource(groups: Any) -> None:
    await done(groups.resource_groups.create_or_update("rg-more", {"location": PLACE}))
    assert await done(groups.resource_groups.check_existence("rg-more"))
    patched = await done(groups.resource_groups.update("rg-more", {"tags": {"a": "b"}}))
    assert patched.tags == {"a": "b"}
    assert await names(groups.resource_groups.list()) == ["rg-more", RG]
    assert await done(groups.resources.list_by_resource_group("rg-more")) == []
    assert "ai-test" in await names(groups.resources.list())
    assert await done(groups.providers.list())
    await done(groups.resource_groups.begin_delete("rg-more"))
    assert not await done(groups.resource_groups.check_existence("rg-more"))


async def authorization(rights: Any) -> None:
    (given,) = [
        each
        for each in await done(rights.role_assignments.list_for_scope(ACCOUNT))
        if each.principal_type == "ServicePrincipal"
    ]
    assert (await done(rights.role_definitions.get_by_id(given.role_definition_id))).role_name
    assert await done(rights.role_definitions.list(SUBSCRIPTION))
    await done(rights.role_assignments.delete_by_id(given.id))
    left = await done(rights.role_assignments.list_for_resource_group(RG))
    assert given.id not in {each.id for each in left}
    role = {
        "principal_id": given.principal_id,
        "principal_type": given.principal_type,
        "role_definition_id": given.role_definition_id,
    }
    parameters = import_module("azure.mgmt.authorization.models").RoleAssignmentCreateParameters
    made = await done(rights.role_assignments.create(ACCOUNT, given.name, parameters(**role)))
    assert made.id == given.id


async def monitor(watch: Any) -> None:
    groups = watch.action_groups
    made = await done(groups.create_or_update(RG, "ag-more", body("monitor:ActionGroup")))
    assert made.group_short_name == "on-call"
    assert await names(groups.list_by_resource_group(RG)) == ["ag-more", "ag-test"]
    await done(groups.delete(RG, "ag-more"))
    assert await names(groups.list_by_subscription_id()) == ["ag-test"]
    for kind, token in (
        (watch.metric_alerts, "monitor:MetricAlert"),
        (watch.scheduled_query_rules, "monitor:ScheduledQueryRule"),
        (watch.activity_log_alerts, "monitor:ActivityLogAlert"),
    ):
        name, _ = BODIES[token]
        assert await names(kind.list_by_resource_group(RG)) == [name]
        assert (await done(kind.create_or_update(RG, f"{name}-more", body(token)))).enabled
        await done(kind.delete(RG, f"{name}-more"))
        assert (await done(kind.get(RG, name))).name == name
    assert (await done(watch.metrics.list(ACCOUNT, metricnames="AzureOpenAIRequests"))).value
    assert await done(watch.metric_definitions.list(ACCOUNT))


async def network(net: Any) -> None:
    subnet = {"properties": {"addressPrefix": "10.0.2.0/24"}}
    await done(net.subnets.begin_create_or_update(RG, "vnet-test", "more", subnet))
    assert await names(net.subnets.list(RG, "vnet-test")) == ["ai", "more"]
    await done(net.subnets.begin_delete(RG, "vnet-test", "more"))
    (vnet,) = await done(net.virtual_networks.list_all())
    assert [each.name for each in vnet.properties.subnets] == ["ai"]
    assert await names(net.private_endpoints.list_by_subscription()) == ["pe-test"]
    groups = net.private_dns_zone_groups
    assert await names(groups.list("pe-test", RG)) == ["default"]
    await done(net.private_endpoints.begin_delete(RG, "pe-test"))
    assert await names(net.private_endpoints.list(RG)) == []


async def privatedns(dns: Any) -> None:
    zone = ZONE.rpartition("/")[2]
    made = await done(
        dns.private_zones.begin_create_or_update(RG, "more.example", {"location": "global"})
    )
    assert made.properties.provisioning_state == "Succeeded"
    assert await names(dns.private_zones.list()) == ["more.example", zone]
    await done(dns.private_zones.begin_delete(RG, "more.example"))
    assert await names(dns.virtual_network_links.list(RG, zone)) == ["vnet-test"]
    assert (await done(dns.virtual_network_links.get(RG, zone, "vnet-test"))).name == "vnet-test"


async def loganalytics(logs: Any) -> None:
    workspaces = logs.workspaces
    made = await done(workspaces.begin_create_or_update(RG, "log-more", {"location": PLACE}))
    assert made.properties.customer_id
    assert await names(workspaces.list()) == ["log-more", "log-test"]
    assert (await done(logs.shared_keys.get_shared_keys(RG, "log-more"))).primary_shared_key
    await done(workspaces.begin_delete(RG, "log-more"))
    assert await names(workspaces.list_by_resource_group(RG)) == ["log-test"]


async def applicationinsights(insights: Any) -> None:
    (component,) = await done(insights.components.list_by_resource_group(RG))
    assert component.connection_string
    wanted = body("applicationinsights:Component")
    made = await done(insights.components.create_or_update(RG, "appi-more", wanted))
    assert made.workspace_resource_id == WORKSPACE
    assert await names(insights.components.list()) == ["appi-more", "appi-test"]
    await done(insights.components.delete(RG, "appi-more"))
    assert len(await done(insights.workbooks.list_by_resource_group(RG, "workbook"))) == 1


async def consumption(money: Any) -> None:
    scope = f"{SUBSCRIPTION}/resourceGroups/{RG}".removeprefix("/")
    wanted = body("consumption:Budget")
    assert (await done(money.budgets.create_or_update(scope, "more", wanted))).amount == 1200
    assert await names(money.budgets.list(scope)) == ["monthly", "more"]
    await done(money.budgets.delete(scope, "more"))
    assert (await done(money.budgets.get(scope, "monthly"))).current_spend.amount == 0


async def appconfiguration(stores: Any) -> None:
    own = stores.configuration_stores
    wanted = {"location": PLACE, "sku": {"name": "standard"}}
    made = await done(own.begin_create(RG, "appcs-more", wanted))
    assert made.provisioning_state == "Succeeded"
    assert await names(own.list()) == ["appcs-more", "appcs-test"]
    assert len(await done(own.list_keys(RG, "appcs-more"))) == 4
    patched = await done(own.begin_update(RG, "appcs-more", {"tags": {"a": "b"}}))
    assert patched.tags == {"a": "b"}
    value = {"properties": {"value": "1"}}
    await done(stores.key_values.create_or_update(RG, "appcs-more", "a$b", value))
    assert (await done(stores.key_values.get(RG, "appcs-more", "a$b"))).value == "1"
    await done(stores.key_values.begin_delete(RG, "appcs-more", "a$b"))
    await done(own.begin_delete(RG, "appcs-more"))
    assert await names(own.list_by_resource_group(RG)) == ["appcs-test"]


async def alertsmanagement(states: Any) -> None:
    assert await names(states.alerts.get_all()) == []


PACKAGES: dict[str, Callable[[Any], Any]] = {
    "alertsmanagement.AlertsManagementClient": alertsmanagement,
    "appconfiguration.AppConfigurationManagementClient": appconfiguration,
    "applicationinsights.ApplicationInsightsManagementClient": applicationinsights,
    "authorization.AuthorizationManagementClient": authorization,
    "cognitiveservices.CognitiveServicesManagementClient": cognitiveservices,
    "consumption.ConsumptionManagementClient": consumption,
    "loganalytics.LogAnalyticsManagementClient": loganalytics,
    "monitor.MonitorManagementClient": monitor,
    "network.NetworkManagementClient": network,
    "privatedns.PrivateDnsManagementClient": privatedns,
    "resource.resources.ResourceManagementClient": resource,
}


@pytest.fixture
def deployed(sandbox: RunningSandbox) -> RunningSandbox:
    """One of every type, made by the generic client."""
    of = import_module("azure.mgmt.resource.resources").ResourceManagementClient
    with (
        DefaultAzureCredential() as credential,
        of(credential, sandbox.subscription_id, **sandbox.clients) as client,
    ):
        for token, path, wanted in EXAMPLES:
            if token == "resources:ResourceGroup":
                client.resource_groups.create_or_update(RG, wanted)
            elif token not in LEFT_OUT:
                begun = client.resources.begin_create_or_update_by_id(
                    path, wanted, api_version="2025-06-01"
                )
                begun.result()
    return sandbox


@pytest.mark.parametrize("style", ["", ".aio"], ids=["sync", "aio"])
@pytest.mark.parametrize("package", PACKAGES)
def test_a_management_client_makes_reads_lists_changes_and_deletes(
    deployed: RunningSandbox, package: str, style: str
) -> None:
    module, _, name = package.rpartition(".")
    client_type = getattr(import_module(f"azure.mgmt.{module}{style}"), name)
    to = {"subscription_id": deployed.subscription_id, **deployed.clients}

    async def run() -> None:
        # aiohttp reads SSL_CERT_FILE once a process, when it is imported.
        trust = {"connection_verify": str(deployed.folder / "ca.pem")}
        async with (
            AsyncCredential() as credential,
            client_type(credential, **to, **trust) as client,
        ):
            await PACKAGES[package](client)

    if style:
        asyncio.run(run())
    else:
        with DefaultAzureCredential() as credential, client_type(credential, **to) as client:
            asyncio.run(PACKAGES[package](client))


ALONE = """
import asyncio, os
from azure.identity.aio import DefaultAzureCredential
from azure.mgmt.resource.resources.aio import ResourceManagementClient

async def run():
    arm = os.environ["PLUMB_ARM_ENDPOINT"]
    to = {"base_url": arm, "credential_scopes": [f"{arm}/.default"]}
    async with (
        DefaultAzureCredential() as credential,
        ResourceManagementClient(credential, os.environ["AZURE_SUBSCRIPTION_ID"], **to) as client,
    ):
        return [each.name async for each in client.resource_groups.list()]

print(*asyncio.run(run()))
"""


def test_in_a_process_of_its_own_the_environment_is_enough(deployed: RunningSandbox) -> None:
    said = subprocess.run(
        [sys.executable, "-c", ALONE],
        env=deployed.variables(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (said.returncode, said.stdout.strip()) == (0, RG), said.stderr


def test_every_management_package_that_is_installed_has_its_story() -> None:
    installed = {each.rpartition(".")[0].partition(".")[0] for each in PACKAGES}
    folder = import_module("azure.mgmt").__path__
    found = {each.name for base in folder for each in Path(base).iterdir() if each.is_dir()} - {
        "core",
        "__pycache__",
    }
    assert installed == found
