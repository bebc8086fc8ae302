"""How long Azure is waited for, and what is asked again."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TypeVar

from azure.core.exceptions import (
    AzureError,
    ClientAuthenticationError,
    DecodeError,
    HttpResponseError,
)
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt

from scripts.exit import Exit
from scripts.subscription.facts import Unknown

Told = TypeVar("Told")

ATTEMPTS: Final = 3
CALL_S: Final = 20.0
"""The most that one request may take."""
CONNECT_S: Final = 5.0
LONGEST_WAIT_S: Final = 20.0

LATE_S: Final = 0.5
"""A call that breaks off so shortly before the deadline was broken off by it."""

ACTION: Final = re.compile(r"perform action '([^']+)' over scope '([^']+)'")
"""How ARM says what is missing."""


@dataclass(frozen=True)
class Patience:
    """Until when a command waits, by a monotonic clock."""

    until: float
    clock: Callable[[], float] = field(default=time.monotonic)
    sleep: Callable[[float], None] = field(default=time.sleep)

    @classmethod
    def of(cls, seconds: float) -> "Patience":
        return cls(time.monotonic() + seconds)

    @property
    def left_s(self) -> float:
        return self.until - self.clock()

    def ask(self, what: str, call: Callable[[float], Told]) -> Told | Unknown:
        """The answer to a call that is told how many seconds it may take, or why there is none."""

        def once() -> Told | Unknown:
            if self.left_s <= 0:
                return late(what)
            return call(min(CALL_S, self.left_s))

        again = Retrying(
            stop=lambda state: stop_after_attempt(ATTEMPTS)(state) or wait_s(state) >= self.left_s,
            wait=wait_s,
            retry=retry_if_exception(passes),
            sleep=self.sleep,
            reraise=True,
        )
        try:
            return read(what, lambda: again(once))
        except AzureError as error:
            if self.left_s < LATE_S and not isinstance(error, HttpResponseError):
                return late(what)
            return unanswered(what, error)


def late(what: str) -> Unknown:
    return Unknown(reason=f"{what}: no answer in time", fix="a longer --deadline")


def read(what: str, parse: Callable[[], Told]) -> Told | Unknown:
    """What an answer says, unless it is of another shape than Azure documents."""
    try:
        return parse()
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        said = " ".join(str(error).split())[:200]
        return Unknown(
            reason=f"{what}: an answer that is none of Azure's: {said}",
            fix="ask again later; if it stays so, a newer plumb",
        )


def passes(error: BaseException) -> bool:
    """Whether another attempt may fare better."""
    if not isinstance(error, AzureError):
        return False
    if isinstance(error, HttpResponseError) and not isinstance(error, DecodeError):
        status = error.status_code
        return status is not None and (status in (408, 429) or status >= 500)
    return True  # nobody answered, or with half of an answer


def wait_s(state: RetryCallState) -> float:
    """Seconds until the next attempt: what Azure asks for, or one and then two."""
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, HttpResponseError):
        told = getattr(error.response, "headers", {}).get("Retry-After", "")
        if told.isdecimal():
            return min(float(told), LONGEST_WAIT_S)
    return float(state.attempt_number)


def unanswered(what: str, error: AzureError) -> Unknown:
    """Why there is no answer, for a person."""
    status = error.status_code if isinstance(error, HttpResponseError) else None
    if status is None:
        signing_in = isinstance(error, ClientAuthenticationError)
        return Unknown(
            reason=f"{what}: {'nobody is signed in' if signing_in else 'not reached'}: "
            f"{_short(error)}",
            fix="az login" if signing_in else "the network between here and Azure",
            code=Exit.NOT_REACHED,
        )
    said = f"{what}: {status} {_code(error)}".rstrip()
    if status == 429:
        return Unknown(reason=said, fix="ask again in a minute")
    if status in (401, 403):
        found = ACTION.search(error.message)
        action, scope = found.groups() if found else (None, None)
        needed = f"{action} at {scope}" if action else "a role that allows it"
        return Unknown(
            reason=f"{said}: not allowed",
            fix=f"sign in as somebody who has {needed}",
            code=Exit.NOT_REACHED,
            missing_action=action,
        )
    if status >= 500:
        return Unknown(reason=said, fix="ask again later", code=Exit.NOT_REACHED)
    return Unknown(reason=f"{said}: {_short(error)}", fix="see what Azure says there")


def _code(error: AzureError) -> str:
    return str(getattr(getattr(error, "error", None), "code", None) or "")


def _short(error: AzureError) -> str:
    return " ".join(error.message.split())[:200].rstrip(".")
