"""What the rules on business let pass, and what they refuse."""

from dataclasses import replace

from tests.policies.rules.operations_cases import HONEST, days_before
from tests.policies.worlds import MISSING, parts

APPROVED = "approvals-complete"
BUDGET = "budget-covers-forecast"

STACK = "stack-evidence"
PRODUCT, SECURITY, RESPONSIBLE, OPERATIONS = (f"approval.{place}.data" for place in range(4))
FIRST_METRIC = f"{PRODUCT}.successMetrics.0"
EARLY = "notifications.actual-80"
LATE = "notifications.actual-100"
AHEAD = "notifications.forecast-110"
KIM = parts()[STACK].inputs["approval"][0]["data"]["by"]
LOOSE = replace(parts()["budget"], parent="")
"""Made by no component."""
GROUPS = ["/subscriptions/0/resourceGroups/rg/providers/Microsoft.Insights/actionGroups/finance"]


def without_approvals_of(*roles):
    """What is left of the approvals when these are taken out."""
    approvals = parts()[STACK].inputs["approval"]
    return (STACK, "approval", [each for each in approvals if each["data"]["role"] not in roles])


PASSED = [
    (APPROVED, "prod", []),
    (APPROVED, "prod", [(STACK, f"{SECURITY}.at", days_before(0.5))]),
    (APPROVED, "prod", [(STACK, f"{SECURITY}.at", days_before(1))]),
    (APPROVED, "prod", [("chat", "sku.capacity", 300)]),
    (APPROVED, "prod", [(STACK, f"{PRODUCT}.by.id", MISSING)]),
    (APPROVED, "prod", [("next-evidence", "", MISSING)]),
    (BUDGET, "prod", []),
    (BUDGET, "prod", [("budget", "amount", 2400.0)]),
    (BUDGET, "prod", [("budget", "timeGrain", "Quarterly"), ("budget", "amount", 7200)]),
    (BUDGET, "prod", [(STACK, "cost.measuredAt", days_before(35))]),
    (BUDGET, "prod", [("budget", EARLY, MISSING)]),
    (
        BUDGET,
        "prod",
        [
            ("budget", f"{AHEAD}.contactEmails", MISSING),
            ("budget", f"{AHEAD}.contactGroups", GROUPS),
        ],
    ),
    (BUDGET, "prod", [("budget", f"{EARLY}.thresholdType", MISSING), ("budget", LATE, MISSING)]),
    (BUDGET, "prod", [("budget", "", LOOSE), ("spending", "", MISSING)]),
]

