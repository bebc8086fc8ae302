"""How fast a judge may be asked: what its deployment admits in a minute, and no more."""

import math
import threading
from collections import deque
from collections.abc import Callable
from typing import Final

MINUTE_S: Final = 60.0


class Pace:
    """Tokens and requests of the last minute, shared by all who ask one judge.

    Admission counts what a request may use at most, whatever it uses in the end; so does this.
    """

    def __init__(
        self,
        tokens: int | None,
        requests: int | None,
        clock: Callable[[], float],
        wait: Callable[[float], object],
    ) -> None:
        """tokens, requests: a minute's; None is no limit. wait: answers True to give up early."""
        self._limits = (tokens, requests)
        self._clock = clock
        self._wait = wait
        self._taken: deque[tuple[float, int]] = deque()
        self._lock = threading.Lock()

    @property
    def tokens_a_minute(self) -> int | None:
        return self._limits[0]

    def enter(self, cost: int, until: float) -> bool:
        """Waits until a request of so many tokens is admitted; False if it will not be in time."""
        while self.fits(cost):
            with self._lock:
                now = self._clock()
                seconds = self._wait_s(cost, now)
                if not seconds:
                    self._taken.append((now, cost))
                    return True
            if now + seconds > until or self._wait(seconds):
                break
        return False

    def fits(self, cost: int) -> bool:
        """Whether a request of so many tokens is ever admitted."""
        tokens, _ = self._limits
        return tokens is None or cost <= tokens

    def _wait_s(self, cost: int, now: float) -> float:
        while self._taken and self._taken[0][0] <= now - MINUTE_S:
            self._taken.popleft()
        tokens, requests = self._limits
        over = sum(taken for _, taken in self._taken) + cost - (tokens or math.inf)
        many = len(self._taken) + 1 - (requests or math.inf)
        seconds = 0.0
        for at, taken in self._taken:
            if over <= 0 and many <= 0:
                break
            over, many = over - taken, many - 1
            seconds = at + MINUTE_S - now
        return seconds
