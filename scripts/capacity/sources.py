"""Three ways to know how much is needed, side by side: none is right by itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from scripts.exit import Exit

FAR_APART: Final = 0.15
"""So much more than the smallest, and somebody should know why."""


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """What one source says, in units of capacity before rounding; or why it says nothing."""

    source: str
    """formula, calculator, own load."""
    units: float | None
    how: str
    missing: Exit | None = None
    """What a command answers since it should have said something, and did not."""


@dataclass(frozen=True, kw_only=True)
class Reconciled:
    estimates: Sequence[Estimate]
    units: float
    """The largest: what is planned with."""
    source: str
    apart: float
    """How much more the largest is than the smallest, as a share."""

    @property
    def far_apart(self) -> bool:
        return self.apart > FAR_APART


def reconcile(estimates: Sequence[Estimate]) -> Reconciled:
    """Plans with the largest.

    Raises:
        ValueError: no source says anything.
    """
    told = [(each.units, each.source) for each in estimates if each.units is not None]
    if not told:
        raise ValueError("no source says how much is needed")
    most, least = max(told), min(told)
    return Reconciled(
        estimates=estimates,
        units=most[0],
        source=most[1],
        apart=most[0] / least[0] - 1 if least[0] else 0.0,
    )
