"""What a model answered, whole or piece by piece."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from .outcome import SPILLED_FROM, UTILISATION, Outcome, of_ending
from .target import Target

if TYPE_CHECKING:
    from openai.types import CompletionUsage
    from openai.types.chat import ChatCompletion, ChatCompletionChunk


REGION: Final = "x-ms-region"

KEPT: Final = (
    "apim-request-id",
    UTILISATION,
    "x-ms-deployment-name",
    REGION,
    SPILLED_FROM,
    "x-ms-spillover-error",
    "x-ratelimit-limit-tokens",
    "x-ratelimit-remaining-requests",
    "x-ratelimit-remaining-tokens",
)
"""Headers that say who answered, and how much room is left there."""


class Cut(Exception):
    """An answer stopped in the middle. What came of it is in `text`."""

    def __init__(self, target: Target, text: str) -> None:
        super().__init__(
            f"{target}: cut off after {len(text)} characters. Fix: show what came, or ask again"
        )
        self.text = text


@dataclass(frozen=True, kw_only=True)
class Usage:
    """Tokens, as the model counts them."""

    prompt: int = 0
    cached: int = 0
    """Of the prompt."""
    answer: int = 0
    reasoning: int = 0
    """Of the answer."""


@dataclass(frozen=True, kw_only=True)
class Reply:
    """An answer."""

    text: str
    finish_reason: str | None
    model: str
    """As it names itself: <model>-<version>."""
    usage: Usage | None
    target: Target
    """Who answered: not the one first asked, if that one could not."""
    latency_ms: float
    """With all tries and waits."""
    variant: str | None = None
    """Of the route's flag; None: no flag, an anonymous caller, or a fallback answered."""
    first_text_ms: float | None = None
    """Of a stream."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Of Azure's, those in KEPT."""
    refusal: str = ""
    """What the model said in place of an answer of the schema."""
    completion: "ChatCompletion | None" = None
    """All of it, with tool calls; None of a stream."""

    @property
    def region(self) -> str:
        return self.headers.get(REGION, "")

    @property
    def spilled(self) -> bool:
        """Whether another deployment of the account answered, since this one was full."""
        return SPILLED_FROM in self.headers

    @property
    def outcome(self) -> Outcome:
        return of_ending(self.finish_reason)

    def json(self) -> Any:
        """The answer to a question with a schema.

        Raises:
            ValueError: it is none, cut short by `max_completion_tokens` or refused.
        """
        try:
            return json.loads(self.text)
        except ValueError:
            said = (self.refusal or self.text)[:80]
            raise ValueError(
                f"{self.target}: not JSON, and ended with {self.finish_reason!r}: {said!r}. "
                "Fix: a schema, and enough tokens for it"
            ) from None


class Reading:
    """What has come of an answer so far."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self.headers = {name: headers[name] for name in KEPT if name in headers}
        self.text = ""
        self.refusal = ""
        self.model = ""
        self.finish_reason: str | None = None
        self.usage: Usage | None = None
        self.begun = False
        """Whether the answer itself has begun: text, or the call of a tool."""

    def take(self, chunk: "ChatCompletionChunk") -> str:
        """The text of one more chunk; the first and the last have none."""
        self.model = chunk.model or self.model
        self.usage = _usage(chunk.usage) or self.usage
        text = ""
        for choice in chunk.choices:
            said = choice.delta
            text += said.content or ""
            self.refusal += said.refusal or ""
            self.begun = self.begun or bool(text or said.refusal or said.tool_calls)
            self.finish_reason = choice.finish_reason or self.finish_reason
        self.text += text
        return text

    def take_whole(self, completion: "ChatCompletion") -> None:
        self.model, self.usage = completion.model, _usage(completion.usage)
        for choice in completion.choices[:1]:
            said = choice.message
            self.text, self.refusal = said.content or "", said.refusal or ""
            self.finish_reason = choice.finish_reason


def _usage(usage: "CompletionUsage | None") -> Usage | None:
    if usage is None:
        return None
    of_prompt, of_answer = usage.prompt_tokens_details, usage.completion_tokens_details
    return Usage(
        prompt=usage.prompt_tokens,
        cached=(of_prompt and of_prompt.cached_tokens) or 0,
        answer=usage.completion_tokens,
        reasoning=(of_answer and of_answer.reasoning_tokens) or 0,
    )
