"""How Azure names what a stack declares: by type, and by the inputs that make up an ARM id."""

import re
from dataclasses import dataclass
from typing import Final

from components import catalog
from policies.values import Object, Unknown

COGNITIVE: Final = "Microsoft.CognitiveServices/accounts"
INSIGHTS: Final = "Microsoft.Insights"


@dataclass(frozen=True)
class Kind:
    """One resource type. `keys` are the inputs that name it, outermost first."""

    arm_type: str
    keys: tuple[str, ...]
    scope: str = ""
    """The input that says what it stands under, where that is not a resource group."""


GROUP: Final = Kind("Microsoft.Resources/resourceGroups", ("resourceGroupName",))

KINDS: Final[dict[str, Kind]] = {
    catalog.ACCOUNT: Kind(COGNITIVE, ("accountName",)),
    catalog.DEPLOYMENT: Kind(f"{COGNITIVE}/deployments", ("accountName", "deploymentName")),
    catalog.RAI_POLICY: Kind(f"{COGNITIVE}/raiPolicies", ("accountName", "raiPolicyName")),
    catalog.RAI_BLOCKLIST: Kind(f"{COGNITIVE}/raiBlocklists", ("accountName", "raiBlocklistName")),
    catalog.RAI_BLOCKLIST_ITEM: Kind(
        f"{COGNITIVE}/raiBlocklists/raiBlocklistItems",
        ("accountName", "raiBlocklistName", "raiBlocklistItemName"),
    ),
    catalog.PROJECT: Kind(f"{COGNITIVE}/projects", ("accountName", "projectName")),
    catalog.PROJECT_CONNECTION: Kind(
        f"{COGNITIVE}/projects/connections", ("accountName", "projectName", "connectionName")
    ),
    catalog.PRIVATE_ENDPOINT: Kind("Microsoft.Network/privateEndpoints", ("privateEndpointName",)),
    catalog.PRIVATE_DNS_ZONE_GROUP: Kind(
        "Microsoft.Network/privateEndpoints/privateDnsZoneGroups",
        ("privateEndpointName", "privateDnsZoneGroupName"),
    ),
    "azure-native:network:VirtualNetwork": Kind(
        "Microsoft.Network/virtualNetworks", ("virtualNetworkName",)
    ),
    "azure-native:network:Subnet": Kind(
        "Microsoft.Network/virtualNetworks/subnets", ("virtualNetworkName", "subnetName")
    ),
    "azure-native:privatedns:PrivateZone": Kind(
        "Microsoft.Network/privateDnsZones", ("privateZoneName",)
    ),
    "azure-native:privatedns:VirtualNetworkLink": Kind(
        "Microsoft.Network/privateDnsZones/virtualNetworkLinks",
        ("privateZoneName", "virtualNetworkLinkName"),
    ),
    catalog.WORKSPACE: Kind("Microsoft.OperationalInsights/workspaces", ("workspaceName",)),
    catalog.APP_INSIGHTS: Kind(f"{INSIGHTS}/components", ("resourceName",)),
    catalog.WORKBOOK: Kind(f"{INSIGHTS}/workbooks", ("resourceName",)),
    catalog.ACTION_GROUP: Kind(f"{INSIGHTS}/actionGroups", ("actionGroupName",)),
    catalog.METRIC_ALERT: Kind(f"{INSIGHTS}/metricAlerts", ("ruleName",)),
    catalog.SCHEDULED_QUERY_RULE: Kind(f"{INSIGHTS}/scheduledQueryRules", ("ruleName",)),
    "azure-native:monitor:ActivityLogAlert": Kind(
        f"{INSIGHTS}/activityLogAlerts", ("activityLogAlertName",)
    ),
    catalog.CONFIGURATION_STORE: Kind(
        "Microsoft.AppConfiguration/configurationStores", ("configStoreName",)
    ),
    catalog.KEY_VALUE: Kind(
        "Microsoft.AppConfiguration/configurationStores/keyValues",
        ("configStoreName", "keyValueName"),
    ),
    "azure-native:managedidentity:UserAssignedIdentity": Kind(
        "Microsoft.ManagedIdentity/userAssignedIdentities", ("resourceName",)
    ),
    catalog.DIAGNOSTIC_SETTING: Kind(f"{INSIGHTS}/diagnosticSettings", ("name",), "resourceUri"),
    catalog.ROLE_ASSIGNMENT: Kind(
        "Microsoft.Authorization/roleAssignments", ("roleAssignmentName",), "scope"
    ),
    catalog.MANAGEMENT_LOCK: Kind("Microsoft.Authorization/locks", ("lockName",), "scope"),
    catalog.BUDGET: Kind("Microsoft.Consumption/budgets", ("budgetName",), "scope"),
}

