"""What the input of a batch has to look like."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sandbox.dataplane import incoming
from sandbox.dataplane.operations import CHAT, EMBEDDINGS, RESPONSES, Operation

ENDPOINTS: Final = {"chat/completions": CHAT, "embeddings": EMBEDDINGS, "responses": RESPONSES}
MOST: Final = 100_000
"""Requests."""

MOST_PROBLEMS: Final = 100
"""As many as are listed; the rest of the file is not looked at then."""

MARK: Final = b"\xef\xbb\xbf"
"""Byte order mark: not part of the first line."""


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


def lines(content: bytes) -> list[bytes]:
    """The requests of a file, not read yet."""
    return [line for line in content.removeprefix(MARK).split(b"\n") if line.strip()]


def too_many_or_none(count: int) -> Problem | None:
    """What is wrong with the number of requests in a file."""
    if count == 0:
        return Problem(code="empty_file", message="The input file was empty.")
    if count > MOST:
        return Problem(
            code="too_many_tasks",
            message=f"The number of requests in the input file exceeds the maximum of {MOST:,}.",
        )
    return None


@dataclass
class Check:
    """A look at each request of a file, as many at a time as one likes."""

    endpoint: str
    looked: int = 0
    """Requests so far."""
    model: str = ""
    """The deployment that the file names."""
    tokens: int = 0
    """Four bytes a token, which is near enough for a limit in billions."""
    problems: list[Problem] = field(default_factory=list)
    _ids: set[str] = field(default_factory=set)

    def look(self, texts: Sequence[bytes]) -> None:
        """At the next requests."""
        for text in texts:
            self.looked += 1
            line, code, message = read(text, self.endpoint)
            if line and line.custom_id in self._ids:
                code = "duplicate_custom_id"
                message = (
                    "The custom ID for this request is a duplicate of the custom ID in another "
                    "request."
                )
            if line and self._ids and line.model != self.model:
                code = "model_mismatch"
                message = (
                    "The Azure model deployment name that was specified in the model property of "
                    "this request in the input file doesn't match the rest of the file."
                )
            if code:
                self.problems.append(Problem(code=code, message=message, line=self.looked))
            elif line:
                self._ids.add(line.custom_id)
                self.model = line.model
                self.tokens += len(text) // 4

    @property
    def gives_up(self) -> bool:
        return len(self.problems) >= MOST_PROBLEMS


def read(text: bytes, endpoint: str) -> tuple[Line | None, str, str]:
    """A request, or a code and a message."""
    try:
        told = incoming.parsed(text)
    except ValueError:
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
