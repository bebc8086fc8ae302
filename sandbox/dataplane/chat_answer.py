"""Chat completions: how the answer is written, whole or as events."""

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sandbox.dataplane import sse
from sandbox.dataplane.completion import Answer, fingerprint
from sandbox.dataplane.content_filter import Policy, Results

GAP: Final = "\ue000"
GAP_JSON: Final = sse.dumps(GAP)
"""Stands for the words in an event that is written once and then filled again and again."""


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
        """Model and version in one word, as answers carry it. A fine-tuned name says it all."""
        return self.model if ".ft-" in self.model else f"{self.model}-{self.version}"

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
    if answer.refused:
        message |= {"content": None, "refusal": answer.text}
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
            place = "refusal" if answer.refused else "content"
            before, after = chunk(index, {place: GAP}, None, on_the_way).split(GAP_JSON)
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
