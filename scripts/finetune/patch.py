"""The change to a stack file that puts a fine-tuned model into it, and not a byte more."""

import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path
from typing import Any, Final

import yaml

from components import document, settings
from components.sections import DeploymentSettings, FineTunedSettings
from components.stack_file import PROJECT, UnreadableStackFile, open_stack_file
from scripts.finetune.place import Place

Edit = tuple[int, int, str]
"""From, until, what stands there instead. In characters."""

ORDER: Final = ("base", "job", "suffix", "source")


class NoPatch(Exception):
    """The file cannot be changed so; the message says what to do by hand."""


@dataclass(frozen=True)
class Entry:
    """A key with its value in a map, as they stand in the text."""

    key: yaml.Node
    value: yaml.Node

    @property
    def start(self) -> int:
        return int(self.key.start_mark.index)

    @property
    def end(self) -> int:
        return _end(self.value)


def patched(text: str, stack: str, place: Place, wanted: FineTunedSettings) -> str:
    """The file with the model in it. Whatever is not about it stays as it was written.

    Raises:
        NoPatch: it is not written so that this could be done, or more would change.
    """
    root = yaml.compose(text, yaml.CSafeLoader)
    deployments = _value(root, "config", f"{PROJECT}:accounts", place.account, "deployments")
    like = _entry(deployments, place.like)
    if like is None or not isinstance(like.value, yaml.MappingNode) or like.start > _start(like):
        raise NoPatch(
            f"{place.account}/{place.like} is not written out as a map. Fix: write it out, without "
            "alias or merge, then run this again"
        )
    edits = list(_edits(text, like.value, wanted))
    if not place.is_new:
        changed = _applied(text, edits)
    else:
        changed = _inserted(text, deployments, like, place.deployment, edits)
    _hold(text, changed, stack, place, wanted)
    return changed


def diff(before: str, after: str, name: str) -> str:
    """As `git diff` would show it."""
    lines = unified_diff(
        before.splitlines(keepends=True), after.splitlines(keepends=True), f"a/{name}", f"b/{name}"
    )
    return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)


def _edits(text: str, deployment: yaml.Node, wanted: FineTunedSettings) -> Iterable[Edit]:
    tuned = _entry(deployment, "fine_tuned")
    if tuned is None:
        model = _entry(deployment, "model")
        if model is None:
            raise NoPatch("it has neither model nor fine_tuned. Fix: write one of them out")
        yield model.start, model.end, f"fine_tuned: {_flow(wanted)}"
        for key in ("version", "publisher"):
            if _entry(deployment, key):
                yield _removal(text, deployment, key)
        return
    for key in ORDER:
        value, entry = getattr(wanted, key), _entry(tuned.value, key)
        if value is None and entry is not None:
            yield _removal(text, tuned.value, key)
        elif value is not None and entry is None:
            yield _addition(text, tuned.value, key, value)
        elif value is not None and entry is not None and entry.value.value != value:
            yield _start(entry), entry.end, _quoted(value, getattr(entry.value, "style", None))


def _addition(text: str, node: yaml.Node, key: str, value: str) -> Edit:
    """Behind the last entry of a map."""
    last = _entries(node)[-1]
    if _flows(node):
        return last.end, last.end, f", {key}: {_quoted(value)}"
    return last.end, last.end, f"{_line_end(text)}{_indent(last)}{key}: {_quoted(value)}"


def _removal(text: str, node: yaml.Node, key: str) -> Edit:
    """An entry with what separates it from the others."""
    entries = _entries(node)
    at = next(number for number, each in enumerate(entries) if each.key.value == key)
    entry = entries[at]
    if not _flows(node):
        begin = text.rfind("\n", 0, entry.start) + 1
        end = text.find("\n", entry.end)
        return begin, len(text) if end < 0 else end + 1, ""
    if at:
        return entries[at - 1].end, entry.end, ""
    return entry.start, entries[1].start if len(entries) > 1 else entry.end, ""


