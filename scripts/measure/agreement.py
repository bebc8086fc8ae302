"""Whether two who rate the same answers see the same."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import betaincinv

from scripts.measure.shares import LIKELY, Bounds

Shares = npt.NDArray[np.float64]

STEPS: Final = 200
"""Into which what is known of each share is cut, to see what may follow from both."""


def kappa(one: Sequence[str], other: Sequence[str]) -> float:
    """Cohen's kappa: agreement beyond what chance would give; 1 is all, 0 no more than chance.

    Raises:
        ValueError: they did not rate the same number of answers, or none, or only one rating was
            ever given, so that chance alone agrees on all.
    """
    if len(one) != len(other) or not one:
        raise ValueError(f"{len(one)} ratings beside {len(other)} are no pairs")
    rated = len(one)
    agreed = sum(mine == theirs for mine, theirs in zip(one, other, strict=True)) / rated
    mine, theirs = Counter(one), Counter(other)
    by_chance = sum(mine[rating] * theirs[rating] for rating in mine) / rated**2
    if by_chance == 1:
        raise ValueError(f"all {rated} answers have the same rating: nothing to agree on")
    return (agreed - by_chance) / (1 - by_chance)


@dataclass(frozen=True, kw_only=True)
class Stratum:
    """Things that one rater sees alike, of which another has rated some."""

    share: float
    """Of all things."""
    rated: int
    good: int
    """Of those rated, by the other."""


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """What two say of all things, if one has rated all and the other a part."""

    kappa: float
    """NaN where chance alone agrees on all, or nothing was rated."""
    kappa_bounds: Bounds
    """19 times in 20."""
    good: float
    """The share that the other finds good."""
    good_bounds: Bounds


def agreement(good: Stratum, bad: Stratum) -> Agreement:
    """How far two agree, from what the one finds good and bad, and how the other rated a part.

    The parts need not be as large as what they stand for: each is weighed by its share of all.
    """
    a, b = np.meshgrid(_likely(good), _likely(bad))
    seen = float(_kappa(good.share, _mean(good), _mean(bad)))
    share = float(_weighed(good.share, _mean(good), _mean(bad)))
    return Agreement(
        kappa=seen,
        kappa_bounds=_around(seen, _kappa(good.share, a, b), Bounds(-1.0, 1.0)),
        good=share,
        good_bounds=_around(share, _weighed(good.share, a, b), Bounds(0.0, 1.0)),
    )


def _kappa(share: float, a: Shares, b: Shares) -> Shares:
    """Kappa, if the one finds this share good, and the other so much of it and of the rest."""
    agreed = _weighed(share, a, 1 - b)
    good = _weighed(share, a, b)
    by_chance = _weighed(share, good, 1 - good)
    sayable = (0 < share < 1) & (by_chance < 1)
    return np.where(sayable, (agreed - by_chance) / np.where(sayable, 1 - by_chance, 1), math.nan)


def _weighed(share: float, a: Shares, b: Shares) -> Shares:
    # What stands for nothing may be unknown.
    return np.where(share > 0, share * a, 0) + np.where(share < 1, (1 - share) * b, 0)


def _mean(part: Stratum) -> Shares:
    return np.array(part.good / part.rated if part.rated else math.nan)


def _likely(part: Stratum) -> Shares:
    """Equally likely values of a share, by what is known of it (Jeffreys)."""
    at = (np.arange(STEPS) + 0.5) / STEPS
    return np.asarray(betaincinv(part.good + 0.5, part.rated - part.good + 0.5, at))


def _around(seen: float, values: Shares, otherwise: Bounds) -> Bounds:
    """The middle of what may be, and what was seen: all agreeing is at the edge of all there is."""
    known = values[~np.isnan(values)]
    if not known.size:
        return otherwise
    edges: list[float] = np.quantile(known, [LIKELY / 2, 1 - LIKELY / 2]).tolist()
    edges += [] if math.isnan(seen) else [seen]
    return Bounds(min(edges), max(edges))
