"""A stack's evidence as it is written: entry after entry, each with its line."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from components import document
from components.canonical import LARGEST_EXACT_INTEGER


class UnreadableEvidence(ValueError):
    """The evidence file cannot be trusted to say anything; the message says where and why."""

    def __init__(self, name: str, line: int, what: str) -> None:
        super().__init__(f"{name}:{line}: {what}. Fix: restore it from git")
        self.line = line
        self.what = what


@dataclass(frozen=True)
class Recorded:
    """One entry, with the line it begins on."""

    line: int
    entry: dict[str, Any]


def read(file: Path) -> list[Recorded]:
    """Every entry of a file, oldest first; none where there is no file yet.

    Raises:
        UnreadableEvidence: no YAML, a key twice, no list, or a value that the engine cannot carry.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    except OSError as error:
        raise UnreadableEvidence(file.name, 1, f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise UnreadableEvidence(file.name, 1, str(error)) from None
    return parse(text, file.name)


def parse(text: str, name: str) -> list[Recorded]:
    """The entries of a text; `name` is what messages call it.

    Raises:
        UnreadableEvidence: see `read`.
    """
    try:
        root, content = document.read(text)
    except document.Unreadable as error:
        raise UnreadableEvidence(name, error.line or 1, str(error)) from None
    for key, line in document.twice(root):
        raise UnreadableEvidence(name, line, f"{key} stands twice in one map")
    content = [] if content is None else content
    if not isinstance(content, list) or not all(isinstance(each, dict) for each in content):
        raise UnreadableEvidence(name, 1, "is no list of entries")
    lines = [node.start_mark.line + 1 for node in root.value] if root and content else []
    found = [Recorded(line, entry) for line, entry in zip(lines, content, strict=True)]
    for place, each in enumerate(found):
        for where, what in _not_carried(each.entry, str(place)):
            raise UnreadableEvidence(name, each.line, f"{where}: {what}")
    return found


def _not_carried(value: Any, place: str) -> Iterator[tuple[str, str]]:
    """Values with which the engine stops, or which it changes on the way."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if not isinstance(key, str):
                yield place, f"the key {key} must be in quotes"
            yield from _not_carried(inner, f"{place}.{key}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _not_carried(inner, f"{place}.{number}")
    elif value is None:
        yield place, "is empty"
    elif isinstance(value, float) and not math.isfinite(value):
        yield place, f"{value} is no number"
    elif isinstance(value, int) and abs(value) > LARGEST_EXACT_INTEGER:
        yield place, f"{value} loses digits on the way"
    elif not isinstance(value, (str, int, float, bool)):
        yield place, f"{value} must be in quotes"
