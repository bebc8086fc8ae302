"""Alert rules, what they have told, and those that cannot tell."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sandbox.arm.kind import properties
from sandbox.clock import moment
from sandbox.ids import parse
from sandbox.store import Stored

RULES: Final = (
    "Microsoft.Insights/metricAlerts",
    "Microsoft.Insights/scheduledQueryRules",
    "Microsoft.Insights/activityLogAlerts",
)

SIGNS: Final = {
    "greaterthan": ">",
    "greaterthanorequal": "≥",
    "greaterthanorequalto": "≥",
    "lessthan": "<",
    "lessthanorequal": "≤",
    "lessthanorequalto": "≤",
    "equals": "=",
    "equal": "=",
    "equalto": "=",
}


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
    at: datetime
    firing: bool
    resolved_at: datetime | None
    said: str
    """What was measured, and what it was held against."""
    sent: tuple[str, ...]
    """To whom, each once."""


@dataclass(frozen=True, kw_only=True)
class Unwatched:
    """A rule that cannot be evaluated."""

    id: str
    name: str
    error: str


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


def rules(rows: Iterable[Stored]) -> list[Rule]:
    """The gravest first."""
    return sorted((rule(each) for each in rows), key=lambda each: (each.severity or "~", each.name))


def fired(told: Mapping[str, Any]) -> Fired:
    """An alert of the inbox, which has the fields of Azure's common alert schema."""
    resolved = told.get("resolvedDateTime")
    return Fired(
        rule=str(told.get("alertRule") or ""),
        id=str(told.get("alertRuleId") or ""),
        severity=str(told.get("severity") or ""),
        at=moment(told["firedDateTime"]),
        firing=resolved is None,
        resolved_at=moment(resolved) if resolved else None,
        said=_condition(told.get("condition") or {}),
        sent=tuple(
            dict.fromkeys(f"{each['kind']} {each['to']}" for each in told.get("sent") or ())
        ),
    )


def _condition(condition: Mapping[str, Any]) -> str:
    """What was measured, and what it was held against."""
    name, operator = condition.get("metricName"), str(condition.get("operator") or "")
    value = _shown(condition.get("metricValue"))
    split = ", ".join(_split(condition.get("dimensions") or ()))
    if not operator:
        return f"{name} {value}"
    bounds = f"{SIGNS.get(operator.lower(), operator)} {_shown(condition.get('threshold'))}"
    return f"{name} {value}, {bounds}" + (f" ({split})" if split else "")


def _split(dimensions: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """What was looked at by itself; of what is so or not so, only that it is."""
    for each in dimensions:
        if each["value"] == "True":
            yield str(each["name"])
        elif each["value"] != "False":
            yield str(each["value"])


def _shown(value: Any) -> str:
    return f"{value:,.6g}" if isinstance(value, int | float) else str(value)


def broken(told: Mapping[str, Any]) -> Unwatched:
    id = str(told["alertRuleId"])
    parsed = parse(id)
    return Unwatched(id=id, name=parsed.name if parsed else id, error=str(told["error"]))
