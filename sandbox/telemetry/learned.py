"""Thresholds that are learned from what a metric was like before.

How Azure learns is not published. Here the band is the median of the last ten days, and so many
times the usual distance from it: no season is learned, and nothing else either.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Final

HISTORY: Final = timedelta(days=10)
"""As far back as Azure looks at first."""

FEWEST: Final = 30
"""Samples without which Azure does not judge either."""

SHORTEST: Final = timedelta(days=3)
"""What they must span at least."""

WIDTHS: Final = {"high": 3.0, "medium": 4.5, "low": 6.0}
"""Times the usual distance, by sensitivity."""

NORMAL: Final = 1.4826
"""Makes a median distance comparable to a standard deviation."""

LEAST: Final = 0.05
"""Of the median: what never varied would alert at the first deviation."""


@dataclass(frozen=True, kw_only=True)
class Learned:
    """What a rule says of its own threshold."""

    sensitivity: str
    above: bool
    below: bool
    ignored_before: datetime | None = None

    def since(self, at: datetime) -> datetime:
        """From when on samples count."""
        first = at - HISTORY
        return max(first, self.ignored_before) if self.ignored_before else first


@dataclass(frozen=True)
class Band:
    low: float
    high: float


def band(samples: Sequence[tuple[datetime, float]], learned: Learned) -> Band | None:
    """Where values are expected; nothing where too little is known."""
    if len(samples) < FEWEST or samples[-1][0] - samples[0][0] < SHORTEST:
        return None
    values = [value for _, value in samples]
    middle = median(values)
    distance = NORMAL * median(abs(value - middle) for value in values)
    reach = WIDTHS[learned.sensitivity.lower()] * max(distance, LEAST * abs(middle))
    return Band(middle - reach, middle + reach)


def passed(value: float, expected: Band, learned: Learned) -> float | None:
    """The threshold that a value is beyond, if it is."""
    if learned.above and value > expected.high:
        return expected.high
    if learned.below and value < expected.low:
        return expected.low
    return None
