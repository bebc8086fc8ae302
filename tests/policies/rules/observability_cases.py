"""What the rules on observability let pass, and what they refuse."""

from components import catalog
from tests.policies.compliant.part import (
    ACCOUNT_ID,
    IN_GROUP,
    INSIGHTS_ID,
    OF_ACCOUNT,
    WORKSPACE_ID,
    Part,
)
from tests.policies.worlds import MISSING

TRACES = "app-insights-present-and-connected"
DIAGNOSTICS = "diagnostics-enabled"
RETENTION = "log-retention-minimum"
DASHBOARD = "dashboard-present"

ELSEWHERE = INSIGHTS_ID.replace("appi-shop", "appi-other")
BY_CATEGORY = [
    {"category": "Audit", "enabled": True},
    {"category": "RequestResponse", "enabled": True},
]
METRICS_ALONE = (
    "more-diagnostics",
    "",
    Part(
        catalog.DIAGNOSTIC_SETTING,
        {
            "name": "more",
            "resourceUri": ACCOUNT_ID.upper().replace("/SUBSCRIPTIONS", "/subscriptions"),
            "workspaceId": WORKSPACE_ID,
            "metrics": [{"category": "AllMetrics", "enabled": True}],
        },
    ),
)
SHARED = (
    "shared",
    "",
    Part(
        catalog.ACCOUNT_CONNECTION,
        {**OF_ACCOUNT, "properties": {"category": "AppInsights", "target": INSIGHTS_ID}},
        {"accountName": ("account",)},
    ),
)
OTHER = {"category": "CustomKeys", "authType": "AAD", "target": INSIGHTS_ID}
UNNAMED = ("connection", "projectName", "support")
"""Named, but not read from the project."""

PAGE = "azure-native:portal:Dashboard"


def page(**wired):
    return (
        "page",
        "",
        Part(
            PAGE,
            {
                **IN_GROUP,
                "dashboardName": "shop",
                "properties": {
                    "lenses": [{"order": 0, "parts": [{"metadata": {"inputs": [ACCOUNT_ID]}}]}]
                },
            },
            wired,
        ),
    )


NAMESAKE = ("page", "properties.lenses", [{"order": 0, "parts": [{"title": "shop-ai"}]}])
"""A page that is only called like the account."""

PASSED = [
    (TRACES, "prod", []),
    (TRACES, "prod", [("connection", "", MISSING), SHARED]),
    (TRACES, "prod", [UNNAMED]),
    (TRACES, "prod", [("connection", "properties.category", "appInsights")]),
    (DIAGNOSTICS, "prod", []),
    (DIAGNOSTICS, "prod", [("diagnostics", "logs", BY_CATEGORY)]),
    (
        DIAGNOSTICS,
        "prod",
        [
            ("diagnostics", "logs", [{"categoryGroup": "audit", "enabled": True}, BY_CATEGORY[1]]),
            ("diagnostics", "metrics", MISSING),
            METRICS_ALONE,
        ],
    ),
    (RETENTION, "prod", [("logs", "retentionInDays", 90)]),
    (RETENTION, "staging", [("logs", "retentionInDays", 60)]),
    (DASHBOARD, "prod", []),
    (DASHBOARD, "prod", [("overview", "sourceId", WORKSPACE_ID)]),
    (DASHBOARD, "prod", [("overview", "", MISSING), page()]),
    (DASHBOARD, "prod", [("overview", "", MISSING), page(properties=("traces",))]),
]