REFUSED = [
    (APPROVED, "staging", [without_approvals_of("security")], "nobody has approved for security"),
    (APPROVED, "staging", [without_approvals_of("product")], "--role product --ticket TICKET --m"),
    (
        APPROVED,
        "prod",
        [(STACK, f"{OPERATIONS}.role", "finance")],
        "nobody has approved for operations",
    ),
    (
        APPROVED,
        "prod",
        [(STACK, f"{SECURITY}.by", {**KIM, "name": "Kim M."})],
        "'Kim M.' has approved both for product and for security",
    ),
    (
        APPROVED,
        "prod",
        [(STACK, f"{PRODUCT}.by", {"name": "Kim"}), (STACK, f"{SECURITY}.by", {"name": " kim"})],
        "'kim' has approved both for product and for security",
        [HONEST],
    ),
    (APPROVED, "prod", [(STACK, f"{SECURITY}.by", MISSING)], "does not say who", [HONEST]),
    (APPROVED, "prod", [(STACK, f"{SECURITY}.ticket", MISSING)], "no ticket", [HONEST]),
    (
        APPROVED,
        "prod",
        [(STACK, f"{RESPONSIBLE}.at", days_before(2))],
        "the approval for responsible-ai is of 2026-11-19 09:00, before the newest result",
    ),
    (APPROVED, "prod", [(STACK, f"{SECURITY}.at", days_before(-1))], "a date in the future"),
    (APPROVED, "prod", [(STACK, f"{SECURITY}.at", MISSING)], "has no date", [HONEST]),
    (
        APPROVED,
        "prod",
        [(STACK, f"{PRODUCT}.successMetrics", MISSING)],
        "does not say by what success is known",
        [HONEST],
    ),
    (APPROVED, "prod", [(STACK, f"{FIRST_METRIC}.target", MISSING)], "success is known", [HONEST]),
    (APPROVED, "prod", [(STACK, f"{FIRST_METRIC}.source", MISSING)], "success is known", [HONEST]),
    (
        APPROVED,
        "prod",
        [(STACK, f"{SECURITY}.covers.1.deployment", "chat-v9")],
        "does not cover 'next' as deployed: it is not among what was approved",
    ),
    (
        APPROVED,
        "prod",
        [(STACK, f"{SECURITY}.covers", MISSING)],
        "does not cover 'chat' and 2 more as deployed",
        [HONEST],
    ),
    (
        APPROVED,
        "prod",
        [(STACK, f"{SECURITY}.covers.0.model", "gpt-5.3")],
        "does not cover 'chat' as deployed: model was 'gpt-5.3' and is 'gpt-5.4'",
    ),
    (
        APPROVED,
        "prod",
        [(STACK, f"{SECURITY}.covers.0.sku", "GlobalStandard")],
        "sku was 'GlobalStandard' and is 'DataZoneStandard'",
    ),
    (
        APPROVED,
        "prod",
        [(STACK, f"{SECURITY}.covers.0.filterSha256", "ab" * 32)],
        "it has another filter",
    ),
    (
        APPROVED,
        "prod",
        [(STACK, f"{SECURITY}.covers.0.promptSha256", "ab" * 32)],
        "it has another prompt",
    ),
    (BUDGET, "staging", [("budget", "", MISSING)], "the stack has no budget"),
    (BUDGET, "prod", [("budget", "amount", 2399)], "allows 2399 a month, and 2400 are forecast"),
    (BUDGET, "prod", [("budget", "amount", MISSING)], "allows no amount, and 2400 are forecast"),
    (
        BUDGET,
        "prod",
        [("budget", "timeGrain", "Annually")],
        "allows 250 a month, and 2400 are forecast",
    ),
    (BUDGET, "prod", [(STACK, "cost", MISSING)], "nobody has forecast what the stack will cost"),
    (
        BUDGET,
        "prod",
        [(STACK, "cost.measuredAt", days_before(36))],
        "the forecast of cost is 36.0 days old (limit 35)",
    ),
    (
        BUDGET,
        "prod",
        [(STACK, "cost.data.forecastMonthly", MISSING)],
        "holds no amount a month",
        [HONEST],
    ),
    (
        BUDGET,
        "prod",
        [("spending", "currency", "USD")],
        "the budget is in 'USD' and the forecast of cost in 'EUR'",
    ),
    (BUDGET, "prod", [("spending", "currency", MISSING)], "the budget is in unset"),
    (
        BUDGET,
        "prod",
        [("budget", f"{EARLY}.enabled", False), ("budget", f"{LATE}.threshold", 101)],
        "tells nobody of what was spent at 100 % of it or before",
    ),
    (
        BUDGET,
        "prod",
        [("budget", EARLY, MISSING), ("budget", f"{LATE}.contactEmails", [])],
        "tells nobody of what was spent",
    ),
    (BUDGET, "prod", [("budget", AHEAD, MISSING)], "tells nobody that it will be overspent"),
    (BUDGET, "prod", [("budget", f"{AHEAD}.enabled", False)], "will be overspent"),
    (BUDGET, "prod", [("budget", f"{AHEAD}.threshold", MISSING)], "will be overspent"),
]

NEEDED = [
    (APPROVED, STACK, "approval"),
    (APPROVED, STACK, SECURITY),
    (APPROVED, STACK, f"{SECURITY}.at"),
    (APPROVED, "chat", "properties.model.version"),
    (BUDGET, "budget", "amount"),
    (BUDGET, "budget", "notifications"),
    (BUDGET, STACK, "cost"),
]

NOT_READ = [
    (BUDGET, "budget", f"{AHEAD}.contactEmails"),
    (APPROVED, STACK, f"{FIRST_METRIC}.target"),
    (APPROVED, STACK, f"{FIRST_METRIC}.source"),
]
