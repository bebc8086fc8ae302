"""What a training file has to look like, and what it costs to learn it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sandbox.dataplane import errors, incoming, messages
from sandbox.dataplane.content_filter import GRADED, findings
from sandbox.dataplane.tokens import of_chat, text_of, tokenizer

ROLES: Final = ("system", "user", "assistant", "function", "tool", "developer")
MINIMUM: Final = 10
"""Examples."""


@dataclass(frozen=True)
class Complaint:
    code: str
    message: str


def lines(content: bytes) -> list[str]:
    """A file's lines. A byte order mark at its beginning is not part of the first."""
    text = content.decode("utf-8-sig", errors="replace")
    return [line for line in text.split("\n") if line.strip()]


def malformed(content: bytes) -> Complaint | None:
    """What keeps a file from being JSONL of conversations. The texts are unverified."""
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return _invalid(f"The file is not encoded in UTF-8 (byte {error.start}).")
    for number, line in enumerate(lines(content), 1):
        try:
            example = incoming.parsed(line.encode())
        except ValueError:
            return _invalid(f"Line {number} is not valid JSON.")
        if wrong := _wrong_example(example):
            return _invalid(f"Line {number}: {wrong}")
    return None


def _invalid(message: str) -> Complaint:
    return Complaint("jsonlValidationFailed", message)


def _wrong_example(example: Any) -> str:
    if not isinstance(example, dict):
        return "expected an object."
    told = _conversation(example)
    if not isinstance(told, list) or not told:
        return "missing required property 'messages'."
    for index, message in enumerate(told):
        place = f"messages[{index}]"
        if not isinstance(message, dict) or message.get("role") not in ROLES:
            return f"{place}.role is none of {', '.join(ROLES)}."
        try:
            messages.check(message, place)
        except errors.Refusal as refusal:
            return str(refusal.body["error"]["message"])
        if "content" not in message and not message.get("tool_calls"):
            return f"{place} has no content."
    is_preference = "messages" not in example
    if not is_preference and not any(message["role"] == "assistant" for message in told):
        return "there is no message of the assistant to learn from."
    return ""


def _conversation(example: dict[str, Any]) -> Any:
    """The messages of an example; one of preferences has them in its input."""
    if "messages" not in example and isinstance(example.get("input"), dict):
        return example["input"].get("messages")
    return example.get("messages")


def examples(content: bytes) -> list[list[dict[str, Any]]]:
    """The conversations of a file that is well formed."""
    return [_conversation(json.loads(line)) for line in lines(content)]


def tokens(conversations: Sequence[list[dict[str, Any]]], model: str) -> int:
    counts = tokenizer(model)
    return sum(of_chat(each, counts) for each in conversations)


def refused(conversations: Sequence[list[dict[str, Any]]]) -> Complaint | None:
    """Why a job on these examples fails before it trains."""
    if len(conversations) < MINIMUM:
        return Complaint(
            "invalid_n_examples",
            f"Training file has {len(conversations)} example(s), but must have at least "
            f"{MINIMUM} examples",
        )
    harms = sorted(
        {
            finding.key
            for conversation in conversations
            for message in conversation
            for finding in findings(text_of(message.get("content")))
            if finding.key in GRADED and finding.severity >= 2
        }
    )
    if harms:
        return Complaint(
            "invalid_training_file",
            f"The provided training data failed RAI checks for harm types: [{', '.join(harms)}]. "
            "Please fix the data and try again.",
        )
    return None
