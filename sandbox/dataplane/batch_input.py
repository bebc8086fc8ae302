"""What the input of a batch has to look like."""

import json
from dataclasses import dataclass
from typing import Any, Final

from sandbox.dataplane import training_data
from sandbox.dataplane.operations import CHAT, EMBEDDINGS, RESPONSES, Operation

ENDPOINTS: Final = {"chat/completions": CHAT, "embeddings": EMBEDDINGS, "responses": RESPONSES}
MOST: Final = 100_000
"""Requests."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One request of a batch."""

    custom_id: str
    body: dict[str, Any]

    @property
    def model(self) -> str:
        return str(self.body.get("model") or "")


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Why a batch is not begun; codes as Azure's documentation lists them, texts shortened."""

    code: str
    message: str
    line: int | None = None
    param: str | None = None


def operation(endpoint: str) -> Operation | None:
    """What an endpoint stands for, with /v1 or without."""
    return ENDPOINTS.get(endpoint.strip("/").removeprefix("v1/"))


def read(content: bytes, endpoint: str) -> tuple[list[Line], list[Problem]]:
    """The requests of a file, and all that is wrong with them."""
    texts = training_data.lines(content)
    if not texts:
        return [], [Problem(code="empty_file", message="The input file was empty.")]
    if len(texts) > MOST:
        return [], [
            Problem(
                code="too_many_tasks",
                message="The number of requests in the input file exceeds the maximum allowed "
                f"value of {MOST:,}.",
            )
        ]
    lines: list[Line] = []
    problems: list[Problem] = []
    ids: set[str] = set()
    for number, text in enumerate(texts, 1):
        line, code, message = _line(text, endpoint)
        if line and line.custom_id in ids:
            code = "duplicate_custom_id"
            message = (
                "The custom ID for this request is a duplicate of the custom ID in another request."
            )
        if line and lines and line.model != lines[0].model:
            code = "model_mismatch"
            message = (
                "The Azure model deployment name that was specified in the model property of this "
                "request in the input file doesn't match the rest of the file."
            )
        if code:
            problems.append(Problem(code=code, message=message, line=number))
        elif line:
            ids.add(line.custom_id)
            lines.append(line)
    return lines, problems


def _line(text: str, endpoint: str) -> tuple[Line | None, str, str]:
    """A request, or a code and a message."""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        return None, "invalid_json_line", "This line is not parseable as valid JSON."
    custom_id, body = told.get("custom_id"), told.get("body")
    if not isinstance(custom_id, str) or not custom_id or not isinstance(body, dict):
        return None, "invalid_request", "The schema of the input line is invalid."
    if told.get("method", "POST") != "POST":
        return None, "invalid_request", "The schema of the input line is invalid: method."
    if operation(str(told.get("url"))) is not operation(endpoint):
        return (
            None,
            "url_mismatch",
            "The URL of this request doesn't match the endpoint of the batch.",
        )
    return Line(custom_id=custom_id, body=body), "", ""
