"""What is asked: text, pictures, and the shape of the answer."""

import base64
import mimetypes
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

Message = Mapping[str, Any]
"""One of OpenAI's chat messages, e.g. `{"role": "user", "content": "Hello"}`."""


def messages(question: str | Sequence[Message]) -> list[Message]:
    return [{"role": "user", "content": question}] if isinstance(question, str) else list(question)


def with_pictures(text: str, *pictures: Path | str) -> list[Message]:
    """A question about pictures: files, or addresses that the model can reach."""
    parts = [{"type": "image_url", "image_url": {"url": _address(each)}} for each in pictures]
    return [{"role": "user", "content": [{"type": "text", "text": text}, *parts]}]


def _address(picture: Path | str) -> str:
    if isinstance(picture, str):
        return picture
    media_type, _ = mimetypes.guess_type(picture.name)
    if media_type is None or not media_type.startswith("image/"):
        raise ValueError(f"{picture} is no picture. Fix: .png, .jpg, .gif or .webp")
    return f"data:{media_type};base64,{base64.b64encode(picture.read_bytes()).decode()}"


def prompt_sha(template: bytes) -> str:
    """What telemetry calls a prompt template: SHA-256, however its lines end."""
    return sha256(template.replace(b"\r\n", b"\n")).hexdigest()


def shaped(schema: Mapping[str, Any], name: str = "answer") -> dict[str, Any]:
    """`response_format` for answers of a JSON schema, and of no other shape."""
    return {
        "type": "json_schema",
        "json_schema": {"name": name, "schema": dict(schema), "strict": True},
    }
