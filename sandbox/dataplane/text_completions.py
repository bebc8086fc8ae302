"""Completions: a text goes in, its continuation comes out. Few models still have them."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sandbox.dataplane import chat, sse
from sandbox.dataplane.account import Deployment
from sandbox.dataplane.chat_answer import Choice, pieces
from sandbox.dataplane.completion import Question
from sandbox.dataplane.content_filter import Results
from sandbox.dataplane.quality import Mind

DEFAULT_LIMIT: Final = 16
"""Tokens of an answer, unless it is told otherwise: so it was when completions were made."""

NOTHING: Final = "<|endoftext|>"


class CompletionsRequest(BaseModel):
    model_config = ConfigDict(extra="allow")

    model: str | None = None
    prompt: str | list[str] = NOTHING
    max_tokens: int | None = Field(None, ge=1)
    n: int | None = Field(1, ge=1, le=128)
    stop: str | list[str] | None = None
    seed: int | None = None
    stream: bool | None = False
    echo: bool | None = False

    @property
    def prompts(self) -> Sequence[str]:
        return [self.prompt] if isinstance(self.prompt, str) else self.prompt

    @property
    def stops(self) -> Sequence[str]:
        return [self.stop] if isinstance(self.stop, str) else self.stop or ()

    @property
    def limit(self) -> int:
        return self.max_tokens or DEFAULT_LIMIT


def parsed(body: bytes) -> CompletionsRequest:
    """The request.

    Raises:
        Refusal: 400.
    """
    try:
        return CompletionsRequest.model_validate_json(body)
    except ValidationError as error:
        raise chat.refusal(error) from None


def questions(request: CompletionsRequest, deployment: Deployment, mind: Mind) -> list[Question]:
    return [
        Question(
            model=deployment.model,
            version=deployment.version,
            messages=[{"role": "user", "content": prompt}],
            seed=request.seed,
            mind=mind,
        )
        for prompt in request.prompts
    ]


@dataclass(frozen=True, kw_only=True)
class TextCompletion:
    created: int
    model: str
    prompts: Sequence[str]
    """What is put before each answer; nothing unless that was asked for."""
    choices: Sequence[Choice]
    """All of the first prompt, then all of the next."""
    prompt_results: Results
    prompt_tokens: int
    id: str = field(default_factory=lambda: f"cmpl-{random.getrandbits(128):032x}")

    def text(self, index: int) -> str:
        said = self.choices[index].answer.text
        if not self.prompts:
            return said
        each = len(self.choices) // len(self.prompts)
        return self.prompts[index // each] + said


def body(completion: TextCompletion) -> dict[str, Any]:
    """The answer in one piece."""
    used = sum(choice.answer.tokens for choice in completion.choices)
    return {
        "choices": [
            _choice(completion, index, completion.text(index), choice.answer.finish_reason)
            for index, choice in enumerate(completion.choices)
        ],
        **_common(completion),
        "prompt_filter_results": _on_prompt(completion),
        "usage": {
            "completion_tokens": used,
            "prompt_tokens": completion.prompt_tokens,
            "total_tokens": completion.prompt_tokens + used,
        },
    }


def events(completion: TextCompletion) -> Iterator[bytes]:
    """The answer as server-sent events."""
    common = _common(completion)
    first = {"choices": [], **common, "prompt_filter_results": _on_prompt(completion)}
    yield sse.event(first)
    for index, choice in enumerate(completion.choices):
        for piece in pieces(completion.text(index)):
            yield sse.event({"choices": [_choice(completion, index, piece, None)], **common})
        last = _choice(completion, index, "", choice.answer.finish_reason)
        yield sse.event({"choices": [last], **common})
    yield sse.DONE


def _common(completion: TextCompletion) -> dict[str, Any]:
    return {
        "created": completion.created,
        "id": completion.id,
        "model": completion.model,
        "object": "text_completion",
    }


def _on_prompt(completion: TextCompletion) -> list[dict[str, Any]]:
    return [{"prompt_index": 0, "content_filter_results": completion.prompt_results}]


def _choice(
    completion: TextCompletion, index: int, text: str, reason: str | None
) -> dict[str, Any]:
    return {
        "text": text,
        "index": index,
        "finish_reason": reason,
        "logprobs": None,
        "content_filter_results": completion.choices[index].results,
    }
