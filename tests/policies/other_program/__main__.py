"""A shop's assistant, written in one piece: everything an account needs, nothing of Plumbline's.

Inputs are written as they come, in snake and in camel case, as objects and as dictionaries.
"""

import json

import pulumi
from pulumi_azure_native import (
    applicationinsights,
    authorization,
    cognitiveservices,
    consumption,
    monitor,
    network,
    operationalinsights,
    privatedns,
    resources,
)

STACK = pulumi.get_stack()
MAIL = pulumi.Config().require("mail")
TAGS = {
    "owner": MAIL,
    "costCenter": "CC-7",
    "environment": STACK,
    "dataClassification": "internal",
}
KEEP = pulumi.ResourceOptions(protect=True)
MODEL = {"format": "OpenAI", "name": "gpt-5.4", "version": "2026-03-05"}

group = resources.ResourceGroup(
    "group", resource_group_name="rg-shop", location="swedencentral", tags=TAGS
)
logs = operationalinsights.Workspace(
    "logs",
    resource_group_name=group.name,
    workspace_name="log-shop",
    sku={"name": "PerGB2018"},
    retention_in_days=90,
    features={"disableLocalAuth": True},
    tags=TAGS,
    opts=KEEP,
)
traces = applicationinsights.Component(
    "traces",
    resource_group_name=group.name,
    resource_name_="appi-shop",
    kind="web",
    application_type="web",
    workspace_resource_id=logs.id,
    disable_local_auth=True,
    tags=TAGS,
)
account = cognitiveservices.Account(
    "assistant",
    resource_group_name=group.name,
    account_name="shop-ai",
    location="swedencentral",
    kind="AIServices",
    sku={"name": "S0"},
    identity={"type": "SystemAssigned"},
    properties={
        "customSubDomainName": "shop-ai",
        "disable_local_auth": True,
        "publicNetworkAccess": "Disabled",
        "network_acls": {"default_action": "Deny"},
        "restrict_outbound_network_access": True,
        "allowedFqdnList": ["api.contoso.com"],
    },
    tags=TAGS,
    opts=KEEP,
)
harms = [
    cognitiveservices.RaiPolicyContentFilterArgs(
        name=name, source=source, enabled=True, blocking=True, severity_threshold="Medium"
    )
    for name in ("Hate", "Sexual", "Violence", "Selfharm")
    for source in ("Prompt", "Completion")
]
attacks = [
    {"name": name, "source": source, "enabled": True, "blocking": True}
    for name, source in (
        ("Jailbreak", "Prompt"),
        ("Indirect Attack", "Prompt"),
        ("Protected Material Text", "Completion"),
        ("Protected Material Code", "Completion"),
    )
]
strict = cognitiveservices.RaiPolicy(
    "strict",
    resource_group_name=group.name,
    account_name=account.name,
    rai_policy_name="strict",
    properties={
        "base_policy_name": "Microsoft.DefaultV2",
        "mode": "Blocking",
        "content_filters": [*harms, *attacks],
    },
)
cognitiveservices.Deployment(
    "chat",
    resource_group_name=group.name,
    account_name=account.name,
    deployment_name="chat-v1",
    sku=cognitiveservices.SkuArgs(name="DataZoneStandard", capacity=50),
    properties={
        "model": MODEL,
        "raiPolicyName": strict.name,
        "version_upgrade_option": "NoAutoUpgrade",
    },
)
# As a package made for one version of the API registers it: `pulumi package add azure-native …`.
pulumi.CustomResource(
    "azure-native:cognitiveservices/v20250601:Deployment",
    "search",
    {
        "resourceGroupName": group.name,
        "accountName": account.name,
        "deploymentName": "search-v1",
        "sku": {"name": "DataZoneStandard", "capacity": 50},
        "properties": {
            "model": {"format": "OpenAI", "name": "text-embedding-3-large", "version": "1"},
            "versionUpgradeOption": "NoAutoUpgrade",
        },
    },
)
authorization.RoleAssignment(
    "caller",
    scope=account.id,
    principal_id="00000000-0000-4000-8000-000000000300",
    principal_type="ServicePrincipal",
    # Cognitive Services OpenAI User
    role_definition_id="/providers/Microsoft.Authorization/roleDefinitions/"
    "5e0bd9bd-7b93-4f28-af87-19fc36ad61bd",
)

