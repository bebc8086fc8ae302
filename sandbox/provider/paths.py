"""Where a resource type lives in ARM: one line a type, for what the SDK does not tell."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote

PREFIX = "azure-native:"

_GROUP = "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}"
_COGNITIVE = f"{_GROUP}/providers/Microsoft.CognitiveServices/accounts/{{accountName}}"
_INSIGHTS = f"{_GROUP}/providers/Microsoft.Insights"
_WORKSPACE = f"{_GROUP}/providers/Microsoft.OperationalInsights/workspaces/{{workspaceName}}"
_STORE = f"{_GROUP}/providers/Microsoft.AppConfiguration/configurationStores/{{configStoreName}}"
_NETWORK = f"{_GROUP}/providers/Microsoft.Network"
_ZONE = f"{_NETWORK}/privateDnsZones/{{privateZoneName}}"
_ENDPOINT = f"{_NETWORK}/privateEndpoints/{{privateEndpointName}}"
_VNET = f"{_NETWORK}/virtualNetworks/{{virtualNetworkName}}"

# Parameters that hold a whole resource id, slashes and all.
SCOPES = frozenset({"scope", "resourceUri"})

# No model is at hand, and the SDK flattens: all but the envelope stands under `properties`.
ENVELOPE_RULE = "properties"


@dataclass(frozen=True)
class Place:
    """One resource type in ARM."""

    path: str
    model: str = ""
    """Which azure-mgmt model knows the wire names: `package:Class`, ENVELOPE_RULE, or "" for none:
    inputs and outputs have ARM's own shape."""
    replaces: frozenset[str] = frozenset()
    """Inputs that cannot change in place, besides those in the path."""
    keeps: frozenset[str] = frozenset()
    """Lists that other resources manage too: one that is not an input stays as it is in Azure."""

    @property
    def parameters(self) -> tuple[str, ...]:
        """The inputs that make up the id, in their order, without the subscription."""
        return tuple(name for name in re.findall(r"{(\w+)}", self.path) if name != "subscriptionId")

    @property
    def name_parameter(self) -> str:
        """The input that names the resource."""
        return self.parameters[-1]


def _place(path: str, model: str = "", replaces: str = "", keeps: str = "") -> Place:
    return Place(path, model, frozenset(replaces.split()), frozenset(keeps.split()))


_NET, _DNS = "azure.mgmt.network.models", "azure.mgmt.privatedns.models"
_MONITOR = "azure.mgmt.monitor.models"
_INSIGHTS_2020 = "azure.mgmt.applicationinsights.v2020_02_02.models"
_APPCONFIG = "azure.mgmt.appconfiguration.models"

PLACES: Mapping[str, Place] = {
    "resources:ResourceGroup": _place(_GROUP, replaces="location"),
    # Azure refuses another location or model here, azure-native does not know and asks: no kinder.
    "cognitiveservices:Account": _place(_COGNITIVE),
    "cognitiveservices:AccountConnection": _place(f"{_COGNITIVE}/connections/{{connectionName}}"),
    "cognitiveservices:Deployment": _place(f"{_COGNITIVE}/deployments/{{deploymentName}}"),
    "cognitiveservices:Project": _place(f"{_COGNITIVE}/projects/{{projectName}}"),
    "cognitiveservices:ProjectConnection": _place(
        f"{_COGNITIVE}/projects/{{projectName}}/connections/{{connectionName}}"
    ),
    "cognitiveservices:RaiBlocklist": _place(f"{_COGNITIVE}/raiBlocklists/{{raiBlocklistName}}"),
    "cognitiveservices:RaiBlocklistItem": _place(
        f"{_COGNITIVE}/raiBlocklists/{{raiBlocklistName}}/raiBlocklistItems/{{raiBlocklistItemName}}"
    ),
    "cognitiveservices:RaiPolicy": _place(f"{_COGNITIVE}/raiPolicies/{{raiPolicyName}}"),
    "applicationinsights:Component": _place(
        f"{_INSIGHTS}/components/{{resourceName}}",
        f"{_INSIGHTS_2020}:ApplicationInsightsComponent",
        replaces="location",
    ),
    "applicationinsights:Workbook": _place(
        f"{_INSIGHTS}/workbooks/{{resourceName}}",
        "azure.mgmt.applicationinsights.models:Workbook",
        replaces="location",
    ),
    "appconfiguration:ConfigurationStore": _place(
        _STORE, f"{_APPCONFIG}:ConfigurationStore", replaces="location"
    ),
    "appconfiguration:KeyValue": _place(
        f"{_STORE}/keyValues/{{keyValueName}}", f"{_APPCONFIG}:KeyValue"
    ),
    "appconfiguration:Replica": _place(f"{_STORE}/replicas/{{replicaName}}", ENVELOPE_RULE),
    "authorization:ManagementLockByScope": _place(
        "/{scope}/providers/Microsoft.Authorization/locks/{lockName}", ENVELOPE_RULE
    ),
    "authorization:PolicyAssignment": _place(
        "/{scope}/providers/Microsoft.Authorization/policyAssignments/{policyAssignmentName}",
        ENVELOPE_RULE,
    ),
    "authorization:RoleAssignment": _place(
        "/{scope}/providers/Microsoft.Authorization/roleAssignments/{roleAssignmentName}",
        "azure.mgmt.authorization.models:RoleAssignmentCreateParameters",
        replaces="principalId",
    ),
    "consumption:Budget": _place(
        "/{scope}/providers/Microsoft.Consumption/budgets/{budgetName}",
        "azure.mgmt.consumption.models:Budget",
    ),
    "costmanagement:Budget": _place(
        "/{scope}/providers/Microsoft.CostManagement/budgets/{budgetName}", ENVELOPE_RULE
    ),
    "costmanagement:ScheduledActionByScope": _place(
        "/{scope}/providers/Microsoft.CostManagement/scheduledActions/{name}", ENVELOPE_RULE
    ),
    "managedidentity:UserAssignedIdentity": _place(
        f"{_GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{{resourceName}}",
        ENVELOPE_RULE,
        replaces="location",
    ),
    "monitor:ActionGroup": _place(
        f"{_INSIGHTS}/actionGroups/{{actionGroupName}}",
        f"{_MONITOR}:ActionGroupResource",
        replaces="location",
    ),
    "monitor:ActivityLogAlert": _place(
        f"{_INSIGHTS}/activityLogAlerts/{{activityLogAlertName}}",
        f"{_MONITOR}:ActivityLogAlertResource",
    ),
    "monitor:DiagnosticSetting": _place(
        "/{resourceUri}/providers/Microsoft.Insights/diagnosticSettings/{name}", ENVELOPE_RULE
    ),
    "monitor:MetricAlert": _place(
        f"{_INSIGHTS}/metricAlerts/{{ruleName}}",
        f"{_MONITOR}:MetricAlertResource",
        replaces="location",
    ),
    "monitor:ScheduledQueryRule": _place(
        f"{_INSIGHTS}/scheduledQueryRules/{{ruleName}}",
        f"{_MONITOR}:ScheduledQueryRuleResource",
        replaces="location",
    ),
    "network:PrivateDnsZoneGroup": _place(
        f"{_ENDPOINT}/privateDnsZoneGroups/{{privateDnsZoneGroupName}}",
        f"{_NET}:PrivateDnsZoneGroup",
    ),
    "network:PrivateEndpoint": _place(
        _ENDPOINT, f"{_NET}:PrivateEndpoint", replaces="location subnet"
    ),
    "network:Subnet": _place(f"{_VNET}/subnets/{{subnetName}}", f"{_NET}:Subnet"),
    "network:VirtualNetwork": _place(
        _VNET,
        f"{_NET}:VirtualNetwork",
        replaces="location",
        keeps="subnets virtualNetworkPeerings",
    ),
    "operationalinsights:Workspace": _place(
        _WORKSPACE, "azure.mgmt.loganalytics.models:Workspace", replaces="location"
    ),
    "privatedns:PrivateZone": _place(_ZONE, f"{_DNS}:PrivateZone", replaces="location"),
    "privatedns:VirtualNetworkLink": _place(
        f"{_ZONE}/virtualNetworkLinks/{{virtualNetworkLinkName}}", f"{_DNS}:VirtualNetworkLink"
    ),
}

