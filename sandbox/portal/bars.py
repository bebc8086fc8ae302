"""How much of a limit is used."""

from dataclasses import dataclass
from typing import Final, Literal

HIGH: Final = 0.8
FULL: Final = 0.95
MOST: Final = 1000.0
"""Times the limit; beyond that it makes no difference."""

Level = Literal["calm", "high", "full"]


@dataclass(frozen=True, kw_only=True)
class Bar:
    """A part of a whole, with a unit for people."""

    used: float
    limit: float
    unit: str

    @property
    def share(self) -> float:
        """1 is full; more is over. A limit of nothing is full as soon as anything is used."""
        if self.limit <= 0:
            return 1.0 if self.used > 0 else 0.0
        return min(MOST, self.used / self.limit)

    @property
    def width(self) -> float:
        """Percent, for drawing; what is used at all can be seen."""
        wide = max(0.0, min(100.0, self.share * 100))
        return round(max(wide, 1.0) if self.used > 0 else wide, 1)

    @property
    def percent(self) -> int:
        """Full only if it is."""
        whole = int(self.share * 100)
        return min(99, whole) if self.share < 1 else whole

    @property
    def level(self) -> Level:
        if self.share >= FULL:
            return "full"
        return "high" if self.share >= HIGH else "calm"

    @property
    def words(self) -> str:
        return f"{self.used:,.0f} of {self.limit:,.0f} {self.unit} ({self.percent} %)"
