"""What ends a run before its time."""

from collections.abc import Callable
from typing import Final

from scripts.client.outcome import ERRORS
from scripts.load.call import Call
from scripts.load.cost import Price

HOPELESS_AFTER: Final = 60
"""Calls, of which more than half went wrong: nothing is learned from going on."""


class Stop:
    """The first reason to end a run early, told to whoever sends its calls."""

    def __init__(self) -> None:
        self.why = ""
        self._heard: list[Callable[[], object]] = []

    def heard_by(self, hear: Callable[[], object]) -> None:
        """Calls it once there is a reason, or at once if there is one."""
        self._heard.append(hear)
        if self.why:
            hear()

    def pull(self, why: str) -> None:
        if not self.why:
            self.why = why
            for hear in self._heard:
                hear()


class Brakes:
    """Pulls the stop when calls go wrong or cost too much."""

    def __init__(self, stop: Stop, price: Price | None, most_cost: float | None) -> None:
        self._stop = stop
        self._price = price
        self._most_cost = most_cost
        self._ended = self._bad = 0
        self.cost = 0.0

    def count(self, call: Call) -> None:
        self._ended += 1
        self._bad += call.answer is None or call.answer.outcome in ERRORS
        if self._ended >= HOPELESS_AFTER and 2 * self._bad > self._ended:
            self._stop.pull(f"{self._bad} of {self._ended} calls went wrong")
        if call.answer and self._price:
            self.cost += self._price.of(call.answer)
            if self._most_cost is not None and self.cost >= self._most_cost:
                self._stop.pull(
                    f"it has cost {self.cost:.2f} {self._price.currency}, "
                    f"and --most-cost allows {self._most_cost:g}"
                )
