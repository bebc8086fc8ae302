"""What Azure says no with: each refusal by its status, its code and its words."""

from collections.abc import Callable
from typing import Any

import pytest

from sandbox.arm.cognitiveservices import names
from sandbox.arm.kind import Answer
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
from tests.sandbox.core.examples import (
    ACTION_GROUP,
    CORA,
    EXAMPLES,
    INSIGHTS,
    OPENAI_USER,
    ROLES,
    SUBNET,
    VNET,
    WORKSPACE,
)

CHAT = f"{ACCOUNT}/deployments/chat"
POLICY = f"{ACCOUNT}/raiPolicies/strict"
BLOCKLIST = f"{ACCOUNT}/raiBlocklists/brand"
PLACE = {"location": "swedencentral"}
ASSIGNMENT = f"{ACCOUNT}/providers/Microsoft.Authorization/roleAssignments"
NAME = "33333333-0000-4000-8000-000000000001"
BODIES = {path: body for _, path, body in EXAMPLES}
RULE_ID = f"{INSIGHTS}/scheduledQueryRules/errors"
PROPERTIES = ACCOUNT_BODY["properties"]
READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
UNKNOWN = "55555555-0000-4000-8000-000000000009"

Ask = Callable[[Cloud], Answer]


def closed(*addresses: str, **more: Any) -> dict[str, Any]:
    """An account with network rules."""
    acls = {"defaultAction": "Deny", "ipRules": [{"value": each} for each in addresses], **more}
    return {**ACCOUNT_BODY, "properties": {**PROPERTIES, "networkAcls": acls}}


def nameless(account: dict[str, Any]) -> dict[str, Any]:
    return {**account, "properties": {**account["properties"], "customSubDomainName": None}}


def role(**more: Any) -> dict[str, Any]:
    wanted = {"principalId": CORA, "roleDefinitionId": OPENAI_USER, **more}
    return {"properties": {key: value for key, value in wanted.items() if value is not None}}


def in_use(cloud: Cloud) -> None:
    """A blocklist in a policy in a deployment."""
    cloud.put(BLOCKLIST, {"properties": {}})
    listed = {"blocklistName": "brand", "source": "Prompt", "blocking": True}
    cloud.put(POLICY, {"properties": {"customBlocklists": [listed]}})
    assert cloud.put(CHAT, deployment(raiPolicyName="strict")).status == 201


def after(*steps: Callable[[Cloud], object]) -> Ask:
    """The answer to the last of some steps."""

    def run(cloud: Cloud) -> Answer:
        *before, last = steps
        for each in before:
            each(cloud)
        answer = last(cloud)
        assert isinstance(answer, Answer)
        return answer

    return run


def put(path: str, body: Any, **more: Any) -> Ask:
    return lambda cloud: cloud.put(path, body, **more)


def wired(cloud: Cloud) -> None:
    for path in (VNET, SUBNET):
        assert cloud.put(path, BODIES[path]).status == 201


def watching(scope: str) -> dict[str, Any]:
    rule = BODIES[RULE_ID]
    return {**rule, "properties": {**rule["properties"], "scopes": [scope]}}


MODEL = {"properties": {"model": {"format": "OpenAI", "name": "gpt-5.4", "version": "2026-03-05"}}}
NEWER = deployment(model="gpt-5.5", version="2026-04-24")
RULE = {"virtualNetworkRules": [{"id": SUBNET}]}

