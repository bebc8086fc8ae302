"""A query as table expressions of SQL, one on the other."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from sandbox.telemetry.kql import tree
from sandbox.telemetry.kql.refusal import Refused
from sandbox.telemetry.kql.sql import ORDER, Parameters, Sql

MOST_STEPS: Final = 200


@dataclass(frozen=True)
class Column:
    name: str
    type: tree.Type


@dataclass(frozen=True)
class Rows:
    """One table expression. Its columns are c0, c1 ...: SQL knows no upper and lower case."""

    name: str
    columns: tuple[Column, ...]
    ordered: bool = False

    @property
    def values(self) -> dict[str, Sql]:
        return {column.name: Sql(f"c{at}", column.type) for at, column in enumerate(self.columns)}

    def of(self, table: str) -> dict[str, Sql]:
        """The values, where the rows stand in a join under another name."""
        return {
            column.name: Sql(f"{table}.c{at}", column.type)
            for at, column in enumerate(self.columns)
        }


class Steps:
    """What has been put together so far."""

    def __init__(self) -> None:
        self.parameters = Parameters()
        self._texts: list[str] = []

    @property
    def text(self) -> str:
        return ",\n".join(self._texts)

    def table(self, name: str, columns: tuple[Column, ...], select: str) -> Rows:
        """Rows that a query begins with."""
        names = ", ".join(f"c{at}" for at in range(len(columns)))
        self._add(f"{name}({names}) AS ({select})")
        return Rows(name, columns)

    def next(self, columns: tuple[Column, ...], select: str, ordered: bool) -> Rows:
        """The rows that a select yields; the last of its columns is the order, if they have one."""
        rows = Rows(f"s{len(self._texts)}", columns, ordered)
        names = [f"c{at}" for at in range(len(columns))] + ([ORDER] if ordered else [])
        self._add(f"{rows.name}({', '.join(names)}) AS ({select})")
        return rows

    def select(
        self,
        made: Sequence[tuple[str, Sql]],
        rows: Rows,
        *,
        ordered: bool,
        distinct: bool = False,
        clause: str = "",
    ) -> Rows:
        """Columns by name, out of some rows.

        Raises:
            Refused: two of one name.
        """
        columns = tuple(Column(name, value.type) for name, value in made)
        distinct_names(columns)
        values = [value.text for _, value in made] + ([ORDER] if ordered else [])
        unique = "DISTINCT " if distinct else ""
        return self.next(
            columns, f"SELECT {unique}{', '.join(values)} FROM {rows.name}{clause}", ordered
        )

    def _add(self, text: str) -> None:
        if len(self._texts) >= MOST_STEPS:
            raise Refused(f"the query has more than {MOST_STEPS} steps")
        self._texts.append(text)


def free(name: str, taken: Iterable[str]) -> str:
    """The name, with a number if there is one like it already."""
    known, number, found = set(taken), 1, name
    while found in known:
        found = f"{name}{number}"
        number += 1
    return found


def distinct_names(columns: Sequence[Column]) -> None:
    """Raises where two columns have one name."""
    seen: set[str] = set()
    for column in columns:
        if column.name in seen:
            raise Refused(f"A column named '{column.name}' already exists")
        seen.add(column.name)
