"""The whole program, once for each stack file."""

import inspect
import json
import re
from functools import cache

import pulumi
import pytest
from pulumi.runtime.resource import prepare_aliases

from components import catalog
from components.catalog import (
    ACCOUNT,
    DEPLOYMENT,
    PRIVATE_DNS_ZONE_GROUP,
    PRIVATE_ENDPOINT,
    PROJECT,
    PROJECT_CONNECTION,
    RAI_BLOCKLIST,
    RAI_BLOCKLIST_ITEM,
    RAI_POLICY,
    ROLE_ASSIGNMENT,
)
from components.stack_file import ROOT, stacks
from scripts.stack_outputs import StackOutputs
from tests.engine import run_stack, stack_file

STACKS = stacks()
CHILDREN = (RAI_BLOCKLIST, RAI_BLOCKLIST_ITEM, RAI_POLICY, DEPLOYMENT, PROJECT, PROJECT_CONNECTION)


@cache
def deployed(stack):
    return run_stack(stack, stack_file(stack))


def test_the_names_in_the_sdk_that_we_lean_on_are_there():
    assert "collapse_alias_to_urn" in vars(pulumi.resource)
    assert "supports_alias_specs" in inspect.signature(prepare_aliases).parameters


def account_of(engine, resource):
    (account,) = engine.requests[resource.urn].propertyDependencies["accountName"].urns
    return account


@pytest.mark.parametrize("stack", STACKS)
def test_the_writes_to_one_account_are_one_chain(stack):
    engine = deployed(stack)
    for account in engine.of(ACCOUNT).values():
        writes = [
            each
            for each in engine.found
            if each.type in CHILDREN and account_of(engine, each) == account.urn
        ]
        # In a chain of n writes the k-th waits for exactly the k before it.
        urns = {each.urn for each in writes}
        before = sorted(len(engine.waits_for(each) & urns) for each in writes)
        assert before == list(range(len(writes)))
        assert len(writes) >= 5


@pytest.mark.parametrize("stack", ["staging", "prod"])
def test_no_account_waits_for_another(stack):
    engine = deployed(stack)
    one, other = engine.of(ACCOUNT).values()
    for each in engine.found:
        if each.type in CHILDREN:
            assert not {one.urn, other.urn} <= engine.waits_for(each)


@pytest.mark.parametrize("stack", ["staging", "prod"])
def test_a_private_endpoint_comes_after_every_other_write_to_its_account(stack):
    engine = deployed(stack)
    for endpoint in engine.of(PRIVATE_ENDPOINT).values():
        before = engine.waits_for(endpoint)
        (account,) = before & {each.urn for each in engine.of(ACCOUNT).values()}
        for each in engine.found:
            if each.type in CHILDREN and account_of(engine, each) == account:
                assert each.urn in before


def test_private_names_follow_their_endpoint_and_cover_all_three_zones():
    engine = deployed("prod")
    endpoints = {each.urn for each in engine.of(PRIVATE_ENDPOINT).values()}
    for group in engine.of(PRIVATE_DNS_ZONE_GROUP).values():
        assert len(engine.waits_for(group) & endpoints) == 1
        assert len(group.inputs["privateDnsZoneConfigs"]) == 3


def test_a_lock_is_made_last_so_that_destroy_takes_it_away_first():
    engine = deployed("prod")
    locks = engine.of(catalog.MANAGEMENT_LOCK)
    assert sorted(locks) == ["primary", "secondary"]
    for key, lock in locks.items():
        assert lock.inputs["level"] == "CanNotDelete"
        account = engine.of(ACCOUNT)[key].urn
        for type in (PRIVATE_ENDPOINT, PRIVATE_DNS_ZONE_GROUP):
            assert engine.of(type)[key].urn in engine.waits_for(lock)
        for each in engine.found:
            if each.type in CHILDREN and account_of(engine, each) == account:
                assert each.urn in engine.waits_for(lock)


@pytest.mark.parametrize("stack", STACKS)
def test_only_prod_is_protected_locked_and_outlived_by_its_logs(stack):
    engine, prod = deployed(stack), stack == "prod"
    kept = {each.type for each in engine.found if engine.request(each).protect}
    always = {ACCOUNT, catalog.WORKSPACE, catalog.CONFIGURATION_STORE}
    assert (always | {catalog.MANAGEMENT_LOCK} <= kept) == prod
    assert bool(engine.of(catalog.MANAGEMENT_LOCK)) == prod
    (workspace,) = engine.of(catalog.WORKSPACE).values()
    assert engine.request(workspace).retainOnDelete == prod
    (store,) = engine.of(catalog.CONFIGURATION_STORE).values()
    assert store.inputs["enablePurgeProtection"] == prod
    assert not any(
        each.type == DEPLOYMENT and engine.request(each).protect for each in engine.found
    )


