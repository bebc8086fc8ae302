"""Fine-tuning jobs and files of one account, asked patiently and within a deadline."""

import random
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import openai
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt

from scripts.client.outcome import of_error, retry_after_s
from scripts.client.retry import AGAIN

Told = TypeVar("Told")

ATTEMPTS: Final = 4
LONGEST_WAIT_S: Final = 20.0
CALL_S: Final = 20.0
PAGE: Final = 100


class OutOfTime(Exception):
    """The command's deadline has come."""


@dataclass(frozen=True)
class Jobs:
    """What can be asked. Errors are the SDK's own, once asking again is of no use."""

    client: openai.OpenAI
    until: float
    clock: Callable[[], float]
    sleep: Callable[[float], None]

    @property
    def left_s(self) -> float:
        return self.until - self.clock()

    def job(self, id: str) -> dict[str, Any]:
        return self._ask(lambda client: client.fine_tuning.jobs.retrieve(id).to_dict(mode="json"))

    def events(self, id: str) -> list[dict[str, Any]]:
        """All of them, the newest first."""
        return self._ask(
            lambda client: [
                each.to_dict(mode="json")
                for each in client.fine_tuning.jobs.list_events(id, limit=PAGE)
            ]
        )

    def checkpoints(self, id: str) -> list[dict[str, Any]]:
        return self._ask(
            lambda client: [
                each.to_dict(mode="json")
                for each in client.fine_tuning.jobs.checkpoints.list(id, limit=PAGE)
            ]
        )

    def content(self, file: str) -> bytes:
        """Of a small file."""
        return self._ask(lambda client: client.files.content(file).read())

    def lines(self, file: str, take: Callable[[Iterator[bytes]], Told]) -> Told:
        """What somebody makes of a file's bytes as they come: it may be of any size."""

        def read(client: openai.OpenAI) -> Told:
            opened: AbstractContextManager[Any] = client.files.with_streaming_response.content(file)
            with opened as answer:
                return take(answer.iter_bytes())

        return self._ask(read)

    def _ask(self, call: Callable[[openai.OpenAI], Told]) -> Told:
        def once() -> Told:
            if self.left_s <= 0:
                raise OutOfTime
            return call(self.client.with_options(timeout=min(CALL_S, self.left_s)))

        again = Retrying(
            stop=lambda state: (
                stop_after_attempt(ATTEMPTS)(state) or state.upcoming_sleep >= self.left_s
            ),
            wait=_wait_s,
            retry=retry_if_exception(_passes),
            sleep=self.sleep,
            reraise=True,
        )
        told: Told = again(once)
        return told


def _passes(error: BaseException) -> bool:
    return isinstance(error, openai.APIError) and of_error(error) in AGAIN


def _wait_s(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    told = retry_after_s(error.response.headers) if isinstance(error, openai.APIStatusError) else 0
    return max(told or 0.0, random.random() * min(LONGEST_WAIT_S, 2.0**state.attempt_number))
