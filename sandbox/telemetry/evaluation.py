"""What a rule finds at one moment."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from sandbox.around import Around
from sandbox.telemetry import metric_list
from sandbox.telemetry.kql.answer import Answer
from sandbox.telemetry.kql.refusal import Refused
from sandbox.telemetry.learned import Learned, band, passed
from sandbox.telemetry.logs import Reach, ask, reach_of
from sandbox.telemetry.metric_filter import Dimension
from sandbox.telemetry.metrics import Series, Sum, series
from sandbox.telemetry.rules import Broken, Criterion, Rule

Split = tuple[tuple[str, str], ...]
"""Dimensions and their values: each combination is an alert of its own."""

AGGREGATIONS: Final[dict[str, Callable[[list[float]], float]]] = {
    "average": lambda values: sum(values) / len(values),
    "count": len,
    "minimum": min,
    "maximum": max,
    "total": sum,
}


@dataclass(frozen=True)
class Finding:
    """A condition that holds."""

    split: Split
    value: float
    criterion: Criterion


def findings(around: Around, rule: Rule, at: datetime) -> list[Finding]:
    """Where all criteria of a rule hold; of some, the first one's findings are told.

    Raises:
        Broken: a query that is refused, a metric or a column that there is not.
    """
    first, *others = (_of_criterion(around, rule, each, at) for each in rule.criteria)
    return [found for found in first if all(_beside(found, other) for other in others)]


def _beside(found: Finding, others: Iterable[Finding]) -> bool:
    """Whether another criterion holds for the same values of the dimensions that both have."""
    mine = dict(found.split)
    return any(
        all(mine.get(name, value) == value for name, value in other.split) for other in others
    )


def _of_criterion(around: Around, rule: Rule, criterion: Criterion, at: datetime) -> list[Finding]:
    if rule.signal == "Metric":
        return _metric(around, rule, criterion, at)
    periods = [
        _log(around, rule, criterion, at - rule.frequency * number)
        for number in range(criterion.periods)
    ]
    failing: dict[Split, int] = {}
    for period in periods:
        for found in period:
            failing[found.split] = failing.get(found.split, 0) + 1
    latest: dict[Split, Finding] = {}
    for period in periods:
        for found in period:
            latest.setdefault(found.split, found)
    return [found for split, found in latest.items() if failing[split] >= criterion.failing]


def _metric(around: Around, rule: Rule, criterion: Criterion, at: datetime) -> list[Finding]:
    found = []
    for asked, each in _series(around, rule, criterion, at):
        split = tuple(zip(asked, each.values, strict=True))
        if criterion.learned:
            found += _beyond_band(rule, criterion, criterion.learned, each, split, at)
            continue
        value = each.whole().of(criterion.aggregation)
        if criterion.holds(value):
            found.append(Finding(split, value, criterion))
    return found


def _series(
    around: Around, rule: Rule, criterion: Criterion, at: datetime
) -> Iterator[tuple[dict[str, Dimension], Series]]:
    """What a metric was in each scope, for each combination of dimensions."""
    metric = metric_list.named(criterion.measures)
    if metric is None:
        raise Broken(f"there is no metric {criterion.measures}")
    known = {name.lower(): name for name in metric.dimensions}
    asked = {}
    for name, dimension in criterion.dimensions.items():
        if name.lower() not in known:
            raise Broken(f"metric {metric.name} has no dimension {name}")
        asked[known[name.lower()]] = dimension
    if criterion.aggregation.lower() not in AGGREGATIONS:
        raise Broken(f"there is no aggregation {criterion.aggregation}")
    seen = at - timedelta(seconds=around.settings.profile.metrics_delay_seconds)
    start = criterion.learned.since(at) if criterion.learned else at - rule.window
    for scope in rule.scopes:
        account = around.store.get(scope)
        if account is None:
            continue
        for each in series(around.store, account, metric, asked, start=start, end=at, seen=seen):
            yield asked, each


def _beyond_band(
    rule: Rule, criterion: Criterion, learned: Learned, each: Series, split: Split, at: datetime
) -> list[Finding]:
    """Whether enough of the last windows are beyond what those before them were like."""
    windows: dict[int, Sum] = {}
    for minute, part in each.minutes.items():
        back = (at - minute - timedelta.resolution) // rule.window
        windows[back] = windows[back].plus(part) if back in windows else part
    values = {back: part.of(criterion.aggregation) for back, part in windows.items()}
    before = [
        (at - back * rule.window, value)
        for back, value in sorted(values.items(), reverse=True)
        if back >= criterion.periods
    ]
    expected = band(before, learned)
    if expected is None:
        return []
    beyond = [
        (values[back], bound)
        for back in range(criterion.periods)
        if back in values and (bound := passed(values[back], expected, learned)) is not None
    ]
    if len(beyond) < criterion.failing:
        return []
    value, bound = beyond[0]
    return [Finding(split, value, replace(criterion, threshold=round(bound, 6)))]


def _log(around: Around, rule: Rule, criterion: Criterion, at: datetime) -> list[Finding]:
    workspaces: set[str] = set()
    resource = ""
    for scope in rule.scopes:
        reach = reach_of(around.store, scope)
        workspaces.update(reach.workspaces)
        resource = reach.resource
    reach = Reach(workspaces=tuple(sorted(workspaces)), resource=resource)
    # A row at a turn belongs to the next window: no row counts in two that follow each other.
    window = (at - rule.window, at - timedelta.resolution)
    try:
        answer = ask(around, criterion.query, reach, now=at, window=window)
    except Refused as refused:
        raise Broken(f"its query is refused: {refused}") from None
    return [
        Finding(split, value, criterion)
        for split, value in measured(answer, criterion).items()
        if criterion.holds(value)
    ]


def measured(answer: Answer, criterion: Criterion) -> dict[Split, float]:
    """One value for each combination of dimension values in a query's rows.

    Raises:
        Broken: a column that the rows do not have, or that is no number.
    """
    names = [column.name for column in answer.columns]
    wanted = [*criterion.dimensions, *([criterion.measures] if criterion.measures else [])]
    for name in wanted:
        if name not in names:
            raise Broken(f"its query yields no column {name}; it yields {', '.join(names)}")
    aggregation = criterion.aggregation.lower() if criterion.measures else "count"
    if aggregation not in AGGREGATIONS:
        raise Broken(f"there is no aggregation {criterion.aggregation}")
    values: dict[Split, list[float]] = {}
    for row in answer.records():
        split = tuple((name, str(row[name])) for name in criterion.dimensions)
        taken = all(test.takes(str(row[name])) for name, test in criterion.dimensions.items())
        value = row[criterion.measures] if criterion.measures else 1
        if not taken or value is None:
            continue
        if not isinstance(value, int | float):
            raise Broken(f"column {criterion.measures} is no number: {value!r}")
        values.setdefault(split, []).append(float(value))
    if not criterion.measures and not criterion.dimensions:
        return {(): float(len(answer.rows))}
    return {split: float(AGGREGATIONS[aggregation](each)) for split, each in values.items()}
