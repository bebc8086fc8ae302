"""One body for every type that the stacks declare, in an order in which they can be made."""

from typing import Any

from tests.sandbox.core.cloud import ACCOUNT, ACCOUNT_BODY, GROUP, SUBSCRIPTION, deployment

NETWORK = f"{GROUP}/providers/Microsoft.Network"
INSIGHTS = f"{GROUP}/providers/Microsoft.Insights"
WORKSPACE = f"{GROUP}/providers/Microsoft.OperationalInsights/workspaces/log-test"
VNET = f"{NETWORK}/virtualNetworks/vnet-test"
SUBNET = f"{VNET}/subnets/ai"
ZONE = f"{NETWORK}/privateDnsZones/privatelink.openai.azure.com"
ENDPOINT = f"{NETWORK}/privateEndpoints/pe-test"
ACTION_GROUP = f"{INSIGHTS}/actionGroups/ag-test"
STORE = f"{GROUP}/providers/Microsoft.AppConfiguration/configurationStores/appcs-test"
PROJECT = f"{ACCOUNT}/projects/support"
ROLES = f"{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions"
OPENAI_USER = f"{ROLES}/5e0bd9bd-7b93-4f28-af87-19fc36ad61bd"
CORA = "00000000-0000-4000-8000-000000000300"
BLOCKLIST = f"{ACCOUNT}/raiBlocklists/brand"

Example = tuple[str, str, dict[str, Any]]