@pytest.mark.parametrize("stack", STACKS)
def test_the_controller_owns_the_value_of_every_flag(stack):
    engine = deployed(stack)
    flags = engine.of(catalog.KEY_VALUE)
    assert len(flags) == len(stack_file(stack)["plumbline:routes"])
    for flag in flags.values():
        assert list(engine.request(flag).ignoreChanges) == ["value"]


@pytest.mark.parametrize("stack", STACKS)
def test_a_flag_is_written_once_somebody_may(stack):
    engine = deployed(stack)
    owner = catalog.ROLES["App Configuration Data Owner"]
    owners = {
        each.urn
        for each in engine.of(ROLE_ASSIGNMENT).values()
        if each.inputs["roleDefinitionId"].endswith(owner)
    }
    assert owners
    for flag in engine.of(catalog.KEY_VALUE).values():
        assert owners <= engine.waits_for(flag)


@pytest.mark.parametrize("stack", STACKS)
def test_no_route_is_there_before_what_it_leads_to(stack):
    engine = deployed(stack)
    served = {each.urn for each in engine.of(DEPLOYMENT).values()}
    for flag in engine.of(catalog.KEY_VALUE).values():
        assert served <= engine.waits_for(flag)


@pytest.mark.parametrize("stack", STACKS)
def test_every_resource_of_a_component_sits_under_it(stack):
    for request in deployed(stack).requests.values():
        if request.type.startswith("azure-native:") and "ResourceGroup" not in request.type:
            assert "plumb:index:" in request.parent, request.name


@pytest.mark.parametrize("stack", STACKS)
def test_every_physical_name_is_known_before_anything_exists(stack):
    named = re.compile(r"(?<!resource)Name$|^(scope|resourceGroupName)$")
    for each in deployed(stack).found:
        for key, value in each.inputs.items():
            if named.search(key):
                assert isinstance(value, str), (each.name, key)


@pytest.mark.parametrize("stack", STACKS)
def test_everything_that_takes_tags_says_whose_it_is(stack):
    for each in deployed(stack).found:
        if "tags" in each.inputs:
            assert each.inputs["tags"]["owner"] == "ai-platform@contoso.com"
            assert each.inputs["tags"]["environment"] == stack


@pytest.mark.parametrize("stack", STACKS)
def test_no_account_takes_keys_and_no_telemetry_goes_unsigned(stack):
    engine = deployed(stack)
    for each in engine.of(ACCOUNT).values():
        assert each.inputs["properties"]["disableLocalAuth"] is True
        assert each.inputs["properties"]["customSubDomainName"]
    for type in (catalog.APP_INSIGHTS, catalog.CONFIGURATION_STORE):
        for each in engine.of(type).values():
            assert each.inputs["disableLocalAuth"] is True
    for each in engine.of(catalog.WORKSPACE).values():
        assert each.inputs["features"]["disableLocalAuth"] is True


@pytest.mark.parametrize("stack", STACKS)
def test_nobody_gets_more_than_a_role_at_its_narrowest_scope(stack):
    allowed = set(catalog.ROLES.values()) - {catalog.ROLES[n] for n in ("Owner", "Contributor")}
    for each in deployed(stack).of(ROLE_ASSIGNMENT).values():
        assert each.inputs["roleDefinitionId"].rpartition("/")[2] in allowed
        wide = re.fullmatch(r"/subscriptions/[^/]+", each.inputs["scope"])
        reads_usage = each.inputs["roleDefinitionId"].endswith(
            catalog.ROLES["Cognitive Services Usages Reader"]
        )
        assert bool(wide) == reads_usage


def test_the_application_may_call_and_read_routes_and_nothing_else():
    roles = {
        each.inputs["roleDefinitionId"].rpartition("/")[2]
        for name, each in deployed("prod").of(ROLE_ASSIGNMENT).items()
        if name.startswith("cora-app-")
    }
    names = ("Cognitive Services OpenAI User", "App Configuration Data Reader")
    assert roles == {catalog.ROLES[n] for n in (*names, "Monitoring Metrics Publisher")}