def _inserted(
    text: str, deployments: yaml.Node, like: Entry, name: str, edits: Iterable[Edit]
) -> str:
    """A copy of one deployment behind it, by another name and with the edits."""
    begin = like.start
    copied = _applied(
        text[begin : like.end],
        [
            (0, int(like.key.end_mark.index) - begin, _quoted(name)),
            *((start - begin, end - begin, new) for start, end, new in edits),
        ],
    )
    if _flows(deployments):
        return _applied(text, [(like.end, like.end, f", {copied}")])
    end = text.find("\n", like.end)
    if end < 0:
        return f"{text}{_line_end(text)}{_indent(like)}{copied}"
    end += 1
    return _applied(text, [(end, end, f"{_indent(like)}{copied}{_line_end(text)}")])


def _hold(
    before: str, after: str, stack: str, place: Place, wanted: FineTunedSettings
) -> DeploymentSettings:
    """What the program will read there; it must be what was meant, and all else as it was.

    Raises:
        NoPatch: it is not.
    """
    was, becomes = _content(before), _content(after)
    for content in (was, becomes):
        deployments = content["config"][f"{PROJECT}:accounts"][place.account]["deployments"]
        deployments.pop(place.deployment, None)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / f"Pulumi.{stack}.yaml").write_text(after, encoding="utf-8", newline="")
        try:
            file = open_stack_file(stack, Path(folder))
            parsed = settings.parse(file.config, stack, file)
        except (UnreadableStackFile, settings.WrongStackFile) as error:
            raise NoPatch(f"with it, {error}") from None
    found = parsed.accounts[place.account].deployments[place.deployment]
    expected = place.settings.model_copy(
        update={"model": None, "version": None, "publisher": None, "fine_tuned": wanted}
    )
    if was != becomes or found != expected:
        raise NoPatch(
            f"Pulumi.{stack}.yaml is written so that more than {place.name} would change. Fix: "
            f"write fine_tuned: {_flow(wanted)} there by hand"
        )
    return found


def _content(text: str) -> Any:
    return document.read(text)[1]


def _flow(wanted: FineTunedSettings) -> str:
    said: Mapping[str, str | None] = {key: getattr(wanted, key) for key in ORDER}
    inner = ", ".join(f"{key}: {_quoted(value)}" for key, value in said.items() if value)
    return f"{{ {inner} }}"


def _quoted(value: str, style: str | None = None) -> str:
    """As it was quoted before; else in quotes if it would be read as something else without."""
    if style in ("'", '"'):
        return f"{style}{value}{style}"
    return value if _content(f"[{value}]") == [value] else f'"{value}"'


def _applied(text: str, edits: Iterable[Edit]) -> str:
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _value(node: yaml.Node | None, *keys: str) -> yaml.Node:
    for key in keys:
        entry = _entry(node, key)
        if entry is None:
            raise NoPatch(f"the file has no {key} where the others have it. Fix: write it out")
        node = entry.value
    if node is None:
        raise NoPatch("the file is empty")
    return node


def _entries(node: yaml.Node | None) -> list[Entry]:
    return [Entry(*pair) for pair in node.value] if isinstance(node, yaml.MappingNode) else []


def _entry(node: yaml.Node | None, key: str) -> Entry | None:
    return next((each for each in _entries(node) if each.key.value == key), None)


def _flows(node: yaml.Node) -> bool:
    return bool(getattr(node, "flow_style", False))


def _start(entry: Entry) -> int:
    """Where the value begins: before its key, if it is an alias of something further up."""
    return int(entry.value.start_mark.index)


def _end(node: yaml.Node) -> int:
    """Where a value ends. The parser puts the end of a block where the next thing begins."""
    if isinstance(node, yaml.CollectionNode) and not _flows(node) and node.value:
        last = node.value[-1]
        return _end(last[1] if isinstance(last, tuple) else last)
    return int(node.end_mark.index)


def _indent(entry: Entry) -> str:
    return " " * int(entry.key.start_mark.column)


def _line_end(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"