EARLIER: Final = {"monitor": "insights", "applicationinsights": "insights", "privatedns": "network"}
MOVED: Final = {
    f"azure-native:{EARLIER[module]}:{name}": token
    for token in KINDS
    for module, name in [token.split(":")[1:]]
    if module in EARLIER
}
"""azure-native's earlier names: what is monitor: or applicationinsights: today was insights:."""

VERSIONED: Final = re.compile(r"/v\d{8}\w*:")

LOCAL: Final = re.compile(r"azure-native_\w+_v\d{8}\w*:")
"""What `pulumi package add azure-native <module> <version>` puts before the module."""


def normal_type(token: str) -> str:
    """A type token without its API version, in today's package and module."""
    token = VERSIONED.sub(":", token.replace("%2F", "/"))
    if local := LOCAL.match(token):
        module, _, name = token[local.end() :].partition(":")
        token = f"azure-native:{module.lower()}:{name}"
    return MOVED.get(token, token)


def id_of(
    token: str, inputs: Object, *, subscription: str, otherwise: str, group: str = "rg"
) -> str | None:
    """The id that Azure would give a resource of known inputs; None for what Azure does not know.

    `otherwise` is its name where the inputs give none, `group` its resource group likewise.
    """
    root = f"/subscriptions/{subscription}"
    held = f"{root}/resourceGroups/{_text(inputs, 'resourceGroupName', group)}"
    if token == catalog.RESOURCE_GROUP:
        return f"{root}/resourceGroups/{_text(inputs, 'resourceGroupName', otherwise)}"
    kind = KINDS.get(token)
    if kind is None:
        return None
    provider, *types = kind.arm_type.split("/")
    names = [
        _text(inputs, key, otherwise if key == kind.keys[-1] else "unnamed") for key in kind.keys
    ]
    path = "/".join(f"{type}/{name}" for type, name in zip(types, names, strict=True))
    scope = _text(inputs, kind.scope, held) if kind.scope else held
    return f"{scope}/providers/{provider}/{path}"


def _text(inputs: Object, key: str, otherwise: str) -> str:
    value = inputs.get(key)
    return value if isinstance(value, str) and value else otherwise


@dataclass(frozen=True)
class ArmId:
    """An ARM id, taken apart; all in lower case, since Azure compares without case."""

    resource_group: str
    type: str
    names: tuple[str, ...]


def parse_id(id: str) -> ArmId | None:
    """What an ARM id names; None if it names no resource in or of a resource group."""
    text = id.lower().strip().rstrip("/")
    match = re.fullmatch(r"/subscriptions/[^/]+/resourcegroups/([^/]+)(?:/providers/(.+))?", text)
    if match is None:
        return None
    group, rest = match.groups()
    if rest is None:
        return ArmId(group, "microsoft.resources/resourcegroups", (group,))
    # An extension, such as a lock, stands behind one more "providers": the last one counts.
    provider, *pairs = rest.split("/providers/")[-1].split("/")
    return ArmId(group, "/".join([provider, *pairs[::2]]), tuple(pairs[1::2]))


def own_name(token: str, inputs: Object) -> str | None:
    """What a resource is called, in lower case; None while nobody knows."""
    kind = GROUP if token == catalog.RESOURCE_GROUP else KINDS.get(token)
    own = inputs.get(kind.keys[-1]) if kind else None
    return own.lower() if isinstance(own, str) and own else None


def last_name(reference: str) -> str:
    """The name in a name or ARM id, in lower case."""
    parsed = parse_id(reference) if reference.startswith("/") else None
    return parsed.names[-1] if parsed and parsed.names else reference.lower()


def is_named(
    token: str, inputs: Object, reference: str, group: str | Unknown | None
) -> bool | None:
    """Whether a name or ARM id means the resource of these inputs; None if nobody can tell yet.

    A name means a resource only in the resource group of who names it.
    """
    kind = GROUP if token == catalog.RESOURCE_GROUP else KINDS.get(token)
    if kind is None:
        return False
    own = inputs.get(kind.keys[-1])
    if not isinstance(own, str) or not own:
        return None
    parsed = parse_id(reference) if reference.startswith("/") else None
    if parsed is None:
        if own.lower() != reference.lower():
            return False
    elif parsed.type != kind.arm_type.lower() or len(parsed.names) != len(kind.keys):
        return False
    else:
        group = parsed.resource_group
        names = [inputs.get(key) for key in kind.keys]
        if any(
            isinstance(name, str) and name.lower() != wanted
            for name, wanted in zip(names, parsed.names, strict=True)
        ):
            return False
    at = inputs.get("resourceGroupName") if kind is not GROUP else None
    if isinstance(at, str) and isinstance(group, str):
        return at.lower() == group.lower()
    return True
