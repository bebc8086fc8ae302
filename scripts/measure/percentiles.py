"""Percentiles of a sample, and between which of its values the true one lies."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import bdtr

LIKELY: Final = 0.05


@dataclass(frozen=True)
class Percentile:
    """In the unit of the sample."""

    value: float
    lower: float
    upper: float
    """Order statistics around the true percentile, each wrong in one of twenty samples. Where the
    sample is too small for an upper one, its largest value stands here: look at the share instead.
    """


def ranks(calls: int, share: float, error: float = LIKELY) -> tuple[int, int]:
    """Which values of a sorted sample bound a percentile, counted from 1.

    The r-th smallest is over the percentile unless r or more values are below it, which a binomial
    says. Of too few calls the first and the last value are as good bounds as there are.
    """
    fewer = bdtr(np.arange(calls, dtype=float), calls, share)  # than r values, for r from 1
    lower = int(np.searchsorted(fewer, error, side="right"))
    upper = int(np.searchsorted(fewer, 1 - error, side="left")) + 1
    return max(lower, 1), min(upper, calls)


def percentile(sample: Sequence[float], share: float) -> Percentile:
    """The smallest value that `share` of the sample does not exceed.

    Raises:
        ValueError: the sample is empty.
    """
    if not sample:
        raise ValueError("nothing was measured")
    ordered = sorted(sample)
    lower, upper = ranks(len(ordered), share)
    rank = max(1, math.ceil(round(share * len(ordered), 9)))
    return Percentile(ordered[rank - 1], ordered[lower - 1], ordered[upper - 1])
