"""Whether to ask again, when, and whom. Decides only: it neither waits nor calls."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from .outcome import THROTTLED, Outcome
from .target import Target

AGAIN: Final[frozenset[Outcome]] = THROTTLED | {"server", "timeout", "connection", "cut"}
"""What may be gone a moment later. A refused request stays refused, a filtered prompt filtered."""

NOT_ALLOWED: Final = 401
ELSEWHERE: Final = frozenset({NOT_ALLOWED, 403, 404})
"""Refused here; another account may have the role or the deployment that is missing."""


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How long a caller is made to wait for a good answer."""

    retries: int = 3
    """Of one target, after its first try."""
    deadline_s: float = 60.0
    """For everything: no try begins later, and none waits longer for a byte than what is left."""
    read_s: float = 30.0
    """For the next byte of one try."""
    connect_s: float = 5.0
    first_wait_s: float = 1.0
    longest_wait_s: float = 20.0
    """Of the waits drawn here. What Azure asks for is waited for, if the deadline allows."""

    def wait_s(self, retry: int, chance: float, asked_s: float | None) -> float:
        """Before the retry of this number, counted from 0; chance from [0, 1)."""
        drawn: float = chance * min(self.longest_wait_s, self.first_wait_s * 2**retry)
        return max(asked_s or 0.0, drawn)


@dataclass(frozen=True, kw_only=True)
class Failure:
    """What became of one try."""

    outcome: Outcome
    status: int | None = None
    retry_after_s: float | None = None


@dataclass(frozen=True)
class Wait:
    """Ask again, after this long: the same target, or the next one."""

    seconds: float = 0.0
    renew_token: bool = False


class Course:
    """The way of one call through its targets, each with retries of its own."""

    def __init__(self, targets: Sequence[Target], patience: Patience, now: float) -> None:
        self._ahead = list(targets)
        self._patience = patience
        self._until = now + patience.deadline_s
        self._retries = 0
        self._renewed = False
        self.target = self._ahead.pop(0)

    def left_s(self, now: float) -> float:
        return max(0.0, self._until - now)

    def after(self, failure: Failure, now: float, chance: float) -> Wait | None:
        """What to do next; None: nothing is left to try, the failure is the answer.

        The target is another one afterwards if this one had its chances.
        """
        if failure.status == NOT_ALLOWED and not self._renewed:
            self._renewed = True
            return Wait(renew_token=True)
        if failure.outcome in AGAIN and self._retries < self._patience.retries:
            seconds = self._patience.wait_s(self._retries, chance, failure.retry_after_s)
            if seconds < self.left_s(now):
                self._retries += 1
                return Wait(seconds)
        passing = failure.outcome in AGAIN or failure.status in ELSEWHERE
        if passing and self._ahead and self.left_s(now):
            self.target = self._ahead.pop(0)
            self._retries, self._renewed = 0, False
            return Wait()
        return None
