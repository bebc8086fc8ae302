"""Chat completions: what may be asked, and how the answer is written."""

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sandbox.dataplane import errors, sse
from sandbox.dataplane.completion import Answer, Question, fingerprint
from sandbox.dataplane.content_filter import Policy, Results
from sandbox.dataplane.tokens import text_of

ROLES: Final = ("system", "assistant", "user", "function", "tool", "developer")

CONTEXT_TOKENS: Final = (
    ("gpt-5", 400_000),
    ("gpt-4.1", 1_047_576),
    ("gpt-4o", 128_000),
    ("o", 200_000),
)
"""Tokens that fit into a model, by the beginning of its name; 128,000 for the rest."""

PROVISIONED_CONTEXT_TOKENS: Final = 128_000
"""Provisioned gpt-4.1 takes no longer prompt; a longer one is what spills over with a 400."""

ONLY_DEFAULT: Final = {"temperature": 1, "top_p": 1, "presence_penalty": 0, "frequency_penalty": 0}
"""What reasoning models take nothing else for."""

GAP: Final = "\ue000"
GAP_JSON: Final = sse.dumps(GAP)
"""Stands for the words in an event that is written once and then filled again and again."""


class StreamOptions(BaseModel):
    include_usage: bool = False


class ChatRequest(BaseModel):
    """The body, as far as the sandbox acts on it. Anything else is let through, as Azure does."""

    model_config = ConfigDict(extra="allow")

    model: str | None = None
    messages: list[dict[str, Any]]
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    max_tokens: int | None = Field(None, ge=1)
    max_completion_tokens: int | None = Field(None, ge=1)
    n: int | None = Field(1, ge=1, le=128)
    stop: str | list[str] | None = None
    seed: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    response_format: dict[str, Any] | None = None
    tools: list[dict[str, Any]] | None = None
    tool_choice: str | dict[str, Any] | None = None
    reasoning_effort: str | None = None

    @property
    def limit(self) -> int | None:
        """The most tokens that a choice may have."""
        return self.max_completion_tokens or self.max_tokens

    @property
    def choices(self) -> int:
        return self.n or 1

    @property
    def stops(self) -> Sequence[str]:
        return [self.stop] if isinstance(self.stop, str) else self.stop or ()

    @property
    def text(self) -> str:
        """All that the filters see of the prompt."""
        return "\n".join(text_of(each.get("content")) for each in self.messages)


@dataclass(frozen=True, kw_only=True)
class Choice:
    answer: Answer
    results: Results
    """What the filters say to it."""


@dataclass(frozen=True, kw_only=True)
class Completion:
    """One answer to one request, in all its choices."""

    id: str
    created: int
    model: str
    version: str
    choices: Sequence[Choice]
    prompt_results: Results
    prompt_tokens: int

    @property
    def named(self) -> str:
        """Model and version in one word, as answers carry it."""
        return f"{self.model}-{self.version}" if self.version else self.model

    @property
    def completion_tokens(self) -> int:
        return sum(choice.answer.tokens for choice in self.choices)

    def usage(self) -> dict[str, Any]:
        reasoning = sum(choice.answer.reasoning_tokens for choice in self.choices)
        return {
            "completion_tokens": self.completion_tokens,
            "completion_tokens_details": {
                "accepted_prediction_tokens": 0,
                "audio_tokens": 0,
                "reasoning_tokens": reasoning,
                "rejected_prediction_tokens": 0,
            },
            "prompt_tokens": self.prompt_tokens,
            "prompt_tokens_details": {"audio_tokens": 0, "cached_tokens": 0},
            "total_tokens": self.prompt_tokens + self.completion_tokens,
        }

    @property
    def prompt_filter_results(self) -> list[dict[str, Any]]:
        return [{"prompt_index": 0, "content_filter_results": self.prompt_results}]


def parsed(body: bytes) -> ChatRequest:
    """The request.

    Raises:
        Refusal: 400 with OpenAI's words for the first thing that is wrong.
    """
    try:
        request = ChatRequest.model_validate_json(body)
    except ValidationError as error:
        raise refusal(error) from None
    if not request.messages:
        raise errors.wrong_request(
            "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an "
            "empty array instead.",
            "messages",
            "empty_array",
        )
    for index, message in enumerate(request.messages):
        if message.get("role") not in ROLES:
            raise errors.wrong_request(
                f"Invalid value: '{message.get('role')}'. Supported values are: "
                "'system', 'assistant', 'user', 'function', 'tool', and 'developer'.",
                f"messages[{index}].role",
                "invalid_value",
            )
    return request


def refusal(error: ValidationError) -> errors.Refusal:
    """The first complaint about a body, in OpenAI's words."""
    first = error.errors(include_url=False)[0]
    if first["type"] == "json_invalid" or not first["loc"]:
        return errors.not_json()
    head, *rest = first["loc"]
    name = f"{head}" + "".join(f"[{part}]" for part in rest if isinstance(part, int))
    if first["type"] == "missing":
        return errors.wrong_request(
            f"Missing required parameter: '{name}'.", name, "missing_required_parameter"
        )
    code = "integer_below_min_value" if first["type"] == "greater_than_equal" else "invalid_type"
    return errors.wrong_request(f"Invalid '{name}': {first['msg']}.", name, code)


