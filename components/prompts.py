"""Prompt templates: files in git, since a prompt decides an answer as much as the model does."""

from hashlib import sha256
from pathlib import Path
from typing import Final

FOLDER: Final = "prompts"


def template(deployment: str, root: Path) -> Path | None:
    """The template that callers of a deployment use.

    `prompts/chat-v4.md` is of that deployment alone, `prompts/chat.md` of every version of it.
    """
    purpose = deployment.rpartition("-")[0] or deployment
    for name in (deployment, purpose):
        file = root / FOLDER / f"{name}.md"
        if file.is_file():
            return file
    return None


def template_hash(deployment: str, root: Path) -> str:
    """SHA-256 of the template, however its lines end; without one, that of nothing at all."""
    file = template(deployment, root)
    content = file.read_bytes() if file else b""
    return sha256(content.replace(b"\r\n", b"\n")).hexdigest()
