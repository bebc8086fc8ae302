"""Alert rules, read from what ARM has stored."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Any, Final, Literal

from sandbox.arm.kind import properties
from sandbox.arm.monitor import ACTIVITY_LOG_ALERT, METRIC_ALERT, SCHEDULED_QUERY_RULE
from sandbox.clock import moment
from sandbox.store import Store, Stored
from sandbox.telemetry.learned import WIDTHS, Learned
from sandbox.telemetry.metric_filter import EVERY, Dimension
from sandbox.telemetry.metrics import MINUTE
from sandbox.telemetry.periods import duration

OPERATORS: Final[dict[str, Callable[[float, float], bool]]] = {
    "greaterthan": lambda value, threshold: value > threshold,
    "greaterthanorequal": lambda value, threshold: value >= threshold,
    "lessthan": lambda value, threshold: value < threshold,
    "lessthanorequal": lambda value, threshold: value <= threshold,
    "equals": lambda value, threshold: value == threshold,
    "equal": lambda value, threshold: value == threshold,
}


STATIC: Final = "StaticThresholdCriterion"
DYNAMIC: Final = "DynamicThresholdCriterion"


class Broken(Exception):
    """A rule that cannot be evaluated; the text says why."""


@dataclass(frozen=True, kw_only=True)
class Criterion:
    """One condition of a rule."""

    measures: str
    """A metric's name, or the measured column of a query; nothing counts rows."""
    aggregation: str
    operator: str
    threshold: float
    dimensions: Mapping[str, Dimension]
    query: str = ""
    periods: int = 1
    failing: int = 1
    """In how many of the last periods it must hold."""
    learned: Learned | None = None
    """Where the threshold is learned, and not given."""

    def holds(self, value: float) -> bool:
        return OPERATORS[self.operator.lower()](value, self.threshold)


@dataclass(frozen=True, kw_only=True)
class Rule:
    id: str
    name: str
    signal: Literal["Metric", "Log"]
    severity: int
    description: str
    scopes: tuple[str, ...]
    frequency: timedelta
    window: timedelta
    resolves: bool
    """Whether an alert ends by itself; else each turn fires anew."""
    mutes: timedelta
    """How long nobody is told again after an alert; none where alerts end by themselves."""
    groups: tuple[str, ...]
    """Ids of the action groups that are told."""
    criteria: tuple[Criterion, ...]


def enabled(store: Store) -> list[Stored]:
    """The rules that are switched on."""
    kinds = (METRIC_ALERT, SCHEDULED_QUERY_RULE, ACTIVITY_LOG_ALERT)
    found = [each for kind in kinds for each in store.of_type(kind)]
    return [each for each in found if properties(each.body).get("enabled", True)]


def rule(stored: Stored) -> Rule:
    """A rule as the sandbox evaluates it.

    Raises:
        Broken: it has something that the sandbox cannot evaluate.
    """
    asked = properties(stored.body)
    metric = stored.type == METRIC_ALERT
    try:
        actions = asked.get("actions") or {}
        groups = (
            [each.get("actionGroupId") for each in actions]
            if isinstance(actions, list)
            else actions.get("actionGroups") or []
        )
        every = "PT1M" if metric else "PT5M"
        window = asked.get("overrideQueryTimeRange") or asked.get("windowSize")
        return Rule(
            id=stored.id,
            name=stored.body["name"],
            signal="Metric" if metric else "Log",
            severity=int(asked.get("severity", 3)),
            description=str(asked.get("description") or ""),
            scopes=tuple(asked.get("scopes") or ()),
            frequency=max(MINUTE, duration(asked.get("evaluationFrequency") or every)),
            window=duration(window or "PT5M"),
            resolves=bool(asked.get("autoMitigate", True)),
            mutes=duration(asked.get("muteActionsDuration") or "PT0S"),
            groups=tuple(group for group in groups if group),
            criteria=tuple(
                _metric_criterion(each) if metric else _log_criterion(each)
                for each in asked["criteria"]["allOf"]
            ),
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise Broken(f"the rule does not read as one: {type(error).__name__} {error}") from None


def _metric_criterion(asked: Mapping[str, Any]) -> Criterion:
    kind = asked.get("criterionType") or STATIC
    if kind not in (STATIC, DYNAMIC):
        raise Broken(f"there is no criterion {kind}")
    periods = asked.get("failingPeriods") or {}
    return Criterion(
        measures=asked["metricName"],
        aggregation=asked["timeAggregation"],
        operator=str(asked["operator"]) if kind == DYNAMIC else _operator(asked),
        threshold=float("nan") if kind == DYNAMIC else float(asked["threshold"]),
        dimensions=_dimensions(asked),
        periods=int(periods.get("numberOfEvaluationPeriods") or 1),
        failing=int(periods.get("minFailingPeriodsToAlert") or 1),
        learned=_learned(asked) if kind == DYNAMIC else None,
    )


def _learned(asked: Mapping[str, Any]) -> Learned:
    sensitivity, operator = str(asked["alertSensitivity"]), str(asked["operator"]).lower()
    if sensitivity.lower() not in WIDTHS:
        raise Broken(f"there is no sensitivity {sensitivity}")
    before = asked.get("ignoreDataBefore")
    ignored = moment(before) if before else None
    return Learned(
        sensitivity=sensitivity,
        above="greater" in operator,
        below="less" in operator,
        ignored_before=ignored.replace(tzinfo=ignored.tzinfo or UTC) if ignored else None,
    )


def _log_criterion(asked: Mapping[str, Any]) -> Criterion:
    periods = asked.get("failingPeriods") or {}
    return Criterion(
        measures=asked.get("metricMeasureColumn") or "",
        aggregation=asked.get("timeAggregation") or "Count",
        operator=_operator(asked),
        threshold=float(asked["threshold"]),
        dimensions=_dimensions(asked),
        query=asked["query"],
        periods=int(periods.get("numberOfEvaluationPeriods") or 1),
        failing=int(periods.get("minFailingPeriodsToAlert") or 1),
    )


def _operator(asked: Mapping[str, Any]) -> str:
    operator = str(asked["operator"])
    if operator.lower() not in OPERATORS:
        raise Broken(f"there is no operator {operator}")
    return operator


def _dimensions(asked: Mapping[str, Any]) -> dict[str, Dimension]:
    found = {}
    for each in asked.get("dimensions") or ():
        values = frozenset(str(value).lower() for value in each.get("values") or ())
        if str(each.get("operator")).lower() == "exclude":
            found[each["name"]] = Dimension(excluded=values)
        else:
            found[each["name"]] = Dimension(frozenset() if EVERY in values else values)
    return found
