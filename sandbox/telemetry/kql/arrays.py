"""Arrays: made of many rows, and taken apart into rows."""

import json
from typing import Any, Final

from sandbox.telemetry.kql import tree
from sandbox.telemetry.kql.sqlite_functions import (
    compact,
    loaded,
    moment_text,
    span_text,
)
from sandbox.telemetry.kql.tokens import microseconds, moment_of

LONGEST: Final = 1_048_576
"""Elements of what make_list() and make_set() make: Kusto's own limit."""


class MakeList:
    """Values that are not null, in the order of the rows."""

    def __init__(self) -> None:
        self._found: list[tuple[Any, Any]] = []
        self._most: int = LONGEST

    def step(self, value: Any, type: tree.Type, order: Any, most: int) -> None:
        self._most = most
        if value is not None:
            self._found.append((order, as_json(value, type)))

    def finalize(self) -> str:
        return compact(self.chosen([value for _, value in sorted(self._found, key=_first)]))

    def chosen(self, values: list[Any]) -> list[Any]:
        return values[: self._most]


class MakeSet(MakeList):
    """Each value once; of arrays, their elements."""

    def chosen(self, values: list[Any]) -> list[Any]:
        flat = [
            each for value in values for each in (value if isinstance(value, list) else [value])
        ]
        return list({compact(each): each for each in flat}.values())[: self._most]


def _first(pair: tuple[Any, Any]) -> Any:
    return pair[0]


def as_json(value: Any, type: tree.Type) -> Any:
    """A column's value as an element of an array."""
    if type == "dynamic":
        return loaded(value)
    if type == "datetime":
        return moment_text(value)
    if type == "timespan":
        return span_text(value)
    return bool(value) if type == "bool" else value


def elements(pairs: int, limit: int | None, *arrays: str | None) -> str:
    """[[a0, b0], [a1, b1], ...], each element as JSON; a missing one is null.

    A null is one row of null, an empty array none, a value by itself one.
    """
    columns = [_elements(each, bool(pairs)) for each in arrays]
    longest = max(len(each) for each in columns)
    rows = [
        [column[at] if at < len(column) else None for column in columns]
        for at in range(longest if limit is None else min(longest, limit))
    ]
    return json.dumps(rows)


def _elements(document: str | None, pairs: bool) -> list[str | None]:
    value = loaded(document) if document else None
    if isinstance(value, dict):
        members: list[Any] = [[key, each] if pairs else {key: each} for key, each in value.items()]
        return [compact(each) for each in members]
    if isinstance(value, list):
        return [None if each is None else compact(each) for each in value]
    return [None if value is None else compact(value)]


def cast(document: str | None, type: tree.Type) -> Any:
    """An element as what `to typeof()` says; null where it is something else."""
    value = loaded(document) if document else None
    if type == "string":
        return value if isinstance(value, str) else ""
    if isinstance(value, bool) or type == "bool":
        return int(value) if isinstance(value, bool) and type == "bool" else None
    if type == "real":
        return float(value) if isinstance(value, int | float) else None
    if type in ("int", "long"):
        return value if isinstance(value, int) else None
    if type == "datetime" and isinstance(value, str):
        return microseconds(moment_of(value))
    return None


def length(document: str | None) -> int | None:
    """array_length(): null for what is no array."""
    value = loaded(document) if document else None
    return len(value) if isinstance(value, list) else None
