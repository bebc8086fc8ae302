"""union: the rows of several tables, one below the other."""

from collections.abc import Sequence

from sandbox.telemetry.kql import tree
from sandbox.telemetry.kql.refusal import Refused
from sandbox.telemetry.kql.sql import Sql
from sandbox.telemetry.kql.steps import Column, Rows, Steps, free

Leg = tuple[str, Rows]
"""Where rows come from, and they."""


def united(steps: Steps, legs: Sequence[Leg], *, inner: bool, source: str | None) -> Rows:
    """All rows. A name that has two types among the tables becomes two columns."""
    every = _every([rows for _, rows in legs], inner)
    if source and source in (name for name, _, _ in every):
        raise Refused(f"'union' operator: a column named '{source}' already exists")
    if not every:
        raise Refused("'union' operator: the tables have no column in common")
    columns = [Column(name, type) for name, _, type in every]
    selects = []
    for name, rows in legs:
        own = rows.values
        values = [
            own[column].text if column in own and own[column].type == type else missing(type).text
            for _, column, type in every
        ]
        said = [steps.parameters.add(name)] if source else []
        selects.append(f"SELECT {', '.join([*said, *values])} FROM {rows.name}")
    first = [Column(source, "string")] if source else []
    return steps.next((*first, *columns), " UNION ALL ".join(selects), ordered=False)


def missing(type: tree.Type) -> Sql:
    """What stands where a row has no such column: strings are never null."""
    return Sql("''" if type == "string" else "NULL", type)


def _every(tables: Sequence[Rows], inner: bool) -> list[tuple[str, str, tree.Type]]:
    """The columns to be: their name, and the name and the type that they have in the tables."""
    types: dict[str, list[tree.Type]] = {}
    for column in (column for rows in tables for column in rows.columns):
        known = types.setdefault(column.name, [])
        if column.type not in known:
            known.append(column.type)
    if inner:
        everywhere = [
            name
            for name in types
            if all(name in rows.values for rows in tables) and len(types[name]) == 1
        ]
        return [(name, name, types[name][0]) for name in everywhere]
    taken = [name for name, known in types.items() if len(known) == 1]
    found: list[tuple[str, str, tree.Type]] = []
    for name, known in types.items():
        if len(known) == 1:
            found.append((name, name, known[0]))
            continue
        for type in known:
            new = free(f"{name}_{type}", taken)
            taken.append(new)
            found.append((new, name, type))
    return found
