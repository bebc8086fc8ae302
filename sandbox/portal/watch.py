"""What watches: alert rules, budgets, and the faults that somebody switched on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sandbox.arm.ids import parse
from sandbox.arm.kind import properties
from sandbox.portal.bars import Bar
from sandbox.store import Stored

LARGEST: Final = 1e15

RULES: Final = (
    "Microsoft.Insights/metricAlerts",
    "Microsoft.Insights/scheduledQueryRules",
    "Microsoft.Insights/activityLogAlerts",
)


@dataclass(frozen=True, kw_only=True)
class Rule:
    """An alert rule that somebody deployed."""

    id: str
    name: str
    kind: str
    severity: str
    enabled: bool
    description: str


@dataclass(frozen=True, kw_only=True)
class Fired:
    """An alert, as it was sent."""

    rule: str
    id: str
    severity: str
    at: datetime | None
    firing: bool
    said: str


@dataclass(frozen=True, kw_only=True)
class Budget:
    id: str
    name: str
    spent: Bar
    forecast: Bar
    thresholds: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class FaultOn:
    number: int
    does: str
    where: str
    left: str


def rule(stored: Stored) -> Rule:
    given, parsed = properties(stored.body), parse(stored.id)
    return Rule(
        id=stored.id,
        name=parsed.name if parsed else stored.id,
        kind=stored.type.partition("/")[2],
        severity="" if given.get("severity") is None else f"Sev {given['severity']}",
        enabled=given.get("enabled") is not False,
        description=str(given.get("description") or ""),
    )


def budget(stored: Stored) -> Budget:
    given, parsed = properties(stored.body), parse(stored.id)
    amount = _number(given.get("amount"))
    notifications = given.get("notifications")
    told = sorted(
        (_number(each.get("threshold")), str(each.get("thresholdType") or "Actual"))
        for each in (notifications.values() if isinstance(notifications, Mapping) else ())
        if isinstance(each, Mapping)
    )
    return Budget(
        id=stored.id,
        name=parsed.name if parsed else stored.id,
        spent=_money(given.get("currentSpend"), amount),
        forecast=_money(given.get("forecastSpend"), amount),
        thresholds=tuple(f"{kind.lower()} {threshold:g} %" for threshold, kind in told),
    )


def _money(spend: Any, amount: float) -> Bar:
    given = spend if isinstance(spend, Mapping) else {}
    return Bar(
        used=_number(given.get("amount")), limit=amount, unit=str(given.get("unit") or "USD")
    )


def _number(value: Any) -> float:
    """Nothing for what is no number, or none that can be drawn."""
    if not isinstance(value, int | float) or abs(value) > LARGEST or value != value:
        return 0.0
    return float(value)


def fault(body: Mapping[str, Any]) -> FaultOn:
    """An instruction in words."""
    action, status = str(body.get("action") or "answer"), body.get("status")
    does = {
        "answer": f"answers {status} {body.get('code', '')}".rstrip(),
        "delay": f"waits {body.get('seconds', 0):g} s",
        "drop": "does the work, loses the answer",
        "cut_stream": "cuts the stream",
        "operation_failed": f"accepts, then fails with {body.get('code', '')}".rstrip(),
    }.get(action, action.replace("_", " "))
    plane = {"arm": "ARM", "data": "models"}.get(str(body.get("plane")), "everywhere")
    where = [plane]
    where += [str(body["method"]).upper()] if body.get("method") else []
    where += [f"deployment {body['deployment']}"] if body.get("deployment") else []
    where += [f"path ~ {body['path']}"] if body.get("path") not in (None, "", ".*") else []
    where += [f"caller {body['principal']}"] if body.get("principal") else []
    left = []
    if body.get("after"):
        left.append(f"after {body['after']} more")
    left.append(f"{body['times']} times" if body.get("times") else "until removed")
    if body.get("probability", 1) != 1:
        left.append(f"{100 * body['probability']:g} % of the time")
    return FaultOn(
        number=int(body.get("number") or 0),
        does=does,
        where=", ".join(where),
        left=", ".join(left),
    )


def rules(rows: Iterable[Stored]) -> list[Rule]:
    """The gravest first."""
    return sorted((rule(each) for each in rows), key=lambda each: (each.severity or "~", each.name))
