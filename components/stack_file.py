"""A stack's YAML with the place of everything in it, so that a message can name the line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from components import document

PROJECT: Final = "plumbline"
ROOT: Final = Path(__file__).parents[1]

SEALED: Final = "[secret]"
"""Stands for a value that only the engine can open."""

Place = tuple[str | int, ...]
"""Keys from the top of our configuration down: ("accounts", "primary", "location")."""


@dataclass(frozen=True)
class Position:
    """Where something stands in a file; both count from 1."""

    line: int
    column: int


class UnreadableStackFile(ValueError):
    """The file is missing, or is no YAML; the message says where and what to do."""


@dataclass(frozen=True)
class StackFile:
    """Pulumi.<stack>.yaml as it is written."""

    path: Path
    config: Mapping[str, Any]
    """The whole `config:` map, with its full keys (`plumbline:accounts`); secrets are SEALED."""
    root: yaml.Node | None

    @property
    def name(self) -> str:
        return self.path.name

    def position(self, place: Place) -> Position:
        """Of a setting, or of the nearest thing around it that is written down."""
        if not place:
            node, marker = _child(self.root, "config")
        else:
            node, marker = _child(_child(self.root, "config")[0], f"{PROJECT}:{place[0]}")
        for key in place[1:]:
            inner, inner_marker = _child(node, key)
            if inner_marker is None:
                break
            node, marker = inner, inner_marker
        if marker is None:
            return Position(1, 1)
        return Position(marker.start_mark.line + 1, marker.start_mark.column + 1)


def _child(node: yaml.Node | None, key: str | int) -> tuple[yaml.Node | None, yaml.Node | None]:
    """What stands under a key, and the node whose line is the entry's."""
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            if isinstance(name, yaml.ScalarNode) and name.value == str(key):
                return value, name
    if isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
        return node.value[key], node.value[key]
    return None, None


def _sealed(value: Any) -> Any:
    match value:
        case {"secure": _, **others} if not others:
            return SEALED
        case dict():
            return {key: _sealed(inner) for key, inner in value.items()}
        case list():
            return [_sealed(inner) for inner in value]
    return value


def stacks(root: Path = ROOT) -> Sequence[str]:
    """The stacks that have a file, by name."""
    names = (path.name for path in root.glob("Pulumi.*.yaml"))
    return sorted(name.removeprefix("Pulumi.").removesuffix(".yaml") for name in names)


def open_stack_file(stack: str, root: Path = ROOT) -> StackFile:
    """Reads Pulumi.<stack>.yaml.

    Raises:
        UnreadableStackFile: missing, not text, not YAML, a key twice, or without `config:`.
    """
    path = root / f"Pulumi.{stack}.yaml"
    try:
        node, content = document.read(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        there = ", ".join(stacks(root)) or "none"
        raise UnreadableStackFile(
            f"{path.name} does not exist. Fix: use one of these stacks: {there}; or write the file."
        ) from None
    except UnicodeDecodeError as error:
        raise UnreadableStackFile(
            f"{path.name} cannot be read: {error}. Fix: save it as UTF-8"
        ) from None
    except OSError as error:
        raise UnreadableStackFile(f"{path.name} cannot be read: {error}") from None
    except document.Unreadable as error:
        where = f"{path.name}:{error.line}" if error.line else path.name
        raise UnreadableStackFile(f"{where}: {error}") from None
    twice = [
        f"  {path.name}:{line}: {key}: stands twice. Fix: keep one"
        for key, line in document.twice(node)
    ]
    if twice:
        raise UnreadableStackFile("\n".join([f"{path.name} is wrong:", *twice]))
    if not isinstance(content, dict) or not isinstance(content.get("config"), dict):
        raise UnreadableStackFile(f"{path.name}: has no `config:` map. Fix: see Pulumi.dev.yaml.")
    return StackFile(path, _sealed(content["config"]), node)
