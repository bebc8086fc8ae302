"""Logs, traces, alerts, the people they reach, and the money."""

import json

from components import catalog
from policies.values import UNKNOWN
from tests.policies.compliant.models import has_reserved
from tests.policies.compliant.part import (
    ACCOUNT_ID,
    GROUP,
    IN_GROUP,
    INSIGHTS_ID,
    OF_ACCOUNT,
    WORKSPACE_ID,
    Part,
    action_group_id,
    tags,
)

ON_CALL, FINANCE = "ag-shop-on-call", "ag-shop-finance"


def parts(profile):
    return {
        **_logs(profile),
        **_projects(profile),
        **_action_groups(profile),
        **_metric_alerts(profile),
        **_query_alerts(profile),
        **_budget(),
    }


def _logs(profile):
    logs = {
        **IN_GROUP,
        "workspaceName": "log-shop",
        "location": "swedencentral",
        "sku": {"name": "PerGB2018"},
        "retentionInDays": 90,
        "features": {"disableLocalAuth": True},
        "tags": tags(profile),
    }
    traces = {
        **IN_GROUP,
        "resourceName": "appi-shop",
        "location": "swedencentral",
        "kind": "web",
        "applicationType": "web",
        "flowType": "Bluefield",
        "requestSource": "rest",
        "ingestionMode": "LogAnalytics",
        "workspaceResourceId": WORKSPACE_ID,
        "disableLocalAuth": True,
        "publicNetworkAccessForIngestion": "Enabled",
        "publicNetworkAccessForQuery": "Enabled",
        "tags": tags(profile),
    }
    workbook = {
        **IN_GROUP,
        "resourceName": "3771b443-9c05-5fc6-b0de-843b2547859a",
        "displayName": "shop: models in production",
        "category": "workbook",
        "kind": "shared",
        "location": "swedencentral",
        "sourceId": INSIGHTS_ID,
        "serializedData": json.dumps({"items": [{"type": 1, "name": "about"}]}),
        "tags": tags(profile),
    }
    diagnostics = {
        "name": "diag-shop",
        "resourceUri": ACCOUNT_ID,
        "workspaceId": WORKSPACE_ID,
        "logs": [{"categoryGroup": "allLogs", "enabled": True}],
        "metrics": [{"category": "AllMetrics", "enabled": True}],
    }
    return {
        "logs": Part(catalog.WORKSPACE, logs, protected=True),
        "traces": Part(catalog.APP_INSIGHTS, traces, {"workspaceResourceId": ("logs",)}),
        "overview": Part(catalog.WORKBOOK, workbook, {"sourceId": ("traces",)}),
        "diagnostics": Part(
            catalog.DIAGNOSTIC_SETTING,
            diagnostics,
            {"resourceUri": ("account",), "workspaceId": ("logs",)},
            protected=True,
        ),
    }


def _projects(profile):
    project = {
        **OF_ACCOUNT,
        "projectName": "support",
        "location": "swedencentral",
        "identity": {"type": "SystemAssigned"},
        "properties": {"displayName": "support", "description": "The customer agent"},
        "tags": tags(profile),
    }
    connection = {
        **OF_ACCOUNT,
        "projectName": "support",
        "connectionName": "application-insights",
        "properties": {
            "category": "AppInsights",
            "authType": "ApiKey",
            "target": INSIGHTS_ID,
            "isSharedToAll": True,
            "credentials": {"key": UNKNOWN},
            "metadata": {"ApiType": "Azure", "ResourceId": INSIGHTS_ID},
        },
    }
    return {
        "project": Part(catalog.PROJECT, project, {"accountName": ("account",)}),
        "connection": Part(
            catalog.PROJECT_CONNECTION,
            connection,
            {"accountName": ("account",), "projectName": ("project",), "properties": ("traces",)},
        ),
    }


def _action_groups(profile):
    def group(called, short, mail):
        return Part(
            catalog.ACTION_GROUP,
            {
                **IN_GROUP,
                "actionGroupName": called,
                "groupShortName": short,
                "location": "Global",
                "enabled": True,
                "emailReceivers": [
                    {"name": "email-0", "emailAddress": mail, "useCommonAlertSchema": True}
                ],
                "webhookReceivers": [],
                "tags": tags(profile),
            },
        )

    return {
        "on-call": group(ON_CALL, "ai-on-call", "ai-oncall@contoso.com"),
        "finance": group(FINANCE, "ai-finance", "finops@contoso.com"),
    }