def unsupported(request: ChatRequest, *, reasoning: bool) -> errors.Refusal | None:
    """What the model does not take, if anything."""
    if reasoning:
        if request.max_tokens is not None:
            return errors.unsupported_parameter("max_tokens", "max_completion_tokens")
        for name, default in ONLY_DEFAULT.items():
            value = getattr(request, name)
            if value is not None and value != default:
                return errors.unsupported_value(name, f"{value:g}", default)
    elif request.max_tokens is not None and request.max_completion_tokens is not None:
        return errors.wrong_request(
            "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.",
            "max_completion_tokens",
            "invalid_parameter_combination",
        )
    if request.stream_options and not request.stream:
        return errors.wrong_request(
            "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
            "stream_options",
        )
    return _wrong_format(request)


def _wrong_format(request: ChatRequest) -> errors.Refusal | None:
    form = request.response_format or {}
    if form.get("type") == "json_object" and "json" not in request.text.lower():
        return errors.wrong_request(
            "'messages' must contain the word 'json' in some form, to use 'response_format' of "
            "type 'json_object'.",
            "messages",
        )
    if form.get("type") == "json_schema" and "name" not in (form.get("json_schema") or {}):
        return errors.wrong_request(
            "Missing required parameter: 'response_format.json_schema.name'.",
            "response_format.json_schema.name",
            "missing_required_parameter",
        )
    return None


def context_tokens(model: str, *, provisioned: bool) -> int:
    """How many tokens a prompt and its answer may have together."""
    known = (size for start, size in CONTEXT_TOKENS if model.startswith(start))
    size = next(known, 128_000)
    is_long = provisioned and model.startswith("gpt-4.1")
    return PROVISIONED_CONTEXT_TOKENS if is_long else size


def question(request: ChatRequest, model: str, version: str, *, reasoning: bool) -> Question:
    return Question(
        model=model,
        version=version,
        messages=request.messages,
        seed=request.seed,
        response_format=request.response_format,
        tools=request.tools or (),
        tool_choice=request.tool_choice,
        reasoning=reasoning,
        effort=request.reasoning_effort,
    )


def new_id() -> str:
    return f"chatcmpl-{random.getrandbits(128):032x}"


def body(completion: Completion) -> dict[str, Any]:
    """The answer in one piece."""
    return {
        "choices": [
            {
                "content_filter_results": choice.results,
                "finish_reason": choice.answer.finish_reason,
                "index": index,
                "logprobs": None,
                "message": _message(choice.answer),
            }
            for index, choice in enumerate(completion.choices)
        ],
        "created": completion.created,
        "id": completion.id,
        "model": completion.named,
        "object": "chat.completion",
        "prompt_filter_results": completion.prompt_filter_results,
        "system_fingerprint": fingerprint(completion.model, completion.version),
        "usage": completion.usage(),
    }


def _message(answer: Answer) -> dict[str, Any]:
    message: dict[str, Any] = {
        "annotations": [],
        "content": answer.text,
        "refusal": None,
        "role": "assistant",
    }
    if answer.tool_calls:
        message |= {"content": None, "tool_calls": list(answer.tool_calls)}
    return message


def pieces(text: str) -> list[str]:
    """A text as it comes out of a model: a word at a time, none lost."""
    return re.findall(r"\s*\S+|\s+$", text)


def events(completion: Completion, policy: Policy, *, include_usage: bool) -> Iterator[bytes]:
    """The answer as server-sent events. The first has no choice: it tells of the prompt alone."""
    usage = {"usage": None} if include_usage else {}
    common = {
        "created": completion.created,
        "id": completion.id,
        "model": completion.named,
        "object": "chat.completion.chunk",
        "system_fingerprint": fingerprint(completion.model, completion.version),
    }

    def chunk(index: int, delta: dict[str, Any], reason: str | None, results: Results) -> bytes:
        choice = {
            "content_filter_results": results,
            "delta": delta,
            "finish_reason": reason,
            "index": index,
            "logprobs": None,
        }
        return sse.event({"choices": [choice], **common, **usage})

    yield sse.event(
        {
            "choices": [],
            "created": 0,
            "id": "",
            "model": "",
            "object": "",
            "prompt_filter_results": completion.prompt_filter_results,
        }
    )
    for index, choice in enumerate(completion.choices):
        answer = choice.answer
        on_the_way = {} if policy.asynchronous else _passed(choice.results)
        if answer.tool_calls:
            yield chunk(index, _tool_delta(answer), None, {})
        else:
            yield chunk(index, {"content": "", "refusal": None, "role": "assistant"}, None, {})
            before, after = chunk(index, {"content": GAP}, None, on_the_way).split(GAP_JSON)
            for piece in pieces(answer.text):
                yield before + sse.dumps(piece) + after
        stopped = answer.finish_reason == "content_filter"
        yield chunk(index, {}, answer.finish_reason, choice.results if stopped else {})
        if policy.asynchronous:
            yield _late(index, choice)
    if include_usage:
        yield sse.event({"choices": [], **common, "usage": completion.usage()})
    yield sse.DONE


def _passed(results: Results) -> Results:
    """The findings on what was let through: those that stop come with the end."""
    stopped = any(isinstance(each, dict) and each.get("filtered") for each in results.values())
    return {} if stopped else results


def _tool_delta(answer: Answer) -> dict[str, Any]:
    calls = [{"index": index, **call} for index, call in enumerate(answer.tool_calls)]
    return {"content": None, "refusal": None, "role": "assistant", "tool_calls": calls}


def _late(index: int, choice: Choice) -> bytes:
    """Findings after the text: a choice without a delta (seen in langchain#18977, autogen#6465)."""
    end = len(choice.answer.text)
    late = {
        "content_filter_offsets": {"check_offset": end, "start_offset": 0, "end_offset": end},
        "content_filter_results": choice.results,
        "finish_reason": None,
        "index": index,
    }
    return sse.event({"choices": [late], "created": 0, "id": "", "model": "", "object": ""})
