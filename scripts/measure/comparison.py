"""Two samples beside each other: of the same questions, or of two variants' calls."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import bdtr, ndtri


@dataclass(frozen=True)
class Shift:
    """By how much the second sample lies over the first, in their unit."""

    median: float
    lower: float
    upper: float
    """Bounds, wrong in one of twenty samples together."""
    superiority: float
    """How often a value of the second is larger than one of the first; ties count half."""


def shift(first: Sequence[float], second: Sequence[float]) -> Shift:
    """Hodges and Lehmann's estimate. For reports: it is blind to a fault in the tail alone.

    Raises:
        ValueError: one of the samples is empty.
    """
    if not first or not second:
        raise ValueError("one of two samples is empty")
    differences = np.sort(np.subtract.outer(np.asarray(second), np.asarray(first)).ravel())
    n, m = len(first), len(second)
    spread = float(ndtri(0.975)) * (n * m * (n + m + 1) / 12) ** 0.5
    rank = max(round(n * m / 2 - spread), 1)
    return Shift(
        median=float(np.median(differences)),
        lower=float(differences[rank - 1]),
        upper=float(differences[len(differences) - rank]),
        superiority=float(((differences > 0) + (differences == 0) / 2).mean()),
    )


def mcnemar(only_first: int, only_second: int) -> float:
    """How likely `only_second` or more are by chance, if neither answers better (one-sided, exact).

    Of paired answers only those count that are good in one of the two.
    """
    discordant = only_first + only_second
    return 1 - float(bdtr(float(only_second - 1), discordant, 0.5)) if only_second else 1.0