def _metric_alerts(profile):
    def alert(name, metric, operator, threshold, aggregation, severity, *dimensions):
        return Part(
            catalog.METRIC_ALERT,
            {
                **IN_GROUP,
                "ruleName": f"alert-shop-{name}",
                "description": f"Azure reports {metric}",
                "location": "global",
                "enabled": True,
                "autoMitigate": True,
                "severity": severity,
                "evaluationFrequency": "PT1M",
                "windowSize": "PT5M",
                "scopes": [ACCOUNT_ID],
                "criteria": {
                    "odataType": "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria",
                    "allOf": [
                        {
                            "criterionType": "StaticThresholdCriterion",
                            "name": name,
                            "metricName": metric,
                            "metricNamespace": "Microsoft.CognitiveServices/accounts",
                            "operator": operator,
                            "threshold": threshold,
                            "timeAggregation": aggregation,
                            "dimensions": [
                                {"name": key, "operator": "Include", "values": [value]}
                                for key, value in dimensions
                            ],
                        }
                    ],
                },
                "actions": [{"actionGroupId": action_group_id(ON_CALL)}],
                "tags": tags(profile),
            },
            {"scopes": ("account",), "actions": ("on-call",)},
        )

    each = ("ModelDeploymentName", "*")
    made = {
        "availability": alert(
            "availability", "AzureOpenAIAvailabilityRate", "LessThan", 99, "Average", 1, each
        ),
        "throttling": alert(
            "throttling",
            "AzureOpenAIRequests",
            "GreaterThan",
            10,
            "Total",
            2,
            ("StatusCode", "429"),
            each,
            ("IsSpillover", "*"),
        ),
    }
    if has_reserved(profile):
        made["utilisation"] = alert(
            "utilisation",
            "AzureOpenAIProvisionedManagedUtilizationV2",
            "GreaterThan",
            90,
            "Average",
            2,
            ("ModelDeploymentName", "chat-reserved"),
        )
    return made


def _query_alerts(profile):
    def alert(name, column, threshold, severity, group, split, window):
        dimensions = [{"name": "dep", "operator": "Include", "values": ["*"]}]
        return Part(
            catalog.SCHEDULED_QUERY_RULE,
            {
                **IN_GROUP,
                "ruleName": f"alert-shop-{name}",
                "displayName": name,
                "description": name,
                "kind": "LogAlert",
                "location": "swedencentral",
                "enabled": True,
                "autoMitigate": True,
                "skipQueryValidation": True,
                "severity": severity,
                "evaluationFrequency": "PT5M",
                "windowSize": window,
                "scopes": [WORKSPACE_ID],
                "criteria": {
                    "allOf": [
                        {
                            "query": "AppDependencies",
                            "metricMeasureColumn": column,
                            "operator": "GreaterThan",
                            "threshold": threshold,
                            "timeAggregation": "Maximum",
                            **({"dimensions": dimensions} if split else {}),
                            "failingPeriods": {
                                "numberOfEvaluationPeriods": 1,
                                "minFailingPeriodsToAlert": 1,
                            },
                        }
                    ]
                },
                "actions": {"actionGroups": [action_group_id(group)]},
                "tags": tags(profile),
            },
            {"scopes": ("logs",), "actions": ("on-call" if group == ON_CALL else "finance",)},
        )

    return {
        "errors": alert("errors", "errPct", 5, 1, ON_CALL, True, "PT5M"),
        "latency": alert("latency", "p95", 3000, 1, ON_CALL, True, "PT5M"),
        "daily-cost": alert("daily-cost", "usd", 150, 2, FINANCE, False, "P1D"),
    }


def _budget():
    def notification(kind, threshold):
        return {
            "enabled": True,
            "operator": "GreaterThan",
            "threshold": threshold,
            "thresholdType": kind,
            "contactEmails": ["finops@contoso.com"],
        }

    budget = {
        "scope": GROUP,
        "budgetName": "budget-shop",
        "amount": 3000,
        "category": "Cost",
        "timeGrain": "Monthly",
        "timePeriod": {"startDate": "2026-11-01T00:00:00Z"},
        "notifications": {
            "actual-80": notification("Actual", 80),
            "actual-100": notification("Actual", 100),
            "forecast-110": notification("Forecasted", 110),
        },
    }
    return {
        "spending": Part("plumb:index:Budget", {"monthly": 3000, "currency": "EUR"}),
        "budget": Part(catalog.BUDGET, budget, {"scope": ("group",)}, parent="spending"),
    }
