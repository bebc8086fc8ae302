"""One call, from the question to the answer, whoever carries it out: thread or event loop."""

import json
import logging
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Final, Self

import openai
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from .flag import Choice, user_hash
from .outcome import of_error, retry_after_s
from .question import Message, messages
from .reply import Cut, Reading, Reply
from .retry import Course, Failure, Patience, Wait
from .route import Route
from .spans import FLAG, FLAG_ETAG, PROMPT_SHA, ROUTE, USER_HASH, VARIANT, Spans, Visit
from .target import Target, fitting

LOG: Final = logging.getLogger(__name__)

FAILURES: Final = (openai.APIError, json.JSONDecodeError, Cut)
"""What a try can end with. Anything else is a mistake of the caller's, or there is no token."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the caller wants."""

    question: Sequence[Message]
    options: Mapping[str, Any]
    user: str | None


@dataclass(frozen=True, kw_only=True)
class Calls:
    """How the calls of a route are made."""

    route: Route
    patience: Patience = field(default_factory=Patience)
    spans: Spans = field(default_factory=Spans)
    prompt_sha: str = ""
    """Of the prompt template that the application uses, for telemetry."""
    clock: Callable[[], float] = time.monotonic
    chance: Callable[[], float] = random.random

    def begin(
        self, question: str | Sequence[Message], user: str | None, options: Mapping[str, Any]
    ) -> "Call":
        return Call(Asked(question=messages(question), options=options, user=user), self)


class Call:
    """Knows what to send next, and what to make of what comes back."""

    def __init__(self, asked: Asked, calls: Calls) -> None:
        self._asked, self._calls = asked, calls
        self._way = calls.route.way(asked.user)
        self._began = calls.clock()
        self._course = Course(self._way.targets, calls.patience, self._began)
        self._visit: Visit | None = None
        self._reading = Reading({})
        self._first_text_ms: float | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        if self._visit and isinstance(error, Exception):  # no token, for instance
            self._visit.failed(Failure(outcome="request"))
        elif self._visit:  # the caller went away
            self._visit.end()

    @property
    def target(self) -> Target:
        return self._course.target

    @property
    def choice(self) -> Choice | None:
        """What led to the target that is asked; nothing did to a fallback."""
        return self._way.choice if self.target is self._way.targets[0] else None

    def request(self) -> dict[str, Any]:
        """What the SDK is to send, this time."""
        self._visit = self._visit or self._calls.spans.start(
            self.target, self._asked.question, self._told()
        )
        patience, left_s = self._calls.patience, self._course.left_s(self._calls.clock())
        return {
            **fitting(self.target, self._asked.options),
            "model": self.target.model,
            "messages": list(self._asked.question),
            "timeout": openai.Timeout(
                min(patience.read_s, left_s), connect=min(patience.connect_s, left_s)
            ),
        }

    def whole(self, headers: Mapping[str, str], completion: ChatCompletion) -> Reply:
        """The answer that came in one piece.

        Raises:
            Cut: it did not.
        """
        reading = Reading(headers)
        if isinstance(completion, ChatCompletion):  # the SDK hands on as text what is no JSON
            reading.take_whole(completion)
        return self._reply(reading, completion)

    def opened(self, headers: Mapping[str, str]) -> None:
        """A stream begins."""
        self._reading, self._first_text_ms = Reading(headers), None

    def take(self, chunk: ChatCompletionChunk) -> str:
        """The text of one more chunk."""
        text = self._reading.take(chunk)
        if self._reading.begun and self._first_text_ms is None:
            self._first_text_ms = self._since_ms()
        return text

    def ended(self) -> Reply:
        """The answer that came piece by piece.

        Raises:
            Cut: not to its end.
        """
        reading = self._reading
        if reading.usage is None and self._asked.options["stream_options"].get("include_usage"):
            raise Cut(self.target, reading.text)
        return self._reply(reading, None)

    def failed(self, error: Exception) -> Wait | None:
        """What to do next; None: nothing helps, the error is the answer.

        Raises:
            Cut: the caller has part of an answer (asked again, the model would say it otherwise),
                or none that can be read.
        """
        asked, partial = self.target, self._reading.text
        failure = Failure(outcome="cut") if partial else _failure(error)
        now, chance = self._calls.clock(), self._calls.chance()
        wait = None if partial else self._course.after(failure, now, chance)
        self._tell(asked, failure, wait)
        if wait and wait.renew_token:
            asked.token.renew()
        if partial or (wait is None and isinstance(error, json.JSONDecodeError)):
            raise Cut(asked, partial) from error
        return wait

    def _tell(self, asked: Target, failure: Failure, wait: Wait | None) -> None:
        if wait and self.target is asked:
            if self._visit:
                self._visit.retried(failure, wait.seconds)
            return
        if wait:
            LOG.warning("%s: %s; asking %s", asked, failure.outcome, self.target)
        if self._visit:
            self._visit.failed(failure)
            self._visit = None

    def _reply(self, reading: Reading, completion: ChatCompletion | None) -> Reply:
        if reading.finish_reason is None:
            raise Cut(self.target, reading.text)
        reply = Reply(
            text=reading.text,
            refusal=reading.refusal,
            finish_reason=reading.finish_reason,
            model=reading.model,
            usage=reading.usage,
            target=self.target,
            variant=self.choice.variant if self.choice else None,
            latency_ms=self._since_ms(),
            first_text_ms=self._first_text_ms,
            headers=reading.headers,
            completion=completion,
        )
        if self._visit:
            self._visit.answered(reply)
            self._visit = None
        return reply

    def _told(self) -> dict[str, str]:
        told = {ROUTE: self._calls.route.name} if self._calls.route.name else {}
        if self._asked.user:
            told[USER_HASH] = user_hash(self._asked.user)
        if self._calls.prompt_sha:
            told[PROMPT_SHA] = self._calls.prompt_sha
        if self._calls.route.flag and (choice := self.choice) and choice.variant:
            told |= {FLAG: self._calls.route.flag.name, VARIANT: choice.variant}
            told[FLAG_ETAG] = choice.etag
        return told

    def _since_ms(self) -> float:
        return 1000 * (self._calls.clock() - self._began)


def _failure(error: Exception) -> Failure:
    match error:
        case openai.APIStatusError():
            return Failure(
                outcome=of_error(error),
                status=error.status_code,
                retry_after_s=retry_after_s(error.response.headers),
            )
        case openai.APIError():
            return Failure(outcome=of_error(error))
    return Failure(outcome="cut")
