"""One resource of each type that the stacks declare, as flat as can be."""

from __future__ import annotations

import pulumi
from pulumi_azure_native import (
    appconfiguration,
    applicationinsights,
    authorization,
    cognitiveservices,
    consumption,
    managedidentity,
    monitor,
    network,
    operationalinsights,
    privatedns,
    resources,
)

config = pulumi.Config()
CAPACITY = config.get_int("capacity") or 10
PLACE = config.get("place") or "eastus2"
ACCOUNT = config.get("account") or "oai-every-type"
ONLY_A_FEW = config.get_bool("few") or False
OPERATOR = "00000000-0000-4000-8000-000000000100"
USER = "5e0bd9bd-7b93-4f28-af87-19fc36ad61bd"

group = resources.ResourceGroup("group", resource_group_name="rg-every-type", location=PLACE)
here = {"resource_group_name": group.name}
account = cognitiveservices.Account(
    "account",
    **here,
    account_name=ACCOUNT,
    kind="AIServices",
    sku={"name": "S0"},
    identity={"type": "SystemAssigned"},
    properties={
        "custom_sub_domain_name": ACCOUNT,
        "disable_local_auth": True,
        "public_network_access": "Enabled",
        "allow_project_management": True,
    },
)
child = {**here, "account_name": account.name}
deployment = cognitiveservices.Deployment(
    "deployment",
    **child,
    deployment_name="chat",
    sku={"name": "Standard", "capacity": CAPACITY},
    properties={"model": {"format": "OpenAI", "name": "gpt-4.1", "version": "2025-04-14"}},
)
pulumi.export("endpoint", account.properties.endpoint)
pulumi.export("deployment", deployment.id)

