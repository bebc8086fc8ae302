"""What the rules on alerts let pass, and what they refuse."""

from components import catalog
from tests.policies.compliant.part import (
    ACCOUNT_ID,
    GROUP,
    IN_GROUP,
    INSIGHTS_ID,
    WORKSPACE_ID,
    Part,
    action_group_id,
    tags,
)
from tests.policies.worlds import MISSING

ERRORS = "alert-coverage-errors"
LATENCY = "alert-coverage-latency"
THROTTLING = "alert-coverage-throttling"
ROUTED = "alert-routed-to-on-call"

CRITERION = "criteria.allOf.0"
DIMENSIONS = f"{CRITERION}.dimensions"
THRESHOLD = f"{CRITERION}.threshold"
COLUMN = f"{CRITERION}.metricMeasureColumn"
NAMESPACE = "Microsoft.CognitiveServices/accounts"

OTHER_LOGS = WORKSPACE_ID.replace("log-shop", "log-central")
OTHER_ACCOUNT = ACCOUNT_ID.replace("shop-ai", "other-ai")
OTHER_GROUP = action_group_id("ag-central")

CHAT_ALONE = ("routing", "routes.chat.candidate", MISSING)
"""In dev; elsewhere a fallback of provisioned throughput is left as well."""
NO_AVAILABILITY = ("availability", "", MISSING)
NO_ERRORS = ("errors", "", MISSING)


def included(name, *values):
    return {"name": name, "operator": "Include", "values": list(values)}


def metric_alert(metric, *dimensions, **changes):
    """A metric alert on one account, as somebody else might write it."""
    criterion = {
        "name": "one",
        "criterionType": "StaticThresholdCriterion",
        "metricName": metric,
        "operator": "GreaterThan",
        "threshold": 5,
        "timeAggregation": "Total",
        "dimensions": list(dimensions),
        **changes.pop("criterion", {}),
    }
    inputs = {
        **IN_GROUP,
        "ruleName": "theirs",
        "enabled": True,
        "severity": 2,
        "scopes": [ACCOUNT_ID],
        "criteria": {"allOf": [criterion]},
        "actions": [{"actionGroupId": action_group_id("ag-shop-on-call")}],
        "tags": tags("dev"),
    }
    return ("theirs", "", Part(catalog.METRIC_ALERT, {**inputs, **changes}))


def requests(*codes, deployment="*", operator="Include", **changes):
    return metric_alert(
        "AzureOpenAIRequests",
        {"name": "StatusCode", "operator": operator, "values": list(codes)},
        included("ModelDeploymentName", deployment),
        **changes,
    )


SNAKE = {
    "odata_type": "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria",
    "all_of": [
        {
            "metric_name": "AzureOpenAIRequests",
            "operator": "GreaterThan",
            "threshold": 5,
            "dimensions": [
                included("StatusCode", "429", "500"),
                included("ModelDeploymentName", "*"),
            ],
        }
    ],
}
EXCLUDED = {"name": "StatusCode", "operator": "Exclude", "values": ["200", "429"]}
UNWATCHED = [NO_AVAILABILITY, NO_ERRORS]
ALL_ELSEWHERE = [
    ("diagnostics", "workspaceId", OTHER_LOGS),
    ("latency", "scopes", [OTHER_LOGS]),
]
SLOW_RESERVED = [
    ("latency", f"{DIMENSIONS}.0.values", ["chat-v2", "CHAT-V3"]),
    metric_alert(
        "AzureOpenAITimeToResponse",
        included("ModelDeploymentName", "chat-reserved"),
        criterion={"threshold": 2500},
        tags=tags("prod"),
    ),
]