REFUSED = [
    (
        TRACES,
        "prod",
        [
            ("traces", "", MISSING),
            ("project", "", MISSING),
            ("connection", "", MISSING),
            ("publisher", "", MISSING),
            ("overview", "sourceId", WORKSPACE_ID),
        ],
        "has no Application Insights",
    ),
    (TRACES, "dev", [("connection", "", MISSING)], "'project' sends its traces nowhere"),
    (TRACES, "prod", [("connection", "properties", OTHER)], "category AppInsights"),
    (TRACES, "prod", [("connection", "properties.target", ELSEWHERE)], "sends its traces nowhere"),
    (TRACES, "prod", [("connection", "properties.target", MISSING)], "sends its traces nowhere"),
    (TRACES, "prod", [("connection", "projectName", "sales")], "'project' sends its traces"),
    (
        TRACES,
        "prod",
        [
            ("connection", "", MISSING),
            SHARED,
            ("shared", "accountName", "other-ai"),
        ],
        "'project' sends its traces",
    ),
    (DIAGNOSTICS, "dev", [("diagnostics", "", MISSING)], "'account' has no diagnostic setting"),
    (DIAGNOSTICS, "prod", [("diagnostics", "resourceUri", WORKSPACE_ID)], "has no diagnostic"),
    (DIAGNOSTICS, "prod", [("diagnostics", "workspaceId", MISSING)], "workspaceId is unset"),
    (DIAGNOSTICS, "prod", [("diagnostics", "logs", MISSING)], "record Audit and RequestResponse"),
    (
        DIAGNOSTICS,
        "prod",
        [("diagnostics", "logs", BY_CATEGORY[:1])],
        "does not record RequestResponse of 'account'",
    ),
    (
        DIAGNOSTICS,
        "staging",
        [("diagnostics", "logs.0.categoryGroup", "audit")],
        "does not record RequestResponse",
    ),
    (
        DIAGNOSTICS,
        "prod",
        [("diagnostics", "logs.0.enabled", False)],
        "does not record Audit and RequestResponse",
    ),
    (DIAGNOSTICS, "prod", [("diagnostics", "metrics", MISSING)], "AllMetrics is not enabled"),
    (DIAGNOSTICS, "prod", [("diagnostics", "metrics.0.enabled", False)], "AllMetrics is not"),
    (DIAGNOSTICS, "prod", [("diagnostics", "metrics.0.category", "Some")], "AllMetrics is not"),
    (RETENTION, "prod", [("logs", "retentionInDays", 89)], "for 89 days; prod needs 90 days"),
    (RETENTION, "staging", [("logs", "retentionInDays", 59)], "staging needs 60 days"),
    (RETENTION, "prod", [("logs", "retentionInDays", MISSING)], "as long as its price tier says"),
    (RETENTION, "prod", [("logs", "retentionInDays", "90")], "as long as its price tier says"),
    (DASHBOARD, "staging", [("overview", "", MISSING)], "nothing shows 'account'"),
    (DASHBOARD, "prod", [("overview", "sourceId", MISSING)], "nothing shows 'account'"),
    (DASHBOARD, "prod", [("overview", "sourceId", ELSEWHERE)], "nothing shows 'account'"),
    (DASHBOARD, "prod", [("overview", "serializedData", MISSING)], "'overview' shows nothing"),
    (DASHBOARD, "prod", [("overview", "serializedData", "{")], "'overview' shows nothing"),
    (DASHBOARD, "prod", [("overview", "serializedData", '{"items": []}')], "shows nothing"),
    (
        DASHBOARD,
        "prod",
        [("overview", "", MISSING), page(), ("page", "properties.lenses", [])],
        "nothing shows 'account'",
    ),
    (
        DASHBOARD,
        "prod",
        [("overview", "", MISSING), page(tags=("on-call",)), NAMESAKE],
        "nothing shows 'account'",
    ),
    (
        DASHBOARD,
        "prod",
        [
            ("overview", "", MISSING),
            page(tags=("account",)),
            ("page", "properties.lenses", []),
        ],
        "'page' shows nothing",
    ),
]

NEEDED = [
    (TRACES, "connection", "properties.category"),
    (DIAGNOSTICS, "diagnostics", "logs"),
    (DIAGNOSTICS, "diagnostics", "metrics"),
    (RETENTION, "logs", "retentionInDays"),
]

NOT_READ = [
    (DIAGNOSTICS, "diagnostics", "workspaceId"),
    (DASHBOARD, "overview", "serializedData"),
]
