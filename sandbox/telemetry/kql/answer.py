"""From a compiled query to rows as the wire has them."""

import math
import sqlite3
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sandbox.telemetry.kql.compiler import Table, compile
from sandbox.telemetry.kql.refusal import Refused
from sandbox.telemetry.kql.sqlite_functions import moment_text, span_text
from sandbox.telemetry.kql.steps import Column

LONGEST_SECONDS: Final = 30.0
MOST_ROWS: Final = 500_000
"""Azure's own limit of one answer."""


@dataclass(frozen=True)
class Answer:
    columns: tuple[Column, ...]
    rows: list[list[Any]]
    cut: bool = False
    """There were more rows than one answer takes."""

    def records(self) -> list[dict[str, Any]]:
        names = [column.name for column in self.columns]
        return [dict(zip(names, row, strict=True)) for row in self.rows]


def answered(
    connection: sqlite3.Connection,
    query: str,
    tables: Mapping[str, Table],
    *,
    now: int,
    parameters: Mapping[str, object] | None = None,
) -> Answer:
    """What the tables answer to a query.

    Raises:
        Refused: outside the subset, wrong, or too much for SQLite.
    """
    compiled = compile(query, tables, now)
    until = time.monotonic() + LONGEST_SECONDS
    connection.set_progress_handler(lambda: time.monotonic() > until, 100_000)
    try:
        found = connection.execute(
            compiled.sql, {**(parameters or {}), **compiled.parameters}
        ).fetchmany(MOST_ROWS + 1)
    except (sqlite3.OperationalError, sqlite3.ProgrammingError, OverflowError) as error:
        raise Refused(f"the query is too much for the sandbox: {error}") from None
    finally:
        connection.set_progress_handler(None, 0)
    types = [column.type for column in compiled.columns]
    rows = [
        [shown(value, type) for value, type in zip(row, types, strict=True)]
        for row in found[:MOST_ROWS]
    ]
    return Answer(compiled.columns, rows, cut=len(found) > MOST_ROWS)


def shown(value: Any, type: str) -> Any:
    """One value as JSON has it; NaN and infinity are texts there, as with Azure."""
    if value is None:
        return None
    if type == "bool":
        return bool(value)
    if type == "datetime":
        return moment_text(int(value))
    if type == "timespan":
        return span_text(int(value))
    if type == "real":
        number = float(value)
        return number if math.isfinite(number) else ("Infinity" if number > 0 else "-Infinity")
    if type in ("int", "long"):
        return int(value) if math.isfinite(value) else None
    return value