@pytest.mark.parametrize("stack", STACKS)
def test_every_deployment_is_watched(stack):
    engine = deployed(stack)
    by_metric = {}
    for alert in engine.of(catalog.METRIC_ALERT).values():
        (criterion,) = alert.inputs["criteria"]["allOf"]
        (scope,) = engine.request(alert).propertyDependencies["scopes"].urns
        by_metric.setdefault(criterion["metricName"], set()).add(scope)
    accounts = {each.urn for each in engine.of(ACCOUNT).values()}
    assert by_metric["AzureOpenAIRequests"] == accounts
    assert by_metric["AzureOpenAIAvailabilityRate"] == accounts
    columns = {
        each.inputs["criteria"]["allOf"][0]["metricMeasureColumn"]
        for each in engine.of(catalog.SCHEDULED_QUERY_RULE).values()
    }
    assert {"errPct", "p95", "verdict", "usd", "filteredPct"} <= columns


@pytest.mark.parametrize("stack", STACKS)
def test_every_alert_reaches_somebody(stack):
    engine = deployed(stack)
    groups = {each.urn: name for name, each in engine.of(catalog.ACTION_GROUP).items()}
    told = {}
    for type in (catalog.METRIC_ALERT, catalog.SCHEDULED_QUERY_RULE):
        for name, alert in engine.of(type).items():
            assert alert.inputs["enabled"] is True
            (reached,) = engine.request(alert).propertyDependencies["actions"].urns
            told.setdefault(groups[reached], set()).add(name)
    assert told["alerts-finance"] == {"alerts-daily-cost", "alerts-unpriced"}
    assert "alerts-errors" in told["alerts-on-call"]


def test_a_log_alert_names_the_deployment_unless_it_is_about_money():
    split = {
        name: [each["name"] for each in alert.inputs["criteria"]["allOf"][0]["dimensions"]]
        for name, alert in deployed("prod").of(catalog.SCHEDULED_QUERY_RULE).items()
    }
    assert split == {
        "alerts-errors": ["dep"],
        "alerts-latency": ["dep"],
        "alerts-filtered": ["dep"],
        "alerts-groundedness": ["dep"],
        "alerts-daily-cost": [],
        "alerts-unpriced": [],
    }


@pytest.mark.parametrize("stack", STACKS)
def test_the_outputs_keep_their_contract_and_hold_no_secret(stack):
    outputs = json.loads(json.dumps(deployed_outputs(stack)))
    StackOutputs.model_validate(outputs)
    text = json.dumps(outputs)
    assert not re.search(r"(?i)instrumentationkey|connection_?string|\bkey[12]?\b|secret", text)


def test_the_page_on_outputs_names_every_one_and_no_other():
    outputs, page = deployed_outputs("prod"), (ROOT / "docs" / "outputs.md").read_text()
    account, route = outputs["accounts"]["primary"], outputs["routes"]["chat"]
    rows = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `")]
    assert set(re.findall(r"`(\w+)", "".join(rows))) == {*outputs, *account}
    for part in (route, account["deployments"]["chat-v3"], outputs["routing"]):
        assert all(f"`{key}`" in page for key in part)


@cache
def deployed_outputs(stack):
    engine = deployed(stack)
    return resolved(engine.outputs)


def resolved(value):
    """Outputs under mocks, with what only Azure knows filled in."""
    if isinstance(value, dict):
        return {key: resolved(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [resolved(inner) for inner in value]
    return value if isinstance(value, (str, int, float, bool)) else "https://from.azure/"


@pytest.mark.parametrize("stack", STACKS)
def test_the_secret_of_a_connection_is_marked_as_one(stack):
    engine = deployed(stack)
    for each in engine.found:
        secret = "planted-secret" in str(engine.request(each).object)
        assert secret == (each.type == PROJECT_CONNECTION)
        assert bool(each.secrets) == secret or each.type == catalog.ACTION_GROUP


def test_what_opens_application_insights_is_a_secret_in_the_state():
    engine = deployed("prod")
    (component,) = engine.of(catalog.APP_INSIGHTS).values()
    secret = engine.request(component).additionalSecretOutputs
    assert set(secret) == {"connectionString", "instrumentationKey"}


def test_a_webhook_is_a_secret_in_the_state():
    (on_call,) = (
        each for each in deployed("prod").of(catalog.ACTION_GROUP).values() if each.secrets
    )
    assert on_call.inputs["webhookReceivers"][0]["serviceUri"].startswith("https://")