REFUSALS: dict[str, tuple[Ask, int, str, str]] = {
    "an api-version that is no date": (
        lambda cloud: cloud.get(ACCOUNT, query={"api-version": "latest"}),
        *(400, "InvalidApiVersionParameter", "The api-version 'latest' is invalid."),
    ),
    "another subscription": (
        lambda cloud: cloud.get(f"/subscriptions/{UNKNOWN}/resourceGroups/x"),
        *(404, "SubscriptionNotFound", f"The subscription '{UNKNOWN}' could not be found."),
    ),
    "an unknown namespace": (
        put(f"{GROUP}/providers/Microsoft.Moon/bases/one", {}),
        *(404, "InvalidResourceNamespace", "The resource namespace 'Microsoft.Moon' is invalid."),
    ),
    "an unknown type": (
        put(f"{COGNITIVE}/moons/one", {}),
        *(404, "InvalidResourceType", "The resource type 'moons' could not be found in the"),
    ),
    "a method that a type has not": (
        lambda cloud: cloud.ask("POST", ACCOUNT),
        *(405, "MethodNotAllowed", "POST is not allowed on Microsoft.CognitiveServices/accounts."),
    ),
    "an operation that never was": (
        lambda cloud: cloud.get(f"{SUBSCRIPTION}/providers/x/locations/global/operations/{NAME}"),
        *(404, "OperationNotFound", f"The operation '{NAME}' could not be found."),
    ),
    "a group of another region": (
        put(GROUP, {"location": "eastus"}),
        *(409, "InvalidResourceGroupLocation", "already exists in location 'swedencentral'"),
    ),
    "a group where there is no region": (
        put(f"{GROUP}-2", {"location": "moon"}),
        *(400, "LocationNotAvailableForResourceGroup", "location 'moon' is not available"),
    ),
    "a group with an odd name": (
        put(f"{SUBSCRIPTION}/resourceGroups/rg.", PLACE),
        *(400, "InvalidResourceGroup", "The provided resource group name 'rg.'"),
    ),
    "a child of a resource that is not there": (
        put(f"{ACCOUNT}-2/deployments/chat", deployment()),
        *(404, "ParentResourceNotFound", "because the parent resource"),
    ),
    "a resource that is not there": (
        lambda cloud: cloud.get(f"{ACCOUNT}-2"),
        *(404, "ResourceNotFound", "under resource group 'rg-test' was not found"),
    ),
    "a subdomain that changes": (
        put(ACCOUNT, {**ACCOUNT_BODY, "properties": {"customSubDomainName": "another"}}),
        *(400, "CustomDomainCannotBeChanged", "'ai-test' of the account cannot be changed"),
    ),
    "an address inside": (
        put(ACCOUNT, closed("10.1.2.3")),
        *(400, "BadRequest", "ranges reserved for private networks are not allowed"),
    ),
    "a range around private ones": (
        put(ACCOUNT, closed("0.0.0.0/0")),
        *(400, "BadRequest", "ranges reserved for private networks are not allowed"),
    ),
    "a range of one address": (
        put(ACCOUNT, closed("203.0.113.7/32")),
        *(400, "BadRequest", "prefixes of /31 and /32 are not supported"),
    ),
    "an address of version 6": (
        put(ACCOUNT, closed("2001:db8::1")),
        *(400, "BadRequest", "is no IPv4 address or range in CIDR notation"),
    ),
    "network rules without a subdomain": (
        put(f"{ACCOUNT}-2", nameless(closed("203.0.113.7"))),
        *(400, "BadRequest", "need a customSubDomainName"),
    ),
    "a network rule that neither allows nor denies": (
        put(ACCOUNT, closed(defaultAction="Maybe")),
        *(400, "BadRequest", "must be Allow or Deny"),
    ),
    "a subnet in the rules that is not there": (
        put(ACCOUNT, closed(**RULE)),
        *(400, "InvalidResourceReference", f"Resource {SUBNET} referenced by networkAcls"),
    ),
    "a subnet in the rules without a service endpoint": (
        after(wired, put(ACCOUNT, closed(**RULE))),
        *(400, "SubnetsHaveNoServiceEndpointsConfigured", f"Subnets ai of virtual network {VNET}"),
    ),
    "a project in an account of another kind": (
        after(
            put(f"{ACCOUNT}-2", nameless({**ACCOUNT_BODY, "kind": "OpenAI"})),
            put(f"{ACCOUNT}-2/projects/support", PLACE),
        ),
        *(400, "BadRequest", "Project can only be created under AIServices Kind account with"),
    ),
    "a deployment without a sku": (
        put(CHAT, MODEL),
        *(400, "InvalidResourceProperties", "The sku of model deployment is not provided."),
    ),
    "a model that there is not": (
        put(CHAT, deployment(model="gpt-9")),
        *(400, "DeploymentModelNotSupported", "The model 'Format:OpenAI,Name:gpt-9,Version:"),
    ),
    "a sku that a model has not": (
        put(CHAT, deployment(sku="Standard")),
        *(400, "InvalidResourceProperties", "The specified SKU 'Standard' of account deployment"),
    ),
    "another model on a deployment": (
        after(put(CHAT, deployment()), put(CHAT, NEWER)),
        *(400, "CannotChangeDeploymentModel", "The model of deployment cannot be changed."),
    ),
    "another sku on a deployment": (
        after(put(CHAT, deployment()), put(CHAT, deployment(sku="DataZoneStandard"))),
        *(400, "InvalidResourceProperties", "The sku name of deployment cannot be changed."),
    ),
    "a policy that a deployment has": (
        after(in_use, lambda cloud: cloud.delete(POLICY)),
        *(409, "RaiPolicyInUse", "The RaiPolicy 'strict' is used by deployments"),
    ),
    "a blocklist that a policy has": (
        after(in_use, lambda cloud: cloud.delete(BLOCKLIST)),
        *(409, "RaiBlocklistInUse", "The RaiBlocklist 'brand' is used by RaiPolicy 'strict'"),
    ),
    "a change of what Azure manages": (
        put(f"{ACCOUNT}/raiPolicies/Microsoft.DefaultV2", {"properties": {}}),
        *(400, "InvalidResourceProperties", "The system managed policy 'Microsoft.DefaultV2'"),
    ),
    "a role by a name that is no guid": (
        put(f"{ASSIGNMENT}/owner", role()),
        *(400, "InvalidRoleAssignmentId", "The role assignment ID must be a GUID."),
    ),
    "a role that there is not": (
        put(f"{ASSIGNMENT}/{NAME}", role(roleDefinitionId=f"{ROLES}/{UNKNOWN}")),
        *(404, "RoleDefinitionDoesNotExist", f"role definition with ID '{UNKNOWN}' does not"),
    ),
    "a role for nobody": (
        put(f"{ASSIGNMENT}/{NAME}", role(principalId=UNKNOWN)),
        *(400, "PrincipalNotFound", "does not exist in the directory"),
    ),
    "a role of another type of principal": (
        put(f"{ASSIGNMENT}/{NAME}", role(principalType="User")),
        *(400, "UnmatchedPrincipalType", "has type 'ServicePrincipal' , which is different"),
    ),
    "the same role twice": (
        after(put(f"{ASSIGNMENT}/{NAME}", role()), put(f"{ASSIGNMENT}/{UNKNOWN}", role())),
        *(409, "RoleAssignmentExists", "The role assignment already exists."),
    ),
    "a role that becomes another": (
        after(
            put(f"{ASSIGNMENT}/{NAME}", role()),
            put(f"{ASSIGNMENT}/{NAME}", role(roleDefinitionId=f"{ROLES}/{READER}")),
        ),
        *(400, "RoleAssignmentUpdateNotPermitted", "are not allowed to be updated"),
    ),
    "a log alert that is to watch something else": (
        after(
            *(put(each, BODIES[WORKSPACE]) for each in (WORKSPACE, f"{WORKSPACE}-2")),
            put(ACTION_GROUP, BODIES[ACTION_GROUP]),
            put(RULE_ID, BODIES[RULE_ID]),
            put(RULE_ID, watching(f"{WORKSPACE}-2")),
        ),
        *(400, "BadRequest", "Scope can not be updated"),
    ),
    "a network without addresses": (
        put(f"{VNET}-2", {**PLACE, "properties": {}}),
        *(400, "MissingAddressSpace", "is not specified"),
    ),
}


