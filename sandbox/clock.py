"""The sandbox's own clock."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any


def wall() -> datetime:
    """The machine's time; tokens expire by it, since clients compare them with theirs."""
    return datetime.now(UTC)


def stamp(moment: datetime) -> str:
    """A moment as Azure writes it, in UTC to the microsecond: texts sort as the moments do."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def moment(text: str) -> datetime:
    """The moment that a stamp names."""
    return datetime.fromisoformat(text)


class Clock:
    """Sandbox time: the wall's plus an offset, or standing still, or running at another rate."""

    def __init__(self, wall: Callable[[], datetime] = wall) -> None:
        self._wall = wall
        self._at = wall()
        self._base = self._at
        self._rate = 1.0

    @property
    def rate(self) -> float:
        return self._rate

    def now(self) -> datetime:
        return self._base + (self._wall() - self._at) * self._rate

    def advance(self, by: timedelta) -> None:
        self._base = self.now() + by
        self._at = self._wall()

    def run(self, rate: float) -> None:
        """Run at a rate from here on; 0 stands still."""
        self._base, self._at = self.now(), self._wall()
        self._rate = rate

    def state(self) -> dict[str, Any]:
        """What brings this clock back after a restart."""
        if self._rate == 1.0:
            offset = (self._base - self._at).total_seconds()
            return {"offset_seconds": offset, "rate": 1.0}
        return {"now": stamp(self.now()), "rate": self._rate}

    def restore(self, state: Mapping[str, Any]) -> None:
        self._at = self._wall()
        self._rate = float(state["rate"])
        if "now" in state:
            self._base = moment(state["now"])
        else:
            self._base = self._at + timedelta(seconds=state["offset_seconds"])
