"""What the rules on operations let pass, and what they refuse."""

from datetime import timedelta

from tests.policies.compliant.part import action_group_id
from tests.policies.worlds import MISSING, NOW

NAMING = "deployment-naming"
PINNED = "model-version-pinned"
RETAINED = "rollback-target-retained"
TESTED = "rollback-tested"
RUNBOOK = "runbook-linked"
ON_CALL = "on-call-declared"
PLAN = "capacity-plan-current"

HONEST = "evidence-integrity"
"""Speaks too where an entry lacks what every recorder writes."""

UPGRADE = "properties.versionUpgradeOption"
STACK = "stack-evidence"
REHEARSAL = "rollback.0.data"
CAPACITY_PLAN = "capacityPlan.data"
DEMAND = "demand.0.data"
URL = "operations.runbookUrl"
GROUP = "operations.onCall.actionGroup"


def days_before(days, seconds=0):
    return f"{NOW - timedelta(days=days, seconds=seconds):%Y-%m-%dT%H:%M:%SZ}"


BACK_TO_STABLE = ("routing", "routes.chat.rollback", "account/chat-v2")

PASSED = [
    (NAMING, "prod", []),
    (NAMING, "prod", [("embed", "deploymentName", "embed-large-20261101")]),
    (PINNED, "prod", []),
    (PINNED, "staging", [("chat", UPGRADE, "OnceCurrentVersionExpired")]),
    (RETAINED, "prod", []),
    (RETAINED, "prod", [("previous", "sku.capacity", 75)]),
    (RETAINED, "prod", [("routing", "routes.chat.rollback", "chat-v1")]),
    (RETAINED, "prod", [("routing", "routes.chat.rollback", "shop-ai/CHAT-V3")]),
    (RETAINED, "prod", [("previous", "sku.capacity", MISSING)]),
    (RETAINED, "prod", [("chat", "sku.capacity", MISSING)]),
    (TESTED, "prod", []),
    (TESTED, "prod", [(STACK, f"{REHEARSAL}.testedAt", days_before(90))]),
    (TESTED, "prod", [(STACK, f"{REHEARSAL}.minutes", 15)]),
    (TESTED, "prod", [("routing", "routes.chat.rollback", "chat-v1")]),
    (
        TESTED,
        "prod",
        [
            ("routing", "routes.chat.rollback", "account/chat-v0"),
            (STACK, f"{REHEARSAL}.target", "ACCOUNT/chat-v0"),
        ],
    ),
    (RUNBOOK, "prod", []),
    (RUNBOOK, "prod", [(STACK, URL, "https://wiki.contoso.com/todos/4")]),
    (ON_CALL, "prod", []),
    (ON_CALL, "prod", [(STACK, GROUP, action_group_id("AG-shop-on-call"))]),
    (PLAN, "prod", []),
    (PLAN, "prod", [(STACK, f"{CAPACITY_PLAN}.reviewedAt", days_before(90))]),
    (PLAN, "prod", [(STACK, f"{DEMAND}.growthMonths", 3.0)]),
]

