"""From a query's tree to one SQL statement: each operator is a table expression on the last."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sandbox.telemetry.kql import tree
from sandbox.telemetry.kql.bindings import Bound, Names, callables
from sandbox.telemetry.kql.expansion import expanded
from sandbox.telemetry.kql.expressions import condition, scalar
from sandbox.telemetry.kql.joins import joined, looked_up
from sandbox.telemetry.kql.parser import parse
from sandbox.telemetry.kql.refusal import Refused
from sandbox.telemetry.kql.sql import ORDER, ORDERED, Scope, Sql, one_of
from sandbox.telemetry.kql.steps import Column, Rows, Steps, distinct_names, free
from sandbox.telemetry.kql.summarize import aggregated, name_of, no_aggregate
from sandbox.telemetry.kql.unions import united


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


class Unresolved(Refused):
    """A table that there is not."""


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
        self._steps = Steps()
        self._begun: dict[str, Rows] = {}

    def query(self, query: tree.Query) -> Compiled:
        rows = self._pipeline(query.main, self._bound(query.lets, Names()))
        order = f" ORDER BY {ORDER}" if rows.ordered else ""
        columns = ", ".join(f"c{at}" for at in range(len(rows.columns)))
        return Compiled(
            f"WITH {self._steps.text}\nSELECT {columns} FROM {rows.name}{order}",
            self._steps.parameters.values,
            rows.columns,
        )

    def _bound(self, lets: tree.Lets, names: Names) -> Names:
        for name, bound in lets:
            if isinstance(bound, tree.Function):
                names = names.with_function(name, bound)
            elif isinstance(bound, tree.Pipeline):
                names = names.with_rows(name, self._pipeline(bound, names))
            else:
                value = scalar(bound, self._scope("let", {}, names))
                names = names.with_value(name, replace(value, constant=True))
        return names

    def _inside(self, bound: Bound, name: str, arguments: Sequence[Sql]) -> Names:
        """What a function sees: its parameters, what was named before it, and its own lets."""
        names, scope = bound.names, self._scope("let", {}, bound.names)
        given = bound.parameters(name, arguments, lambda literal: scalar(literal, scope))
        for parameter, value in given.items():
            names = names.with_value(parameter, value)
        return self._bound(bound.function.lets, names)

    def _worth(self, bound: Bound, name: str, arguments: Sequence[Sql], scope: Scope) -> Sql:
        names = self._inside(bound, name, arguments)
        if isinstance(bound.function.body, tree.Pipeline):
            raise Refused(f"function '{name}' yields rows, not a value")
        return scalar(bound.function.body, self._scope(scope.operator, {}, names))

    def _pipeline(self, pipeline: tree.Pipeline, names: Names) -> Rows:
        rows = self._source(pipeline.source, names)
        for operator in pipeline.operators:
            rows = self._apply(operator, rows, names)
        return rows

    def _source(self, source: tree.Source, names: Names) -> Rows:
        if isinstance(source, tree.Pipeline):
            return self._pipeline(source, names)
        if isinstance(source, tree.DataTable):
            return self._datatable(source)
        if isinstance(source, tree.Print):
            return self._print(source, names)
        if isinstance(source, tree.Union):
            return self._union(source, [], names)
        if isinstance(source, tree.Invoked):
            return self._invoked(source.function, source.arguments, names)
        if source.name in names.functions:
            return self._invoked(source.name, (), names)
        return names.rows.get(source.name) or self._table(source.name)

    def _table(self, name: str) -> Rows:
        if name not in self._begun:
            table = self._tables.get(name)
            if table is None:
                known = ", ".join(sorted(self._tables))
                raise Unresolved(
                    f"Failed to resolve table or column expression named '{name}'; the sandbox "
                    f"has {known}"
                )
            self._begun[name] = self._steps.table(f"t_{name}", table.columns, table.select)
        return self._begun[name]

    def _invoked(self, name: str, arguments: Sequence[tree.Expression], names: Names) -> Rows:
        bound = names.functions.get(name)
        if bound is None:
            raise Unresolved(f"function '{name}' is not in the subset where rows are expected")
        if not isinstance(bound.function.body, tree.Pipeline):
            raise Refused(f"function '{name}' yields a value, not rows")
        scope = self._scope("invoke", {}, names)
        inside = self._inside(bound, name, [scalar(each, scope) for each in arguments])
        return self._pipeline(bound.function.body, inside)

    def _datatable(self, source: tree.DataTable) -> Rows:
        columns = tuple(Column(name, type) for name, type in source.columns)
        distinct_names(columns)
        scope = self._scope("datatable", {}, Names())
        lines = [
            ", ".join(
                _fitting(scalar(value, scope), column).text
                for value, column in zip(row, columns, strict=True)
            )
            for row in source.rows
        ]
        nothing = ", ".join("NULL" for _ in columns) + " WHERE 0"
        select = " UNION ALL ".join(f"SELECT {line}" for line in lines) or f"SELECT {nothing}"
        return self._steps.next(columns, select, ordered=False)

    def _print(self, source: tree.Print, names: Names) -> Rows:
        scope = self._scope("print", {}, names)
        made = [
            (each.name or f"print_{at}", scalar(each.expression, scope))
            for at, each in enumerate(source.columns)
        ]
        columns = tuple(Column(name, value.type) for name, value in made)
        distinct_names(columns)
        values = ", ".join(value.text for _, value in made)
        return self._steps.next(columns, f"SELECT {values}", ordered=False)

    def _apply(self, operator: tree.Operator, rows: Rows, names: Names) -> Rows:
        if isinstance(operator, tree.Where):
            test = condition(operator.condition, self._scope("where", rows.values, names))
            select = f"SELECT * FROM {rows.name} WHERE {test}"
            return self._steps.next(rows.columns, select, rows.ordered)
        if isinstance(operator, tree.Extend):
            return self._extend(operator, rows, names)
        if isinstance(operator, tree.Project):
            made = self._made(operator.columns, rows, "project", names)
            return self._steps.select(made, rows, ordered=rows.ordered)
        if isinstance(operator, tree.Choose):
            return self._chosen(operator, rows)
        if isinstance(operator, tree.Rename):
            return self._renamed(operator, rows)
        if isinstance(operator, tree.Summarize):
            return self._summarize(operator, rows, names)
        if isinstance(operator, tree.Sort):
            return self._sort(operator, rows, names)
        if isinstance(operator, tree.Take):
            order = f" ORDER BY {ORDER}" if rows.ordered else ""
            select = f"SELECT * FROM {rows.name}{order} LIMIT {operator.number}"
            return self._steps.next(rows.columns, select, rows.ordered)
        if isinstance(operator, tree.Count):
            counted = f"SELECT COUNT(*) FROM {rows.name}"
            return self._steps.next((Column("Count", "long"),), counted, ordered=False)
        if isinstance(operator, tree.Distinct):
            wanted = operator.columns or tuple(
                tree.Named(None, tree.Name(column.name)) for column in rows.columns
            )
            made = self._made(wanted, rows, "distinct", names)
            return self._steps.select(made, rows, ordered=False, distinct=True)
        if isinstance(operator, tree.Join):
            return joined(self._steps, operator, rows, self._pipeline(operator.table, names))
        if isinstance(operator, tree.Union):
            return self._union(operator, [("", rows)], names)
        if isinstance(operator, tree.MvExpand):
            scope = self._scope("mv-expand", rows.values, names)
            return expanded(self._steps, operator, rows, scope)
        return looked_up(self._steps, operator, rows, self._pipeline(operator.table, names))

    def _extend(self, operator: tree.Extend, rows: Rows, names: Names) -> Rows:
        values = dict(rows.values)
        # Of two columns in one extend, the second may use the first.
        for at, named in enumerate(operator.columns, 1):
            value = scalar(named.expression, self._scope("extend", values, names))
            values[named.name or name_of(named.expression, at)] = value
        return self._steps.select(list(values.items()), rows, ordered=rows.ordered)

    def _chosen(self, operator: tree.Choose, rows: Rows) -> Rows:
        _there(operator.columns, rows)
        made = [
            (name, value)
            for name, value in rows.values.items()
            if (name in operator.columns) == operator.kept
        ]
        if not made:
            raise Refused("'project-away' operator: no column is left")
        return self._steps.select(made, rows, ordered=rows.ordered)

    def _renamed(self, operator: tree.Rename, rows: Rows) -> Rows:
        new = {old: name for name, old in operator.columns}
        _there(new, rows)
        made = [(new.get(name, name), value) for name, value in rows.values.items()]
        return self._steps.select(made, rows, ordered=rows.ordered)

    def _summarize(self, operator: tree.Summarize, rows: Rows, names: Names) -> Rows:
        scope = self._scope("summarize", rows.values, names)
        scope = replace(scope, order=ORDER if rows.ordered else "0")
        groups = self._made(operator.by, rows, "summarize", names)
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
            return self._steps.select(made, rows, ordered=False, distinct=True)
        return self._steps.select(made, rows, ordered=False, clause=clause)

    def _sort(self, operator: tree.Sort, rows: Rows, names: Names) -> Rows:
        scope = self._scope("sort", rows.values, names)
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
        return self._steps.next(rows.columns, select, ordered=True)

    def _union(self, operator: tree.Union, legs: Sequence[tuple[str, Rows]], names: Names) -> Rows:
        found = list(legs)
        for at, table in enumerate(operator.tables, len(found)):
            source = table.source
            name = source.name if isinstance(source, tree.TableName) else f"union_arg{at}"
            try:
                found.append((name, self._pipeline(table, names)))
            except Unresolved:
                if not operator.fuzzy:
                    raise
        if not found:
            raise Refused("'union' operator: none of its tables is there")
        return united(self._steps, found, inner=operator.inner, source=operator.source)

    def _made(
        self, columns: Iterable[tree.Named], rows: Rows, operator: str, names: Names
    ) -> list[tuple[str, Sql]]:
        scope = self._scope(operator, rows.values, names)
        made: list[tuple[str, Sql]] = []
        for at, named in enumerate(columns, 1):
            name = named.name or name_of(named.expression, at)
            if named.name is None:
                name = free(name, [taken for taken, _ in made])
            made.append((name, scalar(named.expression, scope)))
        return made

    def _scope(self, operator: str, columns: Mapping[str, Sql], names: Names) -> Scope:
        return Scope(
            parameters=self._steps.parameters,
            now=self._now,
            columns=columns,
            values=names.values,
            functions=callables(names, self._worth),
            operator=operator,
            aggregate=no_aggregate,
        )


def _there(names: Iterable[str], rows: Rows) -> None:
    for name in names:
        if name not in rows.values:
            raise Refused(f"'project' operator: Failed to resolve column named '{name}'")


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
