"""A query over tables that exist for one test only."""

import sqlite3
from typing import Any

from sandbox.telemetry.kql.answer import Answer, answered
from sandbox.telemetry.kql.installed import install
from sandbox.telemetry.kql.tokens import microseconds, moment_of

NOW = microseconds(moment_of("2026-11-21T12:00:00Z"))


def ask(query: str) -> Answer:
    connection = sqlite3.connect(":memory:")
    try:
        install(connection)
        return answered(connection, query, {}, now=NOW)
    finally:
        connection.close()


def rows(query: str) -> list[list[Any]]:
    return ask(query).rows


def value(expression: str) -> Any:
    """One expression's value, over a table of one row."""
    return rows(f"datatable(x:long)[1] | project v = {expression}")[0][0]
