"""Budgets: what of them is spent, what will be, and who hears of it."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sandbox.arm.kind import Call, properties
from sandbox.around import Around
from sandbox.clock import moment
from sandbox.ids import parse
from sandbox.store import Body, Store, Stored
from sandbox.telemetry import inbox
from sandbox.telemetry.cost_filter import counts
from sandbox.telemetry.spend import spent

BUDGET: Final = "Microsoft.Consumption/budgets"
MONTHS: Final = {"month": 1, "quarter": 3, "annual": 12}
DAY: Final = timedelta(days=1)
OPERATORS: Final[dict[str, Callable[[float, float], bool]]] = {
    "equalto": lambda share, threshold: share == threshold,
    "greaterthan": lambda share, threshold: share > threshold,
    "greaterthanorequalto": lambda share, threshold: share >= threshold,
}


@dataclass(frozen=True)
class Standing:
    """USD of the period that now is in."""

    current: float
    forecast: float
    start: datetime


def period(grain: str, now: datetime) -> tuple[datetime, datetime]:
    """The month, quarter or year that a moment is in. Billing periods are taken for the calendar's.

    Args:
        grain: Monthly, Quarterly, Annually, BillingMonth, BillingQuarter or BillingAnnual.
        now: the moment.
    """
    lower = grain.lower()
    months = next((count for word, count in MONTHS.items() if word in lower), 12)
    first = (now.month - 1) // months * months
    start = datetime(now.year, first + 1, 1, tzinfo=UTC)
    after = first + months
    return start, datetime(now.year + after // 12, after % 12 + 1, 1, tzinfo=UTC)


def standing(store: Store, budget: Body, now: datetime) -> Standing:
    """What is spent of a budget, and what will be if the period goes on as it began."""
    asked = properties(budget)
    start, end = period(asked["timeGrain"], now)
    opens = moment(asked["timePeriod"]["startDate"])
    since = max(start, opens if opens.tzinfo else opens.replace(tzinfo=UTC))
    id = parse(budget["id"])
    scope, meant = id.scope if id else "", counts(store, asked.get("filter"))
    current = spent(store, scope, since, now, meant) if now > since else 0.0
    # The first hours of a period say little about the rest of it.
    pace = current / max(now - start, DAY).total_seconds()
    return Standing(round(current, 2), round(pace * (end - start).total_seconds(), 2), since)


def shown(budget: Body, call: Call) -> Body:
    """A budget as GET answers it, with what is spent by now."""
    call.around.flush()
    found = standing(call.store, budget, call.around.clock.now())
    spend = {
        "currentSpend": {"amount": found.current, "unit": "USD"},
        "forecastSpend": {"amount": found.forecast, "unit": "USD"},
    }
    return {**budget, "properties": {**properties(budget), **spend}}


def all_of(store: Store) -> list[Stored]:
    return store.of_type(BUDGET)


def look(around: Around, budget: Stored, now: datetime) -> None:
    """Tell whoever wants to hear of a threshold that is passed, once in each period."""
    found = standing(around.store, budget.body, now)
    amount = float(properties(budget.body)["amount"])
    known = inbox.open_alerts(around.store, budget.id)
    passed: set[str] = set()
    with around.store.transaction():
        for name, wanted in sorted(properties(budget.body)["notifications"].items()):
            spend = found.forecast if wanted["thresholdType"] == "Forecasted" else found.current
            share = 100 * spend / amount
            split = json.dumps([name, found.start.date().isoformat()])
            holds = OPERATORS.get(str(wanted.get("operator", "")).lower(), OPERATORS["greaterthan"])
            if not wanted.get("enabled") or not holds(share, float(wanted["threshold"])):
                continue
            passed.add(split)
            if split not in known:
                said = _told(budget, name, wanted, spend)
                inbox.fire(around.store, budget.id, split, now, said, _to(around.store, wanted))
        for split, number in known.items():
            if split not in passed:
                inbox.resolve(around.store, number, now, ())


def _told(budget: Stored, name: str, wanted: Body, spend: float) -> dict[str, Any]:
    id = parse(budget.id)
    return {
        "alertRule": budget.body["name"],
        "alertRuleId": budget.id,
        "severity": "Sev2",
        "signalType": "Budget",
        "description": f"notification {name}",
        "alertTargetIDs": [id.scope if id else ""],
        "condition": {
            "metricName": f"{wanted['thresholdType']} cost, USD",
            "operator": wanted.get("operator"),
            "threshold": wanted["threshold"],
            "metricValue": spend,
            "budget": properties(budget.body)["amount"],
            "dimensions": [],
        },
    }


def _to(store: Store, wanted: Body) -> Iterator[dict[str, str]]:
    for address in wanted.get("contactEmails") or ():
        yield {"group": "", "kind": "email", "name": "contactEmails", "to": address}
    for role in wanted.get("contactRoles") or ():
        yield {"group": "", "kind": "armRole", "name": "contactRoles", "to": role}
    yield from inbox.receivers(store, wanted.get("contactGroups") or ())
