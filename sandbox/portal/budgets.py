"""Budgets: what is spent of them, and what will be."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sandbox.arm.kind import properties
from sandbox.ids import parse
from sandbox.portal.bars import Bar
from sandbox.store import Stored
from sandbox.telemetry.budgets import Standing

LARGEST: Final = 1e15
"""No amount that can be drawn is beyond."""


@dataclass(frozen=True, kw_only=True)
class Budget:
    id: str
    name: str
    spent: Bar
    forecast: Bar
    thresholds: tuple[str, ...]


def budget(stored: Stored, standing: Standing | None = None) -> Budget:
    """A budget, with what is spent where that is known."""
    given, parsed = properties(stored.body), parse(stored.id)
    amount = _number(given.get("amount"))
    notifications = given.get("notifications")
    told = sorted(
        (_number(each.get("threshold")), str(each.get("thresholdType") or "Actual"))
        for each in (notifications.values() if isinstance(notifications, Mapping) else ())
        if isinstance(each, Mapping)
    )
    spent, forecast = (standing.current, standing.forecast) if standing else (0.0, 0.0)
    return Budget(
        id=stored.id,
        name=parsed.name if parsed else stored.id,
        spent=Bar(used=spent, limit=amount, unit="USD"),
        forecast=Bar(used=forecast, limit=amount, unit="USD"),
        thresholds=tuple(f"{kind.lower()} {threshold:g} %" for threshold, kind in told),
    )


def _number(value: Any) -> float:
    """Nothing for what is no number, or none that can be drawn."""
    if not isinstance(value, int | float) or abs(value) > LARGEST or value != value:
        return 0.0
    return float(value)