zones = [
    privatedns.PrivateZone(
        name.split(".")[1],
        resource_group_name=group.name,
        private_zone_name=name,
        location="global",
    )
    for name in (
        "privatelink.cognitiveservices.azure.com",
        "privatelink.openai.azure.com",
        "privatelink.services.ai.azure.com",
    )
]
endpoint = network.PrivateEndpoint(
    "endpoint",
    resource_group_name=group.name,
    private_endpoint_name="pep-shop",
    subnet={"id": "/subscriptions/s/resourceGroups/hub/providers/Microsoft.Network/subnets/ai"},
    private_link_service_connections=[
        {"name": "account", "privateLinkServiceId": account.id, "group_ids": ["account"]}
    ],
    tags=TAGS,
)
network.PrivateDnsZoneGroup(
    "names",
    resource_group_name=group.name,
    private_endpoint_name=endpoint.name,
    private_dns_zone_group_name="default",
    private_dns_zone_configs=[
        {"name": str(number), "privateDnsZoneId": zone.id} for number, zone in enumerate(zones)
    ],
)

monitor.DiagnosticSetting(
    "diagnostics",
    name="diag-shop",
    resource_uri=account.id,
    workspace_id=logs.id,
    logs=[{"category_group": "allLogs", "enabled": True}],
    metrics=[{"category": "AllMetrics", "enabled": True}],
)
on_call = monitor.ActionGroup(
    "on-call",
    resource_group_name=group.name,
    action_group_name="ag-shop",
    group_short_name="shop",
    location="Global",
    enabled=True,
    email_receivers=[{"name": "mail", "emailAddress": MAIL}],
    tags=TAGS,
)


def alert(name: str, metric: str, threshold: float, **dimensions: str) -> None:
    monitor.MetricAlert(
        name,
        resource_group_name=group.name,
        rule_name=name,
        location="global",
        enabled=True,
        severity=1,
        evaluation_frequency="PT1M",
        window_size="PT5M",
        scopes=[account.id],
        # Azure's own spelling: a dictionary of this type is not translated.
        criteria={
            "odataType": "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria",
            "allOf": [
                {
                    "criterionType": "StaticThresholdCriterion",
                    "name": name,
                    "metricName": metric,
                    "operator": "GreaterThan" if threshold < 90 else "LessThan",
                    "threshold": threshold,
                    "timeAggregation": "Total" if threshold < 90 else "Average",
                    "dimensions": [
                        {"name": key, "operator": "Include", "values": [value]}
                        for key, value in dimensions.items()
                    ],
                }
            ],
        },
        actions=[{"actionGroupId": on_call.id}],
        tags=TAGS,
    )


alert("failing", "AzureOpenAIAvailabilityRate", 99, ModelDeploymentName="*")
alert("full", "AzureOpenAIRequests", 10, ModelDeploymentName="*", StatusCode="429")
monitor.ScheduledQueryRule(
    "slow",
    resource_group_name=group.name,
    rule_name="slow",
    kind="LogAlert",
    enabled=True,
    severity=1,
    evaluation_frequency="PT5M",
    window_size="PT5M",
    scopes=[logs.id],
    criteria={
        "all_of": [
            {
                "query": "AppDependencies | summarize p95 = percentile(DurationMs, 95) by dep",
                "metric_measure_column": "p95",
                "operator": "GreaterThan",
                "threshold": 3000,
                "time_aggregation": "Maximum",
                "dimensions": [{"name": "dep", "operator": "Include", "values": ["*"]}],
            }
        ]
    },
    actions={"action_groups": [on_call.id]},
    tags=TAGS,
)
applicationinsights.Workbook(
    "overview",
    resource_group_name=group.name,
    resource_name_="9f3a2b10-0000-4000-8000-000000000001",
    display_name="The assistant",
    category="workbook",
    kind="shared",
    source_id=traces.id,
    serialized_data=json.dumps({"items": [{"type": 1, "name": "about"}]}),
    tags=TAGS,
)
told = {"enabled": True, "operator": "GreaterThan", "contact_emails": [MAIL]}
consumption.Budget(
    "budget",
    scope=group.id,
    budget_name="shop",
    amount=3000,
    category="Cost",
    time_grain="Monthly",
    time_period={"start_date": "2026-11-01T00:00:00Z"},
    notifications={
        "spent": {**told, "threshold": 80, "thresholdType": "Actual"},
        "ahead": {**told, "threshold": 110, "thresholdType": "Forecasted"},
    },
)

pulumi.export("endpoint", account.properties.apply(lambda properties: properties.endpoint))
# no key among the exports: callers have roles
