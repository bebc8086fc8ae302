"""A deployment beside the one that serves today, on the same questions."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scripts.evaluate.mark import mark
from scripts.evaluate.row import METRICS, Metric, Row
from scripts.measure.comparison import mcnemar


@dataclass(frozen=True, kw_only=True)
class Means:
    """Of the questions for which both have a score."""

    rows: int
    mine: float
    theirs: float

    @property
    def drop(self) -> float:
        # Rounded: 4.5 - 4.3 is a little over .2 in binary.
        return round(self.theirs - self.mine, 6)


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Pairs by question."""

    rows: int
    pairs: int
    """Questions of which both answers are known to be good or not."""
    only_mine: int
    """Only the evaluated one answers them well."""
    only_theirs: int
    chance: float
    """How likely so many more, or more still, are if neither answers better."""
    metrics: Mapping[Metric, Means]

    @property
    def worse(self) -> float:
        """Share of the pairs that got worse, those that got better subtracted."""
        return (self.only_theirs - self.only_mine) / self.pairs if self.pairs else math.nan


def compare(mine: Sequence[Row], theirs: Sequence[Row]) -> Comparison:
    """Whether answers got worse, from the answers of both to the same questions."""
    other = {row.item.id: row for row in theirs}
    both = [(row, other[row.item.id]) for row in mine if row.item.id in other]
    marks = [(mark(one), mark(two)) for one, two in both]
    better, worse = marks.count(("pass", "fail")), marks.count(("fail", "pass"))
    return Comparison(
        rows=len(mine),
        pairs=sum("unknown" not in pair for pair in marks),
        only_mine=better,
        only_theirs=worse,
        chance=mcnemar(better, worse),
        metrics={metric: _means(metric, both) for metric in METRICS},
    )


def _means(metric: Metric, both: Sequence[tuple[Row, Row]]) -> Means:
    pairs = [
        (mine, theirs)
        for one, two in both
        if (mine := one.score(metric)) is not None and (theirs := two.score(metric)) is not None
    ]
    if not pairs:
        return Means(rows=0, mine=math.nan, theirs=math.nan)
    return Means(
        rows=len(pairs),
        mine=math.fsum(mine for mine, _ in pairs) / len(pairs),
        theirs=math.fsum(theirs for _, theirs in pairs) / len(pairs),
    )