PASSED = [
    (ERRORS, "prod", []),
    (ERRORS, "prod", [NO_ERRORS]),
    (ERRORS, "prod", [NO_AVAILABILITY]),
    (ERRORS, "prod", [*UNWATCHED, requests("500", "5xx")]),
    (ERRORS, "prod", [*UNWATCHED, requests("200", operator="Exclude")]),
    (ERRORS, "prod", [*UNWATCHED, requests("429", "503", scopes=[GROUP])]),
    (ERRORS, "prod", [NO_AVAILABILITY, ("errors", "scopes", [INSIGHTS_ID])]),
    (ERRORS, "prod", [metric_alert("Latency", scopes=[WORKSPACE_ID])]),
    (ERRORS, "prod", [metric_alert("Latency", criterion={"metricNamespace": "Mine/things"})]),
    (ERRORS, "prod", [("embed", "deploymentName", "embed-v9")]),
    (LATENCY, "prod", []),
    (LATENCY, "prod", [("latency", THRESHOLD, 3000.0)]),
    (LATENCY, "prod", ALL_ELSEWHERE),
    (LATENCY, "prod", SLOW_RESERVED),
    (THROTTLING, "prod", []),
    (THROTTLING, "dev", [("throttling", "", MISSING), requests("429")]),
    (THROTTLING, "prod", [("throttling", "", MISSING), requests("200", operator="Exclude")]),
    (ROUTED, "prod", []),
    (ROUTED, "prod", [("daily-cost", "enabled", False)]),
    (ROUTED, "prod", [("stack-evidence", "operations", MISSING), ("on-call", "enabled", MISSING)]),
    (
        ROUTED,
        "prod",
        [
            ("on-call", "emailReceivers", []),
            ("on-call", "webhookReceivers", [{"name": "page", "serviceUri": "https://x"}]),
        ],
    ),
]