REFUSED = [
    (NAMING, "dev", [("embed", "deploymentName", "prod1")], "of 'embed' is 'prod1', which"),
    (NAMING, "prod", [("embed", "deploymentName", MISSING)], "of 'embed' is unset, which"),
    (NAMING, "prod", [("embed", "deploymentName", "Embed-v1")], "'Embed-v1', which does not say"),
    (NAMING, "prod", [("embed", "deploymentName", "embed-v1\n")], "'embed-v1', which does not say"),
    (PINNED, "dev", [("embed", "properties.model.version", MISSING)], "Azure's default today"),
    (PINNED, "dev", [("chat", UPGRADE, MISSING)], "versionUpgradeOption is unset"),
    (PINNED, "prod", [("chat", UPGRADE, "OnceCurrentVersionExpired")], "NoAutoUpgrade"),
    (
        RETAINED,
        "staging",
        [(STACK, "rollback", MISSING)],
        "the route 'chat' has nothing to go back to",
        [TESTED],
    ),
    (
        RETAINED,
        "prod",
        [(STACK, f"{REHEARSAL}.target", "account/chat-v0")],
        "the rollback target 'account/chat-v0' of the route 'chat' is not in this stack",
    ),
    (
        RETAINED,
        "prod",
        [("previous", "", MISSING)],
        "the rollback target 'account/chat-v1' of the route 'chat' is not in this stack",
    ),
    (
        RETAINED,
        "prod",
        [(STACK, f"{REHEARSAL}.target", "CHAT-V2")],
        "is 'CHAT-V2', which serves it already",
    ),
    (
        RETAINED,
        "prod",
        [("previous", "sku.capacity", 74)],
        "less than 50% of what 'chat' does with 150. Fix: sku.capacity: 75 or more",
    ),
    (
        RETAINED,
        "prod",
        [
            (STACK, f"{REHEARSAL}.target", "chat-reserved"),
            ("chat", "sku.capacity", 300),
        ],
        "'reserved', to which the route 'chat' goes back, has a capacity of 50, which carries less "
        "than 50% of what 'chat' does with 300. Fix: sku.capacity: 63 or more",
    ),
    (
        TESTED,
        "prod",
        [("routing", "routes.chat.rollback", "chat-v1"), (STACK, "rollback", MISSING)],
        "going back on the route 'chat' was never rehearsed",
    ),
    (
        TESTED,
        "prod",
        [(STACK, f"{REHEARSAL}.testedAt", days_before(90, seconds=1))],
        "the rollback rehearsal of the route 'chat' is 90.1 days old (limit 90)",
    ),
    (TESTED, "prod", [(STACK, f"{REHEARSAL}.testedAt", MISSING)], "has no date", [HONEST]),
    (TESTED, "prod", [(STACK, f"{REHEARSAL}.minutes", 15.5)], "took 15.5 minutes when it was"),
    (TESTED, "prod", [(STACK, f"{REHEARSAL}.minutes", MISSING)], "took an unknown time", [HONEST]),
    (
        TESTED,
        "prod",
        [("routing", "routes.chat.rollback", "chat-v3")],
        "the route 'chat' goes back to 'chat-v3', but what was rehearsed is 'account/chat-v1'",
    ),
    (
        TESTED,
        "prod",
        [
            ("routing", "routes.chat.rollback", "account/chat-v0"),
            (STACK, f"{REHEARSAL}.target", "account/chat-v00"),
        ],
        "goes back to 'account/chat-v0', but what was rehearsed is 'account/chat-v00'",
        [RETAINED],
    ),
    (RUNBOOK, "staging", [(STACK, "operations.runbookUrl", MISSING)], "names no runbook"),
    (RUNBOOK, "prod", [(STACK, URL, "http://wiki.contoso.com/x")], "which is no https address"),
    (RUNBOOK, "prod", [(STACK, URL, "https://[wiki/x")], "which is no https address"),
    (RUNBOOK, "prod", [(STACK, URL, "https://example.com/runbook")], "only holds the place"),
    (RUNBOOK, "prod", [(STACK, URL, "https://wiki.contoso.com/TODO")], "only holds the place"),
    (ON_CALL, "staging", [(STACK, "operations.onCall.rotation", MISSING)], "names no rotation"),
    (ON_CALL, "prod", [(STACK, GROUP, MISSING)], "does not say which action group"),
    (
        ON_CALL,
        "prod",
        [
            (STACK, GROUP, "ag-central"),
            *(
                (alert, "actions.actionGroups", [action_group_id("ag-central")])
                for alert in ("errors", "latency")
            ),
            *(
                (alert, "actions.0.actionGroupId", action_group_id("ag-central"))
                for alert in ("availability", "throttling", "utilisation")
            ),
        ],
        "on call is the action group 'ag-central', which is not in this stack",
    ),
    (PLAN, "staging", [(STACK, "capacityPlan", MISSING)], "there is no capacity plan"),
    (PLAN, "prod", [(STACK, f"{CAPACITY_PLAN}.url", MISSING)], "url is unset", [HONEST]),
    (
        PLAN,
        "prod",
        [(STACK, f"{CAPACITY_PLAN}.reviewedAt", days_before(140))],
        "the review of the capacity plan is 140.0 days old (limit 90)",
    ),
    (PLAN, "prod", [(STACK, f"{DEMAND}.asOf", days_before(91))], "'chat' is 91.0 days old"),
    (PLAN, "prod", [(STACK, f"{DEMAND}.growthMonths", 2)], "looks ahead 2 months; 3 months"),
    (
        PLAN,
        "prod",
        [(STACK, f"{DEMAND}.growthMonths", MISSING)],
        "looks ahead not at all",
        [HONEST],
    ),
]

NEEDED = [
    (NAMING, "embed", "deploymentName"),
    (PINNED, "chat", "properties.model.version"),
    (PINNED, "chat", UPGRADE),
    (RETAINED, "routing", "routes"),
    (RETAINED, "routing", "routes.chat.rollback"),
    (RETAINED, STACK, "rollback"),
    (RETAINED, STACK, f"{REHEARSAL}.target"),
    (RETAINED, "previous", "sku.capacity"),
    (TESTED, STACK, REHEARSAL),
    (RUNBOOK, STACK, "operations"),
    (ON_CALL, STACK, GROUP),
    (PLAN, STACK, CAPACITY_PLAN),
    (PLAN, STACK, "demand"),
]

NOT_READ = [
    (ON_CALL, STACK, "operations.onCall.rotation"),
]