# Functions that POST: which resource they ask, and for what.
ACTIONS: Mapping[str, tuple[str, str]] = {
    "appconfiguration:listConfigurationStoreKeys": (
        "appconfiguration:ConfigurationStore",
        "listKeys",
    ),
    "cognitiveservices:listAccountKeys": ("cognitiveservices:Account", "listKeys"),
    "operationalinsights:getSharedKeys": ("operationalinsights:Workspace", "sharedKeys"),
    "operationalinsights:getWorkspaceSharedKeys": ("operationalinsights:Workspace", "sharedKeys"),
}


def kind_of(token: str) -> str:
    """The key in the tables for a Pulumi token: `azure-native:insights/v20200202:Component` too."""
    module, _, name = token.removeprefix(PREFIX).partition(":")
    module = re.sub(r"/v\d{8}(preview)?$", "", module)
    if module == "insights":  # an alias of two
        module = "monitor" if f"monitor:{name}" in PLACES else "applicationinsights"
    return f"{module}:{name}"


def id_of(place: Place, inputs: Mapping[str, object], subscription_id: str) -> str:
    """The ARM id that these inputs make.

    Raises:
        ValueError: an input of the path is missing or not a text.
    """

    def text(match: re.Match[str]) -> str:
        name = match[1]
        value = subscription_id if name == "subscriptionId" else inputs.get(name)
        if not isinstance(value, str):
            kind = "nothing" if value is None else type(value).__name__
            raise ValueError(f"expected string value for path parameter '{name}', got {kind}")
        # App Configuration names hold '~2F' and '$': only what would end a segment is escaped.
        return value.strip("/") if name in SCOPES else quote(value, safe="$&+=:@~!'()*,;")

    return re.sub(r"{(\w+)}", text, place.path)


def parameters_of(place: Place, id: str) -> dict[str, str]:
    """The inputs of the path, read back from an id, whatever its case.

    Raises:
        ValueError: the id is not one of this type.
    """
    pattern = re.sub(
        r"\\{(\w+)\\}",
        lambda match: f"(?P<{match[1]}>{'.+' if match[1] in SCOPES else '[^/]+'})",
        re.escape(place.path),
    )
    found = re.fullmatch(pattern, id, re.IGNORECASE)
    if not found:
        raise ValueError(f"failed to parse '{id}': it does not match '{place.path}'")
    return {
        name: f"/{value}" if name in SCOPES else unquote(value)
        for name, value in found.groupdict().items()
        if name != "subscriptionId"
    }


def replacing(place: Place) -> frozenset[str]:
    """The inputs whose change makes a new resource of the old one."""
    return place.replaces | frozenset(place.parameters)
