"""The curve of a need over the months, in the coordinates of a picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from scripts.capacity.growth import DAYS_A_MONTH, Growth, need_after

WIDTH: Final = 720.0
HEIGHT: Final = 220.0
ROOM: Final = 1.08
"""Above the highest line."""
STEPS: Final = 4
"""Between two months, so that the curve is one."""


@dataclass(frozen=True)
class Level:
    """A horizontal line."""

    y: float
    label: str
    label_y: float
    """Above the line or below it, where the curve is not."""
    anchor: str
    kind: str

    @property
    def label_x(self) -> float:
        return 0.0 if self.anchor == "start" else WIDTH


@dataclass(frozen=True)
class Day:
    """A vertical line."""

    x: float
    label: str
    kind: str


@dataclass(frozen=True)
class Tick:
    x: float
    label: str


@dataclass(frozen=True, kw_only=True)
class Chart:
    curve: str
    """Points of a line."""
    levels: Sequence[Level]
    days: Sequence[Day]
    ticks: Sequence[Tick]
    highest: float
    unit: str


def chart(growth: Growth, *, per_unit: float, declared: float, unit: str) -> Chart:
    """A need beside its quota and what is declared.

    per_unit: of `unit` in one unit of capacity; declared: units of capacity.
    """
    horizon = growth.horizon
    first = growth.months[0].need
    needs = [need_after(first, growth.rate, n / STEPS) for n in range(horizon * STEPS + 1)]
    highest = ROOM * max(*needs, growth.quota, declared)

    def x(months: float) -> float:
        return WIDTH * months / horizon

    def y(units: float) -> float:
        return HEIGHT * (1 - units / highest)

    days = []
    if growth.ends and growth.ask_by and growth.ends_within:
        lead = (growth.ends - growth.ask_by).days / DAYS_A_MONTH
        for months, day, what, kind in (
            (growth.months_to_quota, growth.ends, "quota ends", "error"),
            (growth.months_to_quota - lead, growth.ask_by, "ask by", "throttled"),
        ):
            if months >= 0:
                days.append(Day(x(months), f"{what} {day:%Y-%m-%d}", kind))
    return Chart(
        curve=" ".join(f"{x(n / STEPS):.1f},{y(need):.1f}" for n, need in enumerate(needs)),
        levels=[
            _level(y(growth.quota), y(needs[0]), f"quota {growth.quota * per_unit:,.0f}", "error"),
            _level(y(declared), y(needs[-1]), f"declared {declared * per_unit:,.0f}", "filtered"),
        ],
        days=days,
        ticks=[Tick(x(n), str(n)) for n in range(0, horizon + 1, max(1, horizon // 12))],
        highest=highest * per_unit,
        unit=unit,
    )


def _level(at: float, curve: float, label: str, kind: str) -> Level:
    """The quota is named where the curve begins, what is declared where it ends."""
    anchor = "start" if kind == "error" else "end"
    return Level(at, label, at + (14 if curve < at else -5), anchor, kind)