REFUSED = [
    (ERRORS, "dev", [*UNWATCHED, CHAT_ALONE], "no alert tells of failing calls of 'chat'"),
    (
        ERRORS,
        "dev",
        [NO_AVAILABILITY, ("errors", f"{DIMENSIONS}.0.values", ["chat-v2"])],
        "no alert tells of failing calls of 'next'",
    ),
    (ERRORS, "dev", [*UNWATCHED, CHAT_ALONE, requests("429")], "failing calls of 'chat'"),
    (ERRORS, "dev", [*UNWATCHED, CHAT_ALONE, requests("*")], "failing calls of 'chat'"),
    (
        ERRORS,
        "dev",
        [*UNWATCHED, CHAT_ALONE, requests("500", deployment="chat-v3")],
        "failing calls of 'chat'",
    ),
    (
        ERRORS,
        "dev",
        [*UNWATCHED, CHAT_ALONE, requests("500", scopes=[OTHER_ACCOUNT])],
        "failing calls of 'chat'",
    ),
    (
        ERRORS,
        "dev",
        [*UNWATCHED, CHAT_ALONE, requests("500", criterion={"operator": "LessThan"})],
        "failing calls of 'chat'",
    ),
    (
        ERRORS,
        "dev",
        [NO_AVAILABILITY, CHAT_ALONE, ("errors", DIMENSIONS, MISSING)],
        "failing calls of 'chat'",
    ),
    (
        ERRORS,
        "dev",
        [NO_AVAILABILITY, CHAT_ALONE, ("errors", "scopes", [OTHER_LOGS])],
        "failing calls of 'chat'",
    ),
    (
        ERRORS,
        "dev",
        [NO_AVAILABILITY, CHAT_ALONE, ("errors", COLUMN, "failures")],
        "failing calls of 'chat'",
    ),
    (
        ERRORS,
        "dev",
        [NO_AVAILABILITY, CHAT_ALONE, ("errors", f"{CRITERION}.operator", "LessThan")],
        "failing calls of 'chat'",
    ),
    (
        ERRORS,
        "dev",
        [*UNWATCHED, requests(criteria=SNAKE)],
        "'theirs' was to tell of failing calls of 'chat' and 1 more, but its criteria say all_of",
    ),
    (ERRORS, "dev", [metric_alert("ServerErrors")], "'theirs' watches 'ServerErrors', which"),
    (
        ERRORS,
        "dev",
        [metric_alert("Latency", scopes=["/x"], criterion={"metricNamespace": NAMESPACE})],
        "'theirs' watches 'Latency', which",
    ),
    (
        ERRORS,
        "dev",
        [metric_alert("totalcalls", scopes=[OTHER_ACCOUNT])],
        "'theirs' watches 'totalcalls', which",
    ),
    (
        LATENCY,
        "prod",
        [("latency", THRESHOLD, 5000)],
        "slow answers of 'chat' and 2 more only over 5000 ms, which is later than 3000 ms",
    ),
    (LATENCY, "prod", [("latency", THRESHOLD, 3000.1)], "which is later than 3000 ms"),
    (LATENCY, "prod", [("latency", THRESHOLD, MISSING)], "only at a threshold of its own"),
    (LATENCY, "dev", [("latency", "", MISSING), CHAT_ALONE], "no alert tells of slow answers"),
    (
        LATENCY,
        "prod",
        [*SLOW_RESERVED, ("theirs", THRESHOLD, 3500)],
        "'theirs' tells of slow answers of 'reserved' only over 3500 ms",
    ),
    (
        LATENCY,
        "dev",
        [
            ("latency", "", MISSING),
            CHAT_ALONE,
            metric_alert("AzureOpenAITimeToResponse", included("ModelDeploymentName", "*")),
        ],
        "no alert tells of slow answers of 'chat'",
    ),
    (
        THROTTLING,
        "prod",
        [("utilisation", "", MISSING)],
        "no alert tells of full provisioned throughput of 'reserved'",
    ),
    (THROTTLING, "prod", [("utilisation", THRESHOLD, 95)], "'reserved' only over 95 %"),
    (
        THROTTLING,
        "prod",
        [("throttling", f"{DIMENSIONS}.1.values", ["chat-v3"])],
        "no alert tells of calls turned away (429) of 'chat'",
    ),
    (
        THROTTLING,
        "prod",
        [("throttling", f"{DIMENSIONS}.0.values", ["500"]), CHAT_ALONE],
        "no alert tells of calls turned away (429) of 'chat'",
    ),
    (
        THROTTLING,
        "prod",
        [
            ("throttling", f"{DIMENSIONS}.0", EXCLUDED),
            CHAT_ALONE,
        ],
        "no alert tells of calls turned away (429) of 'chat'",
    ),
    (
        THROTTLING,
        "prod",
        [("throttling", "criteria", SNAKE)],
        "'throttling' was to tell of calls turned away (429) of 'chat' and 1 more, but",
    ),
    (ROUTED, "staging", [("errors", "enabled", False)], "'errors' is switched off"),
    (ROUTED, "prod", [("latency", "enabled", MISSING)], "enabled is unset"),
    (ROUTED, "prod", [("throttling", "severity", 3)], "severity is 3, and only 2 or less does"),
    (ROUTED, "prod", [("throttling", "severity", MISSING)], "severity is unset"),
    (ROUTED, "prod", [("throttling", "actions", MISSING)], "'throttling' notifies nobody"),
    (ROUTED, "prod", [("latency", "actions", MISSING)], "'latency' notifies nobody"),
    (ROUTED, "prod", [("latency", "actions.actionGroups", [])], "'latency' notifies nobody"),
    (
        ROUTED,
        "prod",
        [("latency", "actions.actionGroups", [action_group_id("ag-shop-finance")])],
        "'latency' notifies 'finance', but on call is 'on-call'",
    ),
    (
        ROUTED,
        "prod",
        [("latency", "actions.actionGroups", [OTHER_GROUP])],
        "'latency' notifies 'ag-central', but on call is 'on-call'",
    ),
    (
        ROUTED,
        "prod",
        [("on-call", "emailReceivers", [])],
        "'on-call' reaches nobody, since it has no receiver, and 5 alerts rely on it",
    ),
    (ROUTED, "prod", [("on-call", "enabled", False)], "since it is switched off"),
]

NEEDED = [
    (LATENCY, "latency", "criteria"),
    (LATENCY, "latency", "scopes"),
    (LATENCY, "latency", DIMENSIONS),
    (LATENCY, "latency", f"{DIMENSIONS}.0.values"),
    (LATENCY, "latency", f"{DIMENSIONS}.0.values.0"),
    (THROTTLING, "throttling", f"{DIMENSIONS}.0.values"),
    (THROTTLING, "throttling", f"{CRITERION}.metricName"),
    (THROTTLING, "reserved", "sku.name"),
    (ROUTED, "errors", "criteria"),
    (ROUTED, "errors", "actions"),
    (ROUTED, "throttling", "actions.0.actionGroupId"),
]

NOT_READ = [
    (ROUTED, "on-call", "emailReceivers"),
    (ERRORS, "errors", "criteria"),
]
