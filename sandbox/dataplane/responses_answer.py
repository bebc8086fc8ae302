"""Responses: how the answer is written, whole or as events."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from sandbox.dataplane import sse
from sandbox.dataplane.chat_answer import Choice, pieces
from sandbox.dataplane.content_filter import Results
from sandbox.dataplane.response_items import new_id
from sandbox.dataplane.responses import ResponsesRequest

LEAD: Final = 4
"""Events before the first delta: created, in progress, item added, part added."""

Event = dict[str, Any]

INCOMPLETE: Final = {"length": "max_output_tokens", "content_filter": "content_filter"}


@dataclass(frozen=True, kw_only=True)
class Response:
    """One answer to one request."""

    request: ResponsesRequest
    created: int
    model: str
    """The deployment's name, as the caller gave it (unverified)."""
    choice: Choice
    prompt_results: Results
    prompt_tokens: int
    id: str = field(default_factory=lambda: new_id("resp"))

    @cached_property
    def output(self) -> list[dict[str, Any]]:
        """The finished items."""
        answer = self.choice.answer
        items: list[dict[str, Any]] = []
        if self.request.reasoning or answer.reasoning_tokens:
            items.append({"id": new_id("rs"), "type": "reasoning", "summary": []})
        if answer.tool_calls:
            return [*items, *(_function_call(call) for call in answer.tool_calls)]
        part: dict[str, Any] = {
            "type": "output_text",
            "text": answer.text,
            "annotations": [],
            "logprobs": [],
        }
        if answer.refused:
            part = {"type": "refusal", "refusal": answer.text}
        message = {
            "id": new_id("msg"),
            "type": "message",
            "role": "assistant",
            "status": "incomplete" if self.incomplete else "completed",
            "content": [part],
        }
        return [*items, message]

    @property
    def incomplete(self) -> str:
        """Why the answer is not whole; empty if it is."""
        return INCOMPLETE.get(self.choice.answer.finish_reason, "")


def _function_call(call: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": new_id("fc"),
        "type": "function_call",
        "status": "completed",
        "call_id": call["id"],
        "name": call["function"]["name"],
        "arguments": call["function"]["arguments"],
    }


def body(response: Response) -> dict[str, Any]:
    """The answer in one piece."""
    whole = _common(response)
    answer, prompt = response.choice.answer, response.prompt_tokens
    reason = response.incomplete
    return whole | {
        "status": "incomplete" if reason else "completed",
        "completed_at": None if reason else response.created,
        "incomplete_details": {"reason": reason} if reason else None,
        "output": response.output,
        "content_filters": [
            _filters("prompt", response.prompt_results),
            _filters("completion", response.choice.results),
        ],
        "usage": {
            "input_tokens": prompt,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": answer.tokens,
            "output_tokens_details": {"reasoning_tokens": answer.reasoning_tokens},
            "total_tokens": prompt + answer.tokens,
        },
    }


def _filters(source: str, results: Results) -> dict[str, Any]:
    blocked = any(isinstance(each, dict) and each.get("filtered") for each in results.values())
    return {"blocked": blocked, "source_type": source, "content_filter_results": results}


def _common(response: Response) -> dict[str, Any]:
    """What is known before the first word."""
    request = response.request
    return {
        "id": response.id,
        "object": "response",
        "created_at": response.created,
        "status": "in_progress",
        "background": bool(request.background),
        "completed_at": None,
        "conversation": {"id": request.conversation_id} if request.conversation_id else None,
        "error": None,
        "incomplete_details": None,
        "instructions": request.instructions,
        "max_output_tokens": request.max_output_tokens,
        "metadata": request.metadata or {},
        "model": response.model,
        "output": [],
        "parallel_tool_calls": True,
        "previous_response_id": request.previous_response_id,
        "reasoning": {
            "effort": request.reasoning.effort if request.reasoning else None,
            "summary": None,
        },
        "store": request.store is not False,
        "temperature": 1.0 if request.temperature is None else request.temperature,
        "text": {"format": (request.text and request.text.format) or {"type": "text"}},
        "tool_choice": request.tool_choice or "auto",
        "tools": request.tools or [],
        "top_p": 1.0 if request.top_p is None else request.top_p,
        "truncation": "disabled",
        "usage": None,
        "user": None,
    }


def begun(whole: dict[str, Any], status: str) -> dict[str, Any]:
    """A response before its end, or without one: nothing has been said."""
    return {
        **whole,
        "status": status,
        "completed_at": None,
        "incomplete_details": None,
        "output": [],
        "content_filters": [],
        "usage": None,
    }


def events(whole: dict[str, Any]) -> Iterator[Event]:
    """An answer as events, numbered from 0."""
    for number, event in enumerate(_events(whole)):
        yield {"type": event.pop("type"), "sequence_number": number, **event}


def encoded(event: Event) -> bytes:
    """An event as it goes over the wire."""
    return b"event: " + str(event["type"]).encode() + b"\n" + sse.event(event)


def _events(whole: dict[str, Any]) -> Iterator[Event]:
    first = "queued" if whole["background"] else "in_progress"
    yield {"type": "response.created", "response": begun(whole, first)}
    if whole["background"]:
        yield {"type": "response.queued", "response": begun(whole, first)}
    yield {"type": "response.in_progress", "response": begun(whole, "in_progress")}
    for index, item in enumerate(whole["output"]):
        place = {"output_index": index}
        yield {"type": "response.output_item.added", **place, "item": _begun(item)}
        if item["type"] != "reasoning":
            for name, told in _told(item):
                yield {"type": name, "item_id": item["id"], **place, **told}
        yield {"type": "response.output_item.done", **place, "item": item}
    yield {"type": f"response.{whole['status']}", "response": whole}


def _begun(item: dict[str, Any]) -> dict[str, Any]:
    empty: dict[str, dict[str, Any]] = {
        "message": {"content": []},
        "function_call": {"arguments": ""},
        "reasoning": {},
    }
    begun: dict[str, Any] = {**item, **empty[item["type"]]}
    return begun | {"status": "in_progress"} if "status" in item else begun


def _told(item: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """What comes between an item's beginning and its end."""
    if item["type"] == "function_call":
        yield "response.function_call_arguments.delta", {"delta": item["arguments"]}
        done = {"arguments": item["arguments"], "name": item["name"]}
        yield "response.function_call_arguments.done", done
        return
    (part,) = item["content"]
    place = {"content_index": 0}
    kind = part["type"]
    content = "text" if kind == "output_text" else "refusal"
    more: dict[str, Any] = {"logprobs": []} if kind == "output_text" else {}
    yield "response.content_part.added", {**place, "part": {**part, content: ""}}
    for piece in pieces(part[content]):
        yield f"response.{kind}.delta", {**place, "delta": piece, **more}
    yield f"response.{kind}.done", {**place, content: part[content], **more}
    yield "response.content_part.done", {**place, "part": part}
