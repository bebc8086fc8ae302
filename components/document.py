"""YAML as the engine reads it, within bounds, and with a line for whatever cannot be read."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import yaml

DEEPEST: Final = 50
MOST: Final = 500_000
"""Values, with each alias counted as what it stands for: a few lines can stand for millions."""

_TAG: Final = "tag:yaml.org,2002:"


class Unreadable(ValueError):
    """The text is no YAML, or goes beyond the bounds."""

    def __init__(self, line: int | None, what: str) -> None:
        super().__init__(what)
        self.line = line


class _Loader(yaml.CSafeLoader):
    """PyYAML by the rules of the engine's reader: `yes` and `1:30` are text, `1e3` is a number."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep)
        except ValueError as error:  # an impossible date, a number of too many digits
            raise yaml.constructor.ConstructorError(
                None, None, str(error).partition(";")[0], node.start_mark
            ) from None


_Loader.yaml_implicit_resolvers = {}


def _integer(loader: _Loader, node: yaml.Node) -> int:
    text = str(node.value).replace("_", "")
    digits = text.lstrip("+-")
    octal = len(digits) > 1 and digits.isdecimal() and digits[0] == "0"
    return int(text, 8 if octal else 0)


def _number(loader: _Loader, node: yaml.Node) -> float | int:
    text = str(node.value).replace("_", "").lower()
    value = float(text.replace(".inf", "inf").replace(".nan", "nan"))
    # JSON knows no difference, and the engine hands values on as JSON.
    return int(value) if value.is_integer() else value


for _name, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", r"~|null|Null|NULL|", "~nN\0"),
    ("merge", r"<<", "<"),
    ("int", r"[-+]?(0b[01_]+|0o?[0-7_]*|[1-9][0-9_]*|0x[0-9a-fA-F_]+)", "-+0123456789"),
    (
        "float",
        r"[-+]?(\.[0-9]+|[0-9][0-9_]*(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)"
        r"|\.(nan|NaN|NAN)",
        "-+0123456789.",
    ),
    (
        "timestamp",
        r"\d{4}-\d\d?-\d\d?(([Tt]|[ \t]+)\d\d?:\d\d:\d\d(\.\d*)?([ \t]*(Z|[-+]\d\d?(:\d\d)?))?)?",
        "0123456789",
    ),
):
    _first_letters = ["" if each == "\0" else each for each in _first]
    _Loader.add_implicit_resolver(_TAG + _name, re.compile(rf"({_pattern})$"), _first_letters)
_Loader.add_constructor(f"{_TAG}int", _integer)
_Loader.add_constructor(f"{_TAG}float", _number)


@dataclass
class _Part:
    """A value of the document, as it would be with all aliases written out."""

    anchor: str | None
    size: int = 1
    height: int = 0

    def add(self, inner: "_Part") -> None:
        self.size += inner.size
        self.height = max(self.height, inner.height + 1)


def read(text: str) -> tuple[yaml.Node | None, Any]:
    """The nodes of a document, which know their lines, and what it says.

    Raises:
        Unreadable: no YAML, too deep, too large once its aliases are written out.
    """
    try:
        _bounded(text)
        return yaml.compose(text, _Loader), yaml.load(text, _Loader)
    except yaml.reader.ReaderError as error:
        line = text.encode(errors="replace")[: error.position].count(b"\n") + 1
        raise Unreadable(line, f"not YAML: {error.reason}") from None
    except yaml.YAMLError as error:
        what = " ".join(str(getattr(error, "problem", None) or error).split())
        if what == "found character that cannot start any token":
            what += ". Fix: spaces for a tab, quotes around a text that begins with %, @ or `"
        raise Unreadable(_line(getattr(error, "problem_mark", None)), f"not YAML: {what}") from None


def twice(node: yaml.Node | None) -> Iterator[tuple[str, int]]:
    """Keys that stand twice in one map: YAML readers keep the last without a word."""
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for name, value in node.value:
            if isinstance(name, yaml.ScalarNode):
                if name.value in seen:
                    yield name.value, name.start_mark.line + 1
                seen.add(name.value)
            yield from twice(value)
    elif isinstance(node, yaml.SequenceNode):
        for each in node.value:
            yield from twice(each)


def _line(mark: Any) -> int | None:
    return mark.line + 1 if mark else None


def _bounded(text: str) -> None:
    around = [_Part(None)]
    known: dict[str, _Part] = {}
    for event in yaml.parse(text, _Loader):
        match event:
            case yaml.CollectionStartEvent():
                around.append(_Part(event.anchor))
                if len(around) > DEEPEST:
                    raise _too_deep(event)
                continue
            case yaml.CollectionEndEvent():
                part = around.pop()
            case yaml.ScalarEvent():
                part = _Part(event.anchor)
            case yaml.AliasEvent() if event.anchor in known:
                part = known[event.anchor]
            case yaml.AliasEvent():
                raise Unreadable(
                    _line(event.start_mark),
                    f"*{event.anchor} stands within or before &{event.anchor}. Fix: write it out",
                )
            case _:
                continue
        if part.anchor:
            known[part.anchor] = part
        around[-1].add(part)
        if len(around) + part.height > DEEPEST:
            raise _too_deep(event)
        if around[-1].size > MOST:
            raise Unreadable(
                _line(event.start_mark), f"more than {MOST:,} values. Fix: fewer aliases"
            )


def _too_deep(event: yaml.Event) -> Unreadable:
    return Unreadable(
        _line(event.start_mark), f"nested more than {DEEPEST} deep. Fix: write it flat"
    )
