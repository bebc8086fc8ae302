"""What telemetry hears of a call: one span for each target that was asked.

The names follow OpenTelemetry's conventions for generative AI, which are in development: they stand
here and nowhere else.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from .outcome import ERRORS
from .question import Message
from .reply import Reply
from .retry import Failure
from .target import Target

if TYPE_CHECKING:
    from opentelemetry.trace import Span, Tracer

OPERATION: Final = "gen_ai.operation.name"
PROVIDER: Final = "gen_ai.provider.name"
REQUEST_MODEL: Final = "gen_ai.request.model"
RESPONSE_MODEL: Final = "gen_ai.response.model"
FINISH_REASONS: Final = "gen_ai.response.finish_reasons"
INPUT_TOKENS: Final = "gen_ai.usage.input_tokens"
OUTPUT_TOKENS: Final = "gen_ai.usage.output_tokens"
CACHED_TOKENS: Final = "gen_ai.usage.cache_read.input_tokens"
REASONING_TOKENS: Final = "gen_ai.usage.reasoning.output_tokens"
INPUT_MESSAGES: Final = "gen_ai.input.messages"
OUTPUT_MESSAGES: Final = "gen_ai.output.messages"
FLAG: Final = "feature_flag.key"
VARIANT: Final = "feature_flag.result.variant"
ROUTE: Final = "plumb.route"
FLAG_ETAG: Final = "plumb.flag_etag"
ERROR_CLASS: Final = "plumb.error_class"
FIRST_TEXT_MS: Final = "plumb.ttft_ms"
USER_HASH: Final = "plumb.user_hash"
PROMPT_SHA: Final = "plumb.prompt_sha"
RETRY: Final = "plumb.retry"
WAIT_MS: Final = "plumb.wait_ms"

CHAT: Final = "chat"
SPILLED: Final = "spilled"
"""No error: another deployment answered. The judge of a rollout counts it apart."""


@dataclass(frozen=True)
class Spans:
    """Where spans go: nowhere, unless the application has set OpenTelemetry up."""

    tracer: "Tracer | None" = None
    """By default the application's own."""
    with_content: bool = False
    """Whether what was asked and answered is told. It is your customers': think twice."""

    def start(
        self, target: Target, question: Sequence[Message], told: Mapping[str, str]
    ) -> "Visit":
        tracer = self.tracer or _tracer()
        if tracer is None:
            return Visit(None, self.with_content)
        from opentelemetry.trace import SpanKind

        attributes = {
            PROVIDER: target.provider,
            OPERATION: CHAT,
            REQUEST_MODEL: target.model,
            **told,
        }
        if self.with_content:
            attributes[INPUT_MESSAGES] = _json([_parts(**each) for each in question])
        span = tracer.start_span(
            f"{CHAT} {target.model}", kind=SpanKind.CLIENT, attributes=attributes
        )
        return Visit(span, self.with_content)


class Visit:
    """One target's part in a call: its tries, and how they ended."""

    def __init__(self, span: "Span | None", with_content: bool) -> None:
        self._span = span
        self._with_content = with_content

    def retried(self, failure: Failure, wait_s: float) -> None:
        if self._span:
            self._span.add_event(RETRY, {ERROR_CLASS: failure.outcome, WAIT_MS: 1000 * wait_s})

    def answered(self, reply: Reply) -> None:
        if self._span is None:
            return
        told: dict[str, Any] = {
            RESPONSE_MODEL: reply.model,
            FINISH_REASONS: (reply.finish_reason or "",),
        }
        if usage := reply.usage:
            told |= {
                INPUT_TOKENS: usage.prompt,
                OUTPUT_TOKENS: usage.answer,
                CACHED_TOKENS: usage.cached,
                REASONING_TOKENS: usage.reasoning,
            }
        if reply.first_text_ms is not None:
            told[FIRST_TEXT_MS] = round(reply.first_text_ms, 1)
        if reply.outcome != "ok" or reply.spilled:
            told[ERROR_CLASS] = SPILLED if reply.outcome == "ok" else reply.outcome
        if self._with_content:
            said = _parts("assistant", reply.text)
            told[OUTPUT_MESSAGES] = _json([said | {"finish_reason": reply.finish_reason}])
        self._span.set_attributes(told)
        self.end()

    def failed(self, failure: Failure) -> None:
        if self._span:
            from opentelemetry.trace import StatusCode

            self._span.set_attribute(ERROR_CLASS, failure.outcome)
            if failure.outcome in ERRORS:
                self._span.set_status(StatusCode.ERROR, failure.outcome)
        self.end()

    def end(self) -> None:
        span, self._span = self._span, None
        if span:
            span.end()


def _parts(role: str, content: Any = "", **_: Any) -> dict[str, Any]:
    """A message as the conventions write it."""
    text = [{"type": "text", "content": content}]
    return {"role": role, "parts": text if isinstance(content, str) else content}


def _json(messages: list[dict[str, Any]]) -> str:
    return json.dumps(messages, ensure_ascii=False, default=str)


def _tracer() -> "Tracer | None":
    try:
        from opentelemetry import trace
    except ImportError:
        return None
    return trace.get_tracer(__name__)
