"""join and lookup: rows beside rows that have the same keys."""

from collections.abc import Sequence

from sandbox.telemetry.kql import tree
from sandbox.telemetry.kql.refusal import Refused
from sandbox.telemetry.kql.sql import ORDER, Sql
from sandbox.telemetry.kql.steps import Column, Rows, Steps, free

Keys = Sequence[tuple[str, str]]
"""Columns of the left, and of the right."""

SQL = {
    "innerunique": "JOIN",
    "inner": "JOIN",
    "leftouter": "LEFT JOIN",
    "rightouter": "RIGHT JOIN",
    "fullouter": "FULL JOIN",
}


def joined(steps: Steps, operator: tree.Join, left: Rows, right: Rows) -> Rows:
    """All columns of both, those of the right with a number where the left has one of that name.

    leftsemi and leftanti yield the left's only. Keys that are null meet nobody.
    """
    test = _test("join", left, right, operator.on)
    if operator.kind in ("leftsemi", "leftanti"):
        word = "EXISTS" if operator.kind == "leftsemi" else "NOT EXISTS"
        select = (
            f"SELECT l.* FROM {left.name} AS l WHERE {word} "
            f"(SELECT 1 FROM {right.name} AS r WHERE {test})"
        )
        return steps.next(left.columns, select, left.ordered)
    if operator.kind == "innerunique":
        left = _unique(steps, left, [name for name, _ in operator.on])
    made = list(left.of("l").items())
    for name, value in right.of("r").items():
        made.append((free(name, [taken for taken, _ in made]), value))
    return _beside(steps, made, left, right, SQL[operator.kind], test)


def looked_up(steps: Steps, operator: tree.Lookup, left: Rows, right: Rows) -> Rows:
    """As a join, but the keys stand there once."""
    test = _test("lookup", left, right, [(name, name) for name in operator.on])
    made = list(left.of("l").items())
    for name, value in right.of("r").items():
        if name not in operator.on:
            made.append((free(name, [taken for taken, _ in made]), value))
    return _beside(steps, made, left, right, SQL[operator.kind], test)


def _beside(
    steps: Steps, made: Sequence[tuple[str, Sql]], left: Rows, right: Rows, word: str, test: str
) -> Rows:
    columns = tuple(Column(name, value.type) for name, value in made)
    # A row that is not found leaves strings empty: they are never null.
    values = [
        f"COALESCE({value.text}, '')" if value.type == "string" else value.text for _, value in made
    ]
    values += [f"l.{ORDER}"] if left.ordered else []
    select = f"SELECT {', '.join(values)} FROM {left.name} AS l {word} {right.name} AS r ON {test}"
    return steps.next(columns, select, left.ordered)


def _unique(steps: Steps, rows: Rows, keys: Sequence[str]) -> Rows:
    """One row for each combination of keys; which one is not said."""
    by = ", ".join(rows.values[key].text for key in keys)
    columns = ", ".join([*(f"c{at}" for at in range(len(rows.columns)))])
    last = f", {ORDER}" if rows.ordered else ""
    select = (
        f"SELECT {columns}{last} FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY {by}) AS number "
        f"FROM {rows.name}) WHERE number = 1"
    )
    return steps.next(rows.columns, select, rows.ordered)


def _test(word: str, left: Rows, right: Rows, keys: Keys) -> str:
    tests = []
    for mine, other in keys:
        for side, place, name in ((left, "left", mine), (right, "right", other)):
            if name not in side.values:
                raise Refused(f"'{word}' operator: the {place} table has no column '{name}'")
        one, two = left.of("l")[mine], right.of("r")[other]
        if one.type == "dynamic" or (one.type != two.type and {one.type, two.type} != WHOLE):
            raise Refused(
                f"'{word}' operator: key '{mine}' is {one.type}, key '{other}' is {two.type}; "
                "they must be of one type, and not dynamic"
            )
        tests.append(f"{one.text} = {two.text}")
    return " AND ".join(tests)


WHOLE = {"int", "long"}