@pytest.mark.parametrize("situation", REFUSALS)
def test_a_refusal_has_azures_status_code_and_words(cloud: Cloud, situation: str) -> None:
    ask, status, name, words = REFUSALS[situation]
    refused = ask(cloud)
    assert code(refused) == (status, name)
    assert words in refused.body["error"]["message"]


def test_a_public_address_or_range_is_taken_as_a_network_rule(cloud: Cloud) -> None:
    made = cloud.put(ACCOUNT, closed("203.0.113.7", "198.51.100.0/30", bypass="AzureServices"))
    acls = made.body["properties"]["networkAcls"]
    assert acls["ipRules"] == [{"value": "203.0.113.7"}, {"value": "198.51.100.0/30"}]
    assert acls["bypass"] == "AzureServices"


def test_a_subnet_with_the_service_endpoint_is_taken_as_a_network_rule(cloud: Cloud) -> None:
    wired(cloud)
    offered = {
        "addressPrefix": "10.0.1.0/24",
        "serviceEndpoints": [{"service": "Microsoft.CognitiveServices"}],
    }
    assert cloud.put(SUBNET, {"properties": offered}).status == 200
    assert cloud.put(ACCOUNT, closed(**RULE)).status == 200
    missing = {
        "virtualNetworkRules": [{"id": f"{SUBNET}-2", "ignoreMissingVnetServiceEndpoint": True}]
    }
    assert cloud.put(ACCOUNT, closed(**missing)).status == 200


def test_a_model_on_its_way_out_stays_where_it_is_and_is_taken_nowhere_else(cloud: Cloud) -> None:
    old = deployment(model="gpt-4o", version="2024-08-06")
    refused = cloud.put(CHAT, old)
    assert code(refused) == (400, "ServiceModelDeprecating")
    assert "cannot be used for new deployments" in refused.body["error"]["message"]
    standing = {"id": f"{CHAT}-0", "name": "chat-0", "type": names.DEPLOYMENT, **old}
    cloud.around.store.put(standing["id"], names.DEPLOYMENT, standing)
    assert cloud.put(CHAT, old).status == 201


@pytest.mark.parametrize("path", [ACCOUNT, CHAT, VNET])
def test_a_write_on_an_old_etag_is_refused_and_one_on_the_new_one_taken(
    cloud: Cloud, path: str
) -> None:
    body = {ACCOUNT: ACCOUNT_BODY, CHAT: deployment(), VNET: BODIES[VNET]}[path]
    old = cloud.put(path, body).headers["ETag"]
    new = cloud.put(path, body).headers["ETag"]
    assert cloud.get(path).headers["ETag"] == cloud.get(path).body["etag"] == new
    for headers in ({"if-match": old}, {"if-none-match": "*"}):
        assert code(cloud.put(path, body, headers=headers)) == (412, "PreconditionFailed")
    assert code(cloud.delete(path, headers={"if-match": old})) == (412, "PreconditionFailed")
    assert cloud.put(path, body, headers={"if-match": new}).status == 200
    assert cloud.delete(path, headers={"if-match": "*"}).status in (200, 204)
    assert code(cloud.put(path, body, headers={"if-match": new})) == (412, "PreconditionFailed")
