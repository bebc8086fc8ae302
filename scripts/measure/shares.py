"""Shares: how many calls of all are bad, slow or throttled, known from a sample of them.

Counts may be real numbers: calls of one user are alike, and a design effect divides both counts.
"""

import math
from dataclasses import dataclass
from typing import Final

from scipy.special import betaincinv, ndtri

LIKELY: Final = 0.05
"""One-sided error that a single look may make."""


@dataclass(frozen=True)
class Bounds:
    """What a share is at least and at most, each but for the error it was computed with."""

    lower: float
    upper: float


def exact(bad: float, calls: float, error: float = LIKELY) -> Bounds:
    """Clopper and Pearson's bounds, each one-sided; of no calls nothing is known.

    Raises:
        ValueError: there are more bad calls than calls, or fewer than none.
    """
    _counted(bad, calls)
    lower = betaincinv(bad, calls - bad + 1, error) if bad else 0.0
    upper = betaincinv(bad + 1, calls - bad, 1 - error) if bad < calls else 1.0
    return Bounds(float(lower), float(upper))


def wilson(good: float, calls: float, error: float = LIKELY) -> Bounds:
    """Wilson's score bounds, each one-sided; of no calls nothing is known.

    Raises:
        ValueError: there are more good calls than calls, or fewer than none.
    """
    _counted(good, calls)
    if not calls:
        return Bounds(0.0, 1.0)
    z = float(ndtri(1 - error))
    share = good / calls
    middle = share + z * z / (2 * calls)
    width = z * math.sqrt(share * (1 - share) / calls + z * z / (4 * calls * calls))
    whole = 1 + z * z / calls
    lower = (middle - width) / whole if good else 0.0
    return Bounds(lower, (middle + width) / whole if good < calls else 1.0)


def difference(
    bad: float, calls: float, other_bad: float, other_calls: float, error: float = LIKELY / 2
) -> Bounds:
    """Newcombe's bounds (his method 10) of one share minus another, each one-sided.

    Raises:
        ValueError: either has more bad calls than calls, or fewer than none.
    """
    own, other = wilson(bad, calls, error), wilson(other_bad, other_calls, error)
    if not calls or not other_calls:
        return Bounds(-1.0, 1.0)
    share, other_share = bad / calls, other_bad / other_calls
    point = share - other_share
    return Bounds(
        point - math.hypot(share - own.lower, other.upper - other_share),
        point + math.hypot(own.upper - share, other_share - other.lower),
    )


def fewest_calls(limit: float, bad: int = 0, error: float = LIKELY) -> int:
    """The smallest sample in which `bad` bad calls still show a share of `limit` or less.

    Raises:
        ValueError: no sample shows that a share is 0, and any that it is 1.
    """
    if not 0 < limit < 1:
        raise ValueError(f"a limit of {limit:g} is no share between 0 and 1")
    least, most = bad, bad + 1
    while exact(bad, most, error).upper > limit:
        least, most = most, most * 2
    while most - least > 1:
        middle = (least + most) // 2
        if exact(bad, middle, error).upper > limit:
            least = middle
        else:
            most = middle
    return most


def _counted(some: float, calls: float) -> None:
    if not 0 <= some <= calls:
        raise ValueError(f"{some:g} of {calls:g} calls is no count")
