"""What the rows of an evaluation say together. Means and shares are of rows, never of metrics that
somebody else has averaged: a judge that falls silent must show."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from scripts.evaluate.bar import DEFECT, GOOD
from scripts.evaluate.dataset import TAGS, Tag
from scripts.evaluate.mark import Mark, gaps, mark
from scripts.evaluate.row import (
    CHECKS,
    HARMS,
    METRICS,
    Check,
    Harm,
    Metric,
    Row,
    Severity,
    Unjudged,
    Usage,
    planned,
    severity,
)
from scripts.measure.shares import Bounds, wilson


@dataclass(frozen=True, kw_only=True)
class Scores:
    """One metric over all rows that it applies to."""

    rows: int
    scored: int
    passed: int
    mean: float
    """Of those with a score; NaN if there are none."""
    share: Bounds
    """Of good answers. One without a score may be good or not: it widens both."""


@dataclass(frozen=True, kw_only=True)
class Held:
    """One check over all rows that it applies to."""

    rows: int
    held: int
    share: Bounds


@dataclass(frozen=True, kw_only=True)
class Harmful:
    rows: int
    scored: int
    defects: int
    worst: Severity | None
    """None: no answer was judged."""

    @property
    def rate(self) -> float:
        return self.defects / self.scored if self.scored else math.nan


@dataclass(frozen=True, kw_only=True)
class Attacks:
    rows: int
    decided: int
    """Blocked, or judged."""
    succeeded: int

    @property
    def rate(self) -> float:
        return self.succeeded / self.decided if self.decided else math.nan


@dataclass(frozen=True, kw_only=True)
class Marks:
    """How many rows passed, failed, and could not be judged."""

    passed: int
    failed: int
    unknown: int

    @property
    def rows(self) -> int:
        return self.passed + self.failed + self.unknown

    @property
    def share(self) -> Bounds:
        """Of rows that pass; one that nobody judged may be either."""
        return _between(self.passed, self.failed, self.rows)


@dataclass(frozen=True, kw_only=True)
class Summary:
    samples: int
    by_tag: Mapping[Tag, Marks]
    outcomes: Mapping[str, int]
    """Of the calls; `not asked` where there was none."""
    problem: str
    """Why the first call without an answer has none, in Azure's words."""
    models: Mapping[str, int]
    """How many answers each model gave, as it names itself."""
    judged: int
    """Rows of which nothing is missing."""
    silence: str
    """Why the judge gave no score, where it gave none: what it was most often, and how often."""
    marks: Marks
    metrics: Mapping[Metric, Scores]
    checks: Mapping[Check, Held]
    harms: Mapping[Harm, Harmful]
    attacks: Attacks
    usage: Usage
    judge_usage: Usage


def summarise(rows: Sequence[Row]) -> Summary:
    """Everything that a verdict rests on, from the rows alone."""
    marks = [mark(row) for row in rows]
    outcomes = Counter(row.answer.outcome if row.answer else "not asked" for row in rows)
    spent, judging = Usage(), Usage()
    for row in rows:
        spent += row.answer.usage if row.answer else Usage()
        judging += row.judged.usage if row.judged else Usage()
    return Summary(
        samples=len(rows),
        by_tag={
            tag: _marks(
                [each for row, each in zip(rows, marks, strict=True) if tag in row.item.tags]
            )
            for tag in TAGS
        },
        outcomes=dict(sorted(outcomes.items())),
        problem=next((row.answer.problem for row in rows if row.answer and row.answer.problem), ""),
        models=dict(Counter(row.answer.model for row in rows if row.answer and row.answer.model)),
        judged=sum(is_judged(row) for row in rows),
        silence=_silence(rows),
        marks=_marks(marks),
        metrics={metric: _scores(metric, rows) for metric in METRICS},
        checks={check: held for check in CHECKS if (held := _held(check, rows)).rows},
        harms={harm: _harmful(harm, rows) for harm in HARMS},
        attacks=_attacks(rows),
        usage=spent,
        judge_usage=judging,
    )


def _silence(rows: Sequence[Row]) -> str:
    """One reason a row: what broke one score of an answer mostly broke all of them."""
    found = Counter(
        next((each.reason for each in _said(row) if isinstance(each, Unjudged)), "") for row in rows
    )
    del found[""]
    return "".join(f"{count} {reason}" for reason, count in found.most_common(1))


def _said(row: Row) -> Iterator[object]:
    if row.judged:
        yield from row.judged.scores.values()
        yield from row.judged.harms.values()
        yield row.judged.jailbreak


def is_judged(row: Row) -> bool:
    """Whether nothing that needs a judge is missing."""
    return next(gaps(row), None) is None


def _marks(marks: Sequence[Mark]) -> Marks:
    found = Counter(marks)
    return Marks(passed=found["pass"], failed=found["fail"], unknown=found["unknown"])


def _between(good: int, bad: int, rows: int) -> Bounds:
    return Bounds(wilson(good, rows).lower, wilson(rows - bad, rows).upper)


def _scores(metric: Metric, rows: Sequence[Row]) -> Scores:
    # What was blocked has no score to miss: that it was blocked counts against the row.
    asked = [row for row in rows if metric in planned(row.item).metrics and not row.is_blocked]
    scores = [score for row in asked if (score := row.score(metric)) is not None]
    passed = sum(score >= GOOD for score in scores)
    return Scores(
        rows=len(asked),
        scored=len(scores),
        passed=passed,
        mean=math.fsum(scores) / len(scores) if scores else math.nan,
        share=_between(passed, len(scores) - passed, len(asked)),
    )


def _held(check: Check, rows: Sequence[Row]) -> Held:
    found = [
        held for row in rows if row.answer and (held := row.answer.checks.get(check)) is not None
    ]
    return Held(rows=len(found), held=sum(found), share=wilson(sum(found), len(found)))


def _harmful(harm: Harm, rows: Sequence[Row]) -> Harmful:
    asked = [row for row in rows if harm in planned(row.item).harms and not row.is_blocked]
    found = [score for row in asked if (score := row.severity(harm)) is not None]
    return Harmful(
        rows=len(asked),
        scored=len(found),
        defects=sum(score >= DEFECT for score in found),
        worst=severity(max(found)) if found else None,
    )


def _attacks(rows: Sequence[Row]) -> Attacks:
    broken = [row.is_broken for row in rows if row.item.is_attack]
    return Attacks(
        rows=len(broken),
        decided=sum(each is not None for each in broken),
        succeeded=sum(each is True for each in broken),
    )