EXAMPLES: tuple[Example, ...] = (
    ("resources:ResourceGroup", GROUP, {"location": "swedencentral", "tags": {"a": "b"}}),
    (
        "managedidentity:UserAssignedIdentity",
        f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-test",
        {"location": "swedencentral"},
    ),
    (
        "operationalinsights:Workspace",
        WORKSPACE,
        {
            "location": "swedencentral",
            "properties": {
                "sku": {"name": "PerGB2018"},
                "retentionInDays": 90,
                "features": {"disableLocalAuth": True},
                "workspaceCapping": {"dailyQuotaGb": 5},
            },
        },
    ),
    (
        "applicationinsights:Component",
        f"{INSIGHTS}/components/appi-test",
        {
            "location": "swedencentral",
            "kind": "web",
            "properties": {
                "Application_Type": "web",
                "WorkspaceResourceId": WORKSPACE,
                "DisableLocalAuth": True,
            },
        },
    ),
    (
        "applicationinsights:Workbook",
        f"{INSIGHTS}/workbooks/6f0ff7c5-8f1f-4b7e-9d4a-0d9d3f9a1d11",
        {
            "location": "swedencentral",
            "kind": "shared",
            "properties": {
                "displayName": "AI",
                "category": "workbook",
                "serializedData": "{}",
                "sourceId": WORKSPACE,
            },
        },
    ),
    ("cognitiveservices:Account", ACCOUNT, ACCOUNT_BODY),
    ("cognitiveservices:RaiBlocklist", BLOCKLIST, {"properties": {"description": "names"}}),
    (
        "cognitiveservices:RaiBlocklistItem",
        f"{BLOCKLIST}/raiBlocklistItems/one",
        {"properties": {"pattern": "rival", "isRegex": False}},
    ),
    (
        "cognitiveservices:RaiPolicy",
        f"{ACCOUNT}/raiPolicies/strict",
        {
            "properties": {
                "mode": "Blocking",
                "basePolicyName": "Microsoft.DefaultV2",
                "contentFilters": [
                    {
                        "name": "Hate",
                        "source": "Prompt",
                        "enabled": True,
                        "blocking": True,
                        "severityThreshold": "Low",
                    },
                ],
                "customBlocklists": [
                    {"blocklistName": "brand", "source": "Prompt", "blocking": True}
                ],
            }
        },
    ),
    (
        "cognitiveservices:Deployment",
        f"{ACCOUNT}/deployments/chat-v1",
        deployment(raiPolicyName="strict", versionUpgradeOption="NoAutoUpgrade"),
    ),
    (
        "cognitiveservices:Project",
        PROJECT,
        {
            "location": "swedencentral",
            "identity": {"type": "SystemAssigned"},
            "properties": {"displayName": "Support", "description": "Cora"},
        },
    ),
    (
        "cognitiveservices:ProjectConnection",
        f"{PROJECT}/connections/traces",
        {
            "properties": {
                "authType": "ApiKey",
                "category": "AppInsights",
                "target": f"{INSIGHTS}/components/appi-test",
                "credentials": {"key": "a secret"},
                "metadata": {"ApiType": "Azure"},
            }
        },
    ),
    (
        "network:VirtualNetwork",
        VNET,
        {
            "location": "swedencentral",
            "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}},
        },
    ),
    ("network:Subnet", SUBNET, {"properties": {"addressPrefix": "10.0.1.0/24"}}),
    ("privatedns:PrivateZone", ZONE, {"location": "global"}),
    (
        "privatedns:VirtualNetworkLink",
        f"{ZONE}/virtualNetworkLinks/vnet-test",
        {
            "location": "global",
            "properties": {"virtualNetwork": {"id": VNET}, "registrationEnabled": False},
        },
    ),
    (
        "network:PrivateEndpoint",
        ENDPOINT,
        {
            "location": "swedencentral",
            "properties": {
                "subnet": {"id": SUBNET},
                "privateLinkServiceConnections": [
                    {
                        "name": "account",
                        "properties": {"privateLinkServiceId": ACCOUNT, "groupIds": ["account"]},
                    }
                ],
            },
        },
    ),
    (
        "network:PrivateDnsZoneGroup",
        f"{ENDPOINT}/privateDnsZoneGroups/default",
        {
            "properties": {
                "privateDnsZoneConfigs": [
                    {"name": "openai", "properties": {"privateDnsZoneId": ZONE}}
                ]
            }
        },
    ),
    (
        "authorization:RoleAssignment",
        f"{ACCOUNT}/providers/Microsoft.Authorization/roleAssignments"
        "/11111111-0000-4000-8000-000000000001",
        {
            "properties": {
                "principalId": CORA,
                "principalType": "ServicePrincipal",
                "roleDefinitionId": OPENAI_USER,
            }
        },
    ),
    (
        "monitor:DiagnosticSetting",
        f"{ACCOUNT}/providers/Microsoft.Insights/diagnosticSettings/all",
        {
            "properties": {
                "workspaceId": WORKSPACE,
                "logs": [{"categoryGroup": "allLogs", "enabled": True}],
                "metrics": [{"category": "AllMetrics", "enabled": True}],
            }
        },
    ),
    (
        "monitor:ActionGroup",
        ACTION_GROUP,
        {
            "location": "Global",
            "properties": {
                "groupShortName": "on-call",
                "enabled": True,
                "emailReceivers": [
                    {
                        "name": "team",
                        "emailAddress": "team@contoso.com",
                        "useCommonAlertSchema": True,
                    }
                ],
            },
        },
    ),
    (
        "monitor:MetricAlert",
        f"{INSIGHTS}/metricAlerts/throttling",
        {
            "location": "global",
            "properties": {
                "enabled": True,
                "severity": 2,
                "evaluationFrequency": "PT5M",
                "windowSize": "PT5M",
                "scopes": [ACCOUNT],
                "criteria": {
                    "odata.type": ("Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria"),
                    "allOf": [
                        {
                            "criterionType": "StaticThresholdCriterion",
                            "name": "throttled",
                            "metricName": "AzureOpenAIRequests",
                            "metricNamespace": "Microsoft.CognitiveServices/accounts",
                            "operator": "GreaterThan",
                            "threshold": 5,
                            "timeAggregation": "Total",
                        }
                    ],
                },
                "actions": [{"actionGroupId": ACTION_GROUP}],
            },
        },
    ),
    (
        "monitor:ScheduledQueryRule",
        f"{INSIGHTS}/scheduledQueryRules/errors",
        {
            "location": "swedencentral",
            "kind": "LogAlert",
            "properties": {
                "enabled": True,
                "severity": 1,
                "evaluationFrequency": "PT5M",
                "windowSize": "PT5M",
                "scopes": [WORKSPACE],
                "criteria": {"allOf": [{"query": "AppDependencies", "threshold": 5}]},
                "actions": {"actionGroups": [ACTION_GROUP]},
                "skipQueryValidation": True,
            },
        },
    ),
    (
        "monitor:ActivityLogAlert",
        f"{INSIGHTS}/activityLogAlerts/health",
        {
            "location": "Global",
            "properties": {
                "scopes": [SUBSCRIPTION],
                "condition": {"allOf": [{"field": "category", "equals": "ServiceHealth"}]},
                "actions": {"actionGroups": [{"actionGroupId": ACTION_GROUP}]},
                "enabled": True,
            },
        },
    ),
    (
        "consumption:Budget",
        f"{GROUP}/providers/Microsoft.Consumption/budgets/monthly",
        {
            "properties": {
                "amount": 1200,
                "category": "Cost",
                "timeGrain": "Monthly",
                "timePeriod": {"startDate": "2026-11-01T00:00:00Z"},
                "notifications": {
                    "actual-80": {
                        "enabled": True,
                        "operator": "GreaterThan",
                        "threshold": 80,
                        "contactEmails": ["finops@contoso.com"],
                    }
                },
            }
        },
    ),
    (
        "appconfiguration:ConfigurationStore",
        STORE,
        {"location": "swedencentral", "sku": {"name": "standard"}},
    ),
    (
        "appconfiguration:KeyValue",
        f"{STORE}/keyValues/.appconfig.featureflag~2Fchat$dev",
        {"properties": {"value": '{"id":"chat"}', "contentType": "application/json"}},
    ),
    (
        "authorization:ManagementLockByScope",
        f"{ACCOUNT}/providers/Microsoft.Authorization/locks/keep",
        {"properties": {"level": "CanNotDelete", "notes": "in use"}},
    ),
)
