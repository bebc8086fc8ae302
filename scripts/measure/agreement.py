"""Whether two who rate the same answers see the same."""

from collections import Counter
from collections.abc import Sequence


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
