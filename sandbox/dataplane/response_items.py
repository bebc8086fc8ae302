"""The items that responses and conversations are made of."""

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from sandbox.dataplane import errors
from sandbox.dataplane import messages as message_shape
from sandbox.dataplane.completion import Message
from sandbox.dataplane.tokens import text_of

ROLES: Final = ("assistant", "system", "developer", "user")

KINDS: Final = {
    "message": "msg",
    "function_call": "fc",
    "function_call_output": "fco",
    "reasoning": "rs",
}
"""What an item may be, and how its id begins."""

REFERENCE: Final = "item_reference"

Item = dict[str, Any]


def new_id(kind: str) -> str:
    return f"{kind}_{secrets.token_hex(24)}"


def check(items: Sequence[Item], where: str, *, references: bool = True) -> None:
    """Refuse what is no item.

    Raises:
        Refusal: 400 with OpenAI's words for the first thing that is wrong.
    """
    kinds = (*KINDS, REFERENCE) if references else tuple(KINDS)
    for index, item in enumerate(items):
        kind = item.get("type") or "message"
        place = f"{where}[{index}]"
        if kind not in kinds:
            raise errors.invalid_value(f"{place}.type", kind, kinds)
        if kind == "message" and item.get("role") not in ROLES:
            raise errors.invalid_value(f"{place}.role", item.get("role"), ROLES)
        if message := _message(item):
            message_shape.check(message, place)


def resolved(items: Iterable[Item], find: Callable[[str], Item | None]) -> list[Item]:
    """The items, with those in the place of references that these name.

    Raises:
        Refusal: 404, there is no such item.
    """
    found = []
    for item in items:
        if item.get("type") != REFERENCE:
            found.append(item)
            continue
        named = find(str(item.get("id")))
        if named is None:
            raise errors.item_not_found(str(item.get("id")))
        found.append(named)
    return found


def kept(item: Item) -> Item:
    """An item as the service stores it and gives it back."""
    kind = item.get("type") or "message"
    whole = {"id": new_id(KINDS[kind]), "type": kind, **item}
    if kind != "reasoning":
        whole.setdefault("status", "completed")
    if kind == "message":
        content = item.get("content")
        if isinstance(content, str):
            part: Item = {"type": "input_text", "text": content}
            if item.get("role") == "assistant":
                part = {"type": "output_text", "text": content, "annotations": []}
            content = [part]
        whole["content"] = content or []
    return whole


def messages(items: Iterable[Item]) -> list[Message]:
    """The items in the form of a chat."""
    return [message for message in map(_message, items) if message]


def texts(messages: Iterable[Message]) -> list[str]:
    return [text_of(each.get("content")) for each in messages]


def _message(item: Mapping[str, Any]) -> Message:
    kind = item.get("type") or "message"
    if kind == "message":
        return {"role": item["role"], "content": _plain(item.get("content"))}
    if kind == "function_call":
        function = {"name": item.get("name", ""), "arguments": item.get("arguments", "")}
        call = {"id": item.get("call_id"), "type": "function", "function": function}
        return {"role": "assistant", "content": None, "tool_calls": [call]}
    if kind == "function_call_output":
        output = item.get("output")
        return {"role": "tool", "tool_call_id": item.get("call_id"), "content": output}
    return {}


def _plain(content: Any) -> Any:
    """A text is a text, whether it came as one or as the only part of a list."""
    if isinstance(content, list) and len(content) == 1 and isinstance(content[0], dict):
        text = content[0].get("text")
        return text if isinstance(text, str) else content
    return content
