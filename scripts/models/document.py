"""A YAML text that is changed in place: whatever is not meant stays, comments too."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml


@dataclass(frozen=True)
class Edit:
    """Text in place of what stands between two places (line, column; from 0)."""

    start: tuple[int, int]
    end: tuple[int, int]
    text: str


@dataclass
class Document:
    """One text, its nodes, and the edits that are to be made."""

    text: str
    root: yaml.MappingNode = field(init=False)
    edits: list[Edit] = field(default_factory=list)

    def __post_init__(self) -> None:
        root = yaml.compose(self.text, yaml.SafeLoader)
        if not isinstance(root, yaml.MappingNode):
            raise ValueError("a map is wanted at the top")
        self.root = root

    def edited(self) -> str:
        """The text with every edit made."""
        lines = self.text.splitlines(keepends=True)
        for each in sorted(self.edits, key=lambda each: (each.start, each.end), reverse=True):
            (first, column), (last, end) = each.start, each.end
            before = lines[first][:column] if first < len(lines) else ""
            after = lines[last][end:] if last < len(lines) else ""
            lines[first : last + 1] = [f"{before}{each.text}{after}"]
        return "".join(lines)

    def set(self, mapping: yaml.MappingNode, key: str, value: str) -> None:
        """Another value, or a new line before the last of a map that is written line by line."""
        found = entry(mapping, key)
        if found:
            self._replace(found[1], value)
            return
        last = mapping.value[-1][0].start_mark
        line = " " * last.column + f"{key}: {value}\n"
        self.edits.append(Edit((last.line, 0), (last.line, 0), line))

    def remove(self, mapping: yaml.MappingNode, key: str) -> None:
        """Its whole lines."""
        found = entry(mapping, key)
        if found:
            name, value = found
            self.edits.append(Edit((name.start_mark.line, 0), (value.end_mark.line + 1, 0), ""))

    def remove_item(self, items: yaml.SequenceNode, item: yaml.Node) -> None:
        """One item of a list that is written line by line: all from its dash to the next."""
        at = items.value.index(item)
        after = items.value[at + 1].start_mark if at + 1 < len(items.value) else items.end_mark
        self.edits.append(Edit((item.start_mark.line, 0), (after.line, 0), ""))

    def append(self, items: yaml.SequenceNode, text: str) -> None:
        """An item behind the last; the text has its indentation and its line ends."""
        at = items.end_mark.line
        self.edits.append(Edit((at, 0), (at, 0), text))

    def _replace(self, value: yaml.Node, text: str) -> None:
        start, end = value.start_mark, value.end_mark
        rest = self.text.splitlines()[end.line][end.column :]
        doubt = rest if rest.strip() == "# unverified" else ""  # Azure has told it now
        self.edits.append(
            Edit((start.line, start.column), (end.line, end.column + len(doubt)), text)
        )


def entry(mapping: yaml.MappingNode, key: str) -> tuple[yaml.Node, yaml.Node] | None:
    return next(((name, value) for name, value in mapping.value if name.value == key), None)


def child(mapping: yaml.MappingNode, key: str) -> Any:
    """The node under a key.

    Raises:
        KeyError: there is none.
    """
    found = entry(mapping, key)
    if found is None:
        raise KeyError(key)
    return found[1]


def rows(items: yaml.SequenceNode) -> Iterator[tuple[yaml.MappingNode, dict[str, str]]]:
    """The maps of a list, with their plain values."""
    for each in items.value:
        plain = {
            name.value: value.value
            for name, value in each.value
            if isinstance(value, yaml.ScalarNode)
        }
        yield each, plain
