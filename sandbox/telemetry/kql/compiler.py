"""From a query's tree to one SQL statement: each operator is a table expression on the last."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sandbox.telemetry.kql import tree
from sandbox.telemetry.kql.expressions import condition, scalar
from sandbox.telemetry.kql.parser import parse
from sandbox.telemetry.kql.refusal import Refused
from sandbox.telemetry.kql.sql import ORDERED, Parameters, Scope, Sql, one_of
from sandbox.telemetry.kql.summarize import aggregated, name_of, no_aggregate

ORDER: Final = "ordered"
"""The column that remembers the order of rows, from a sort to the end."""

MOST_STEPS: Final = 200


@dataclass(frozen=True)
class Column:
    name: str
    type: tree.Type


@dataclass(frozen=True)
class Table:
    """What a query may begin with."""

    columns: tuple[Column, ...]
    select: str
    """SQL that yields the columns, in their order; it may use the caller's own parameters."""


@dataclass(frozen=True)
class Compiled:
    sql: str
    parameters: Mapping[str, object]
    columns: tuple[Column, ...]


@dataclass(frozen=True)
class Rows:
    """One table expression. Its columns are c0, c1 ...: SQL knows no upper and lower case."""

    name: str
    columns: tuple[Column, ...]
    ordered: bool = False

    @property
    def values(self) -> dict[str, Sql]:
        return {column.name: Sql(f"c{at}", column.type) for at, column in enumerate(self.columns)}


def compile(query: str, tables: Mapping[str, Table], now: int) -> Compiled:
    """The SQL that answers a query.

    Raises:
        Refused: outside the subset, or wrong; the message names what.
    """
    try:
        return _Compiler(tables, now).query(parse(query))
    except RecursionError:
        raise Refused("the query is nested too deeply") from None


