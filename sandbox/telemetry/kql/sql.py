"""Pieces of SQL with Kusto's types, and what they are made from."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sandbox.telemetry.kql import tree
from sandbox.telemetry.kql.refusal import Refused

WHOLE: Final = ("int", "long")
NUMBERS: Final = (*WHOLE, "real")
ORDERED: Final = (*NUMBERS, "datetime", "timespan", "string")
ORDER: Final = "ordered"
"""The column that remembers the order of rows, from a sort to the end."""


@dataclass(frozen=True)
class Sql:
    """A piece of SQL. One of type string is never null: Kusto's strings are not."""

    text: str
    type: tree.Type
    constant: bool = False


@dataclass
class Parameters:
    """Values that travel beside the SQL, never in it."""

    values: dict[str, object] = field(default_factory=dict)

    def add(self, value: object) -> str:
        name = f"p{len(self.values)}"
        self.values[name] = value
        return f":{name}"


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What names mean at one place of a query."""

    parameters: Parameters
    now: int
    columns: Mapping[str, Sql]
    values: Mapping[str, Sql] = field(default_factory=dict)
    """Those that a let has named."""
    gone: frozenset[str] = frozenset()
    """Columns of the rows that summarize has put together."""
    functions: "Mapping[str, Callable[[Sequence[Sql], Scope], Sql]]" = field(default_factory=dict)
    """Those that a let has named."""
    order: str = "0"
    """SQL of where a row stands among the others, for aggregates that keep it."""
    operator: str = ""
    """For messages."""
    aggregate: "Callable[[tree.Call, Scope], Sql | None] | None" = None
    """Inside summarize: what to make of a call that may be an aggregate."""


def as_string(value: Sql) -> Sql:
    if value.type == "string":
        return value
    return Sql(f"kql_text({value.text}, '{value.type}')", "string", value.constant)


def one_of(value: Sql, types: Sequence[str], what: str, scope: Scope) -> None:
    """Raises where a value is of another type."""
    if value.type not in types:
        where = f"'{scope.operator}' operator: " if scope.operator else ""
        raise Refused(f"{where}{what} expects {' or '.join(types)}, not {value.type}")


def common(values: Sequence[Sql], what: str) -> tree.Type:
    """The one type that several values have."""
    types = {value.type for value in values if value.text != "NULL"} or {values[0].type}
    if len(types) == 1:
        return types.pop()
    if types <= set(WHOLE):
        return "long"
    if types <= set(NUMBERS):
        return "real"
    raise Refused(f"{what}: values of types {', '.join(sorted(types))} do not go together")