if not ONLY_A_FEW:
    blocklist = cognitiveservices.RaiBlocklist(
        "blocklist",
        **child,
        rai_blocklist_name="words",
        properties={"description": "Words of no use"},
        opts=pulumi.ResourceOptions(depends_on=[deployment]),
    )
    item = cognitiveservices.RaiBlocklistItem(
        "item",
        **child,
        rai_blocklist_name=blocklist.name,
        rai_blocklist_item_name="first",
        properties={"pattern": "forbidden", "is_regex": False},
    )
    policy = cognitiveservices.RaiPolicy(
        "policy",
        **child,
        rai_policy_name="strict",
        properties={
            "base_policy_name": "Microsoft.DefaultV2",
            "mode": "Blocking",
            "content_filters": [
                {
                    "name": "Hate",
                    "source": source,
                    "enabled": True,
                    "blocking": True,
                    "severity_threshold": "Medium",
                }
                for source in ("Prompt", "Completion")
            ],
        },
        opts=pulumi.ResourceOptions(depends_on=[item]),
    )
    project = cognitiveservices.Project(
        "project",
        **child,
        project_name="cora",
        identity={"type": "SystemAssigned"},
        properties={"display_name": "Cora", "description": "An agent"},
        opts=pulumi.ResourceOptions(depends_on=[policy]),
    )
    workspace = operationalinsights.Workspace(
        "workspace",
        **here,
        workspace_name="log-every-type",
        sku={"name": "PerGB2018"},
        retention_in_days=30,
        features={"disable_local_auth": True},
    )
    component = applicationinsights.Component(
        "component",
        **here,
        resource_name_="appi-every-type",
        kind="web",
        application_type="web",
        workspace_resource_id=workspace.id,
        disable_local_auth=True,
    )
    connection = cognitiveservices.ProjectConnection(
        "connection",
        **child,
        project_name="cora",
        connection_name="appi",
        properties=cognitiveservices.ApiKeyAuthConnectionPropertiesArgs(
            auth_type="ApiKey",
            category="AppInsights",
            target=component.id,
            credentials={"key": pulumi.Output.secret("InstrumentationKey=none")},
            metadata={"ApiType": "Azure"},
        ),
        opts=pulumi.ResourceOptions(depends_on=[project]),
    )
    workbook = applicationinsights.Workbook(
        "workbook",
        **here,
        resource_name_="7f6e1c0a-6c0f-4b6e-9a39-000000000001",
        category="workbook",
        display_name="Cora",
        kind="shared",
        serialized_data='{"version":"Notebook/1.0","items":[]}',
        source_id=component.id,
    )
    diagnostics = monitor.DiagnosticSetting(
        "diagnostics",
        resource_uri=account.id,
        name="to-workspace",
        workspace_id=workspace.id,
        logs=[{"category_group": "allLogs", "enabled": True}],
        metrics=[{"category": "AllMetrics", "enabled": True}],
    )
    action = monitor.ActionGroup(
        "action",
        **here,
        action_group_name="ag-every-type",
        group_short_name="every",
        location="Global",
        enabled=True,
        email_receivers=[
            {
                "name": "on-call",
                "email_address": "on-call@example.com",
                "use_common_alert_schema": True,
            }
        ],
    )
    metric = monitor.MetricAlert(
        "metric",
        **here,
        rule_name="throttled",
        location="global",
        enabled=True,
        severity=2,
        evaluation_frequency="PT5M",
        window_size="PT15M",
        scopes=[account.id],
        # One of several shapes: only the class writes down which.
        criteria=monitor.MetricAlertSingleResourceMultipleMetricCriteriaArgs(
            odata_type="Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria",
            all_of=[
                {
                    "criterion_type": "StaticThresholdCriterion",
                    "name": "throttled",
                    "metric_name": "AzureOpenAIRequests",
                    "metric_namespace": "Microsoft.CognitiveServices/accounts",
                    "operator": "GreaterThan",
                    "threshold": 5,
                    "time_aggregation": "Total",
                    "dimensions": [
                        {"name": "StatusCode", "operator": "Include", "values": ["429"]}
                    ],
                }
            ],
        ),
        actions=[{"action_group_id": action.id}],
    )
    query = monitor.ScheduledQueryRule(
        "query",
        **here,
        rule_name="errors",
        kind="LogAlert",
        scopes=[workspace.id],
        severity=2,
        enabled=True,
        evaluation_frequency="PT5M",
        window_size="PT5M",
        skip_query_validation=True,
        criteria={
            "all_of": [
                {
                    "query": "AppDependencies | summarize n = sum(ItemCount)",
                    "metric_measure_column": "n",
                    "time_aggregation": "Maximum",
                    "operator": "GreaterThan",
                    "threshold": 5,
                    "failing_periods": {
                        "number_of_evaluation_periods": 1,
                        "min_failing_periods_to_alert": 1,
                    },
                }
            ]
        },
        actions={"action_groups": [action.id]},
    )
    activity = monitor.ActivityLogAlert(
        "activity",
        **here,
        activity_log_alert_name="deleted",
        location="global",
        enabled=True,
        scopes=[account.id],
        condition={"all_of": [{"field": "category", "equals": "Administrative"}]},
        actions={"action_groups": [{"action_group_id": action.id}]},
    )
    budget = consumption.Budget(
        "budget",
        scope=group.id,
        budget_name="month",
        amount=500,
        category="Cost",
        time_grain="Monthly",
        time_period={"start_date": "2026-01-01T00:00:00Z", "end_date": "2030-01-01T00:00:00Z"},
        notifications={
            "actual80": {
                "enabled": True,
                "operator": "GreaterThan",
                "threshold": 80,
                "contact_emails": ["on-call@example.com"],
                "threshold_type": "Actual",
            }
        },
    )
    role = authorization.RoleAssignment(
        "role",
        scope=account.id,
        principal_id="00000000-0000-4000-8000-000000000300",
        principal_type="ServicePrincipal",
        role_definition_id=f"/providers/Microsoft.Authorization/roleDefinitions/{USER}",
        role_assignment_name="7f6e1c0a-6c0f-4b6e-9a39-000000000002",
    )
    store = appconfiguration.ConfigurationStore(
        "store",
        **here,
        config_store_name="appcs-every-type",
        sku={"name": "standard"},
        disable_local_auth=True,
        data_plane_proxy={"authentication_mode": "Pass-through"},
    )
    owner = authorization.RoleAssignment(
        "owner",
        scope=store.id,
        principal_id=OPERATOR,
        principal_type="User",
        role_definition_id="/providers/Microsoft.Authorization/roleDefinitions/"
        "5ae67dd6-50cb-40e7-96ff-dc2bfa4b606b",
        role_assignment_name="7f6e1c0a-6c0f-4b6e-9a39-000000000003",
    )
    flag = appconfiguration.KeyValue(
        "flag",
        **here,
        config_store_name=store.name,
        key_value_name=".appconfig.featureflag~2Fchat-router$dev",
        content_type="application/vnd.microsoft.appconfig.ff+json;charset=utf-8",
        value='{"id":"chat-router","enabled":true,"conditions":{"client_filters":[]}}',
        opts=pulumi.ResourceOptions(depends_on=[owner]),
    )
    identity = managedidentity.UserAssignedIdentity(
        "identity", **here, resource_name_="id-every-type"
    )
    vnet = network.VirtualNetwork(
        "vnet",
        **here,
        virtual_network_name="vnet-every-type",
        address_space={"address_prefixes": ["10.0.0.0/16"]},
    )
    subnet = network.Subnet(
        "subnet",
        **here,
        virtual_network_name=vnet.name,
        subnet_name="endpoints",
        address_prefix="10.0.0.0/24",
        private_endpoint_network_policies="Disabled",
    )
    zone = privatedns.PrivateZone(
        "zone",
        **here,
        private_zone_name="privatelink.openai.azure.com",
        location="global",
    )
    link = privatedns.VirtualNetworkLink(
        "link",
        **here,
        private_zone_name=zone.name,
        virtual_network_link_name="vnet",
        location="global",
        registration_enabled=False,
        virtual_network={"id": vnet.id},
    )
    endpoint = network.PrivateEndpoint(
        "endpoint",
        **here,
        private_endpoint_name="pep-every-type",
        subnet={"id": subnet.id},
        private_link_service_connections=[
            {"name": "account", "private_link_service_id": account.id, "group_ids": ["account"]}
        ],
        opts=pulumi.ResourceOptions(depends_on=[project]),
    )
    zones = network.PrivateDnsZoneGroup(
        "zones",
        **here,
        private_endpoint_name=endpoint.name,
        private_dns_zone_group_name="default",
        private_dns_zone_configs=[{"name": "openai", "private_dns_zone_id": zone.id}],
    )
    # Made last and gone first: while it stands nothing of the group can be deleted.
    authorization.ManagementLockByScope(
        "lock",
        scope=group.id,
        lock_name="keep",
        level="CanNotDelete",
        notes="Ask first",
        opts=pulumi.ResourceOptions(
            depends_on=[
                *(connection, workbook, diagnostics, metric, query, activity, budget),
                *(role, flag, identity, link, zones),
            ]
        ),
    )