class _Compiler:
    def __init__(self, tables: Mapping[str, Table], now: int) -> None:
        self._tables = tables
        self._now = now
        self._parameters = Parameters()
        self._steps: list[str] = []
        self._known: dict[str, Rows] = {}
        self._values: dict[str, Sql] = {}

    def query(self, query: tree.Query) -> Compiled:
        for name, bound in query.lets:
            if isinstance(bound, tree.Pipeline):
                self._known[name] = self._pipeline(bound)
            else:
                value = scalar(bound, self._scope("let", {}))
                self._values[name] = replace(value, constant=True)
        rows = self._pipeline(query.main)
        order = f" ORDER BY {ORDER}" if rows.ordered else ""
        columns = ", ".join(f"c{at}" for at in range(len(rows.columns)))
        steps = ",\n".join(self._steps)
        return Compiled(
            f"WITH {steps}\nSELECT {columns} FROM {rows.name}{order}",
            self._parameters.values,
            rows.columns,
        )

    def _pipeline(self, pipeline: tree.Pipeline) -> Rows:
        rows = self._source(pipeline.source)
        for operator in pipeline.operators:
            rows = self._apply(operator, rows)
        return rows

    def _source(self, source: tree.TableName | tree.DataTable) -> Rows:
        if isinstance(source, tree.DataTable):
            return self._datatable(source)
        if source.name in self._known:
            return self._known[source.name]
        table = self._tables.get(source.name)
        if table is None:
            raise Refused(
                f"Failed to resolve table or column expression named '{source.name}'; the sandbox "
                f"has {', '.join(sorted(self._tables))}"
            )
        name = f"t_{source.name}"
        columns = ", ".join(f"c{at}" for at in range(len(table.columns)))
        self._known[source.name] = Rows(name, table.columns)
        self._step(f"{name}({columns}) AS ({table.select})")
        return self._known[source.name]

    def _datatable(self, source: tree.DataTable) -> Rows:
        columns = tuple(Column(name, type) for name, type in source.columns)
        _distinct_names(columns)
        scope = self._scope("datatable", {})
        lines = [
            ", ".join(
                _fitting(scalar(value, scope), column).text
                for value, column in zip(row, columns, strict=True)
            )
            for row in source.rows
        ]
        nothing = ", ".join("NULL" for _ in columns) + " WHERE 0"
        select = " UNION ALL ".join(f"SELECT {line}" for line in lines) or f"SELECT {nothing}"
        return self._next(columns, select, ordered=False)

    def _apply(self, operator: tree.Operator, rows: Rows) -> Rows:
        if isinstance(operator, tree.Where):
            test = condition(operator.condition, self._scope("where", rows.values))
            return self._next(rows.columns, f"SELECT * FROM {rows.name} WHERE {test}", rows.ordered)
        if isinstance(operator, tree.Extend):
            return self._extend(operator, rows)
        if isinstance(operator, tree.Project):
            made = self._made(operator.columns, rows, "project")
            return self._select(made, rows, ordered=rows.ordered)
        if isinstance(operator, tree.Summarize):
            return self._summarize(operator, rows)
        if isinstance(operator, tree.Sort):
            return self._sort(operator, rows)
        if isinstance(operator, tree.Take):
            order = f" ORDER BY {ORDER}" if rows.ordered else ""
            select = f"SELECT * FROM {rows.name}{order} LIMIT {operator.number}"
            return self._next(rows.columns, select, rows.ordered)
        if isinstance(operator, tree.Count):
            counted = f"SELECT COUNT(*) FROM {rows.name}"
            return self._next((Column("Count", "long"),), counted, ordered=False)
        if isinstance(operator, tree.Distinct):
            wanted = operator.columns or tuple(
                tree.Named(None, tree.Name(column.name)) for column in rows.columns
            )
            made = self._made(wanted, rows, "distinct")
            return self._select(made, rows, ordered=False, distinct=True)
        return self._lookup(operator, rows)

    def _extend(self, operator: tree.Extend, rows: Rows) -> Rows:
        values = dict(rows.values)
        # Of two columns in one extend, the second may use the first.
        for at, named in enumerate(operator.columns, 1):
            value = scalar(named.expression, self._scope("extend", values))
            values[named.name or name_of(named.expression, at)] = value
        return self._select(list(values.items()), rows, ordered=rows.ordered)

    def _summarize(self, operator: tree.Summarize, rows: Rows) -> Rows:
        scope = self._scope("summarize", rows.values)
        groups = self._made(operator.by, rows, "summarize")
        for name, value in groups:
            if value.type == "dynamic":
                raise Refused(
                    f"Summarize group key '{name}' is of a 'dynamic' type. Please use an explicit "
                    "cast"
                )
        made = list(groups)
        for at, named in enumerate(operator.aggregates, 1):
            made.extend(aggregated(named, at, scope, [name for name, _ in groups]))
        if not made:
            raise Refused("'summarize' operator: nothing to summarize")
        grouped = ", ".join(str(at) for at in range(1, len(groups) + 1))
        clause = f" GROUP BY {grouped}" if groups else ""
        if groups and not operator.aggregates:
            return self._select(made, rows, ordered=False, distinct=True)
        return self._select(made, rows, ordered=False, clause=clause)

    def _sort(self, operator: tree.Sort, rows: Rows) -> Rows:
        scope = self._scope("sort", rows.values)
        keys = []
        for key in operator.keys:
            value = scalar(key.expression, scope)
            one_of(value, (*ORDERED, "bool"), "a sort key", scope)
            direction = "DESC" if key.descending else "ASC"
            keys.append(f"{value.text} {direction} NULLS {key.nulls.upper()}")
        columns = ", ".join(f"c{at}" for at in range(len(rows.columns)))
        # By number, so that equal rows keep the order they had.
        last = [ORDER] if rows.ordered else []
        by = ", ".join((*keys, *last))
        select = f"SELECT {columns}, ROW_NUMBER() OVER (ORDER BY {by}) FROM {rows.name}"
        return self._next(rows.columns, select, ordered=True)

    def _lookup(self, operator: tree.Lookup, rows: Rows) -> Rows:
        other = self._pipeline(operator.table)
        for name in operator.on:
            for side, place in ((rows, "left"), (other, "right")):
                if name not in side.values:
                    raise Refused(f"'lookup' operator: the {place} table has no column '{name}'")
            if rows.values[name].type != other.values[name].type:
                raise Refused(f"'lookup' operator: column '{name}' has two types")
        made = [(name, _of("l", value)) for name, value in rows.values.items()]
        for name, value in other.values.items():
            if name not in operator.on:
                # A row that is not found leaves strings empty: they are never null.
                found = _of("r", value)
                if value.type == "string":
                    found = Sql(f"COALESCE({found.text}, '')", "string")
                made.append((_free(name, [taken for taken, _ in made]), found))
        joined = " AND ".join(
            f"{_of('l', rows.values[name]).text} = {_of('r', other.values[name]).text}"
            for name in operator.on
        )
        kind = "LEFT JOIN" if operator.kind == "leftouter" else "JOIN"
        columns = tuple(Column(name, value.type) for name, value in made)
        values = [value.text for _, value in made] + ([f"l.{ORDER}"] if rows.ordered else [])
        select = (
            f"SELECT {', '.join(values)} FROM {rows.name} AS l {kind} {other.name} AS r ON {joined}"
        )
        return self._next(columns, select, rows.ordered)

    def _made(
        self, columns: Iterable[tree.Named], rows: Rows, operator: str
    ) -> list[tuple[str, Sql]]:
        scope = self._scope(operator, rows.values)
        made: list[tuple[str, Sql]] = []
        for at, named in enumerate(columns, 1):
            name = named.name or name_of(named.expression, at)
            if named.name is None:
                name = _free(name, [taken for taken, _ in made])
            made.append((name, scalar(named.expression, scope)))
        return made

    def _select(
        self,
        made: Sequence[tuple[str, Sql]],
        rows: Rows,
        *,
        ordered: bool,
        distinct: bool = False,
        clause: str = "",
    ) -> Rows:
        columns = tuple(Column(name, value.type) for name, value in made)
        _distinct_names(columns)
        values = [value.text for _, value in made] + ([ORDER] if ordered else [])
        unique = "DISTINCT " if distinct else ""
        select = f"SELECT {unique}{', '.join(values)} FROM {rows.name}{clause}"
        return self._next(columns, select, ordered)

    def _next(self, columns: tuple[Column, ...], select: str, ordered: bool) -> Rows:
        rows = Rows(f"s{len(self._steps)}", columns, ordered)
        names = [f"c{at}" for at in range(len(columns))] + ([ORDER] if ordered else [])
        self._step(f"{rows.name}({', '.join(names)}) AS ({select})")
        return rows

    def _step(self, text: str) -> None:
        if len(self._steps) >= MOST_STEPS:
            raise Refused(f"the query has more than {MOST_STEPS} steps")
        self._steps.append(text)

    def _scope(self, operator: str, columns: Mapping[str, Sql]) -> Scope:
        return Scope(
            parameters=self._parameters,
            now=self._now,
            columns=columns,
            values=self._values,
            operator=operator,
            aggregate=no_aggregate,
        )


def _of(table: str, value: Sql) -> Sql:
    return Sql(f"{table}.{value.text}", value.type)


def _fitting(value: Sql, column: Column) -> Sql:
    """A constant as the column's type wants it.

    Raises:
        Refused: it is of another type.
    """
    numbers = ("int", "long", "real")
    if value.text == "NULL":
        return Sql("''" if column.type == "string" else "NULL", column.type)
    if value.type == column.type or (value.type == "long" and column.type in numbers):
        made = f"CAST({value.text} AS REAL)" if column.type == "real" else value.text
        return Sql(made, column.type)
    raise Refused(f"datatable: column '{column.name}' is {column.type}, not {value.type}")


def _free(name: str, taken: Iterable[str]) -> str:
    """The name, with a number if there is one like it already."""
    known, number, free = set(taken), 1, name
    while free in known:
        free = f"{name}{number}"
        number += 1
    return free


def _distinct_names(columns: Sequence[Column]) -> None:
    seen: set[str] = set()
    for column in columns:
        if column.name in seen:
            raise Refused(f"A column named '{column.name}' already exists")
        seen.add(column.name)
