"""A connection that knows Kusto's functions."""

import sqlite3
from collections.abc import Callable
from typing import Any

from sandbox.telemetry.kql import arrays, sqlite_functions


def install(connection: sqlite3.Connection) -> None:
    """Make all of them known to a connection."""
    functions = sqlite_functions
    for name, arguments, function in (
        ("kql_us", 1, functions.microseconds_of_stamp),
        ("kql_member", 2, functions.member),
        ("kql_parse", 1, functions.parse),
        ("kql_text", 2, functions.text),
        ("kql_number", 1, functions.number),
        ("kql_whole", 1, functions.whole),
        ("kql_equal", 2, functions.equal),
        ("kql_lower", 1, functions.lower),
        ("kql_has", 2, functions.has),
        ("kql_bin", 2, functions.bin),
        ("kql_divide", 2, functions.divide),
        ("kql_quotient", 2, functions.quotient),
        ("kql_modulo", 2, functions.modulo),
        ("kql_round", 2, functions.rounded),
        ("kql_finite", 1, functions.finite),
        ("kql_length", 1, functions.length),
        ("kql_array_length", 1, arrays.length),
        ("kql_cast", 2, arrays.cast),
        ("kql_elements", -1, arrays.elements),
    ):
        connection.create_function(name, arguments, _careful(function), deterministic=True)
    # typeshed's protocol for aggregates wants positional-only parameters of its own names.
    aggregates: tuple[tuple[str, int, Any], ...] = (
        ("kql_percentile", 3, functions.Percentile),
        ("kql_arg_max", 2, functions.ArgMax),
        ("kql_arg_min", 2, functions.ArgMin),
        ("kql_make_list", 4, arrays.MakeList),
        ("kql_make_set", 4, arrays.MakeSet),
    )
    for name, arguments, aggregate in aggregates:
        connection.create_aggregate(name, arguments, aggregate)


def _careful(function: Callable[..., Any]) -> Callable[..., Any]:
    """Null where a value is beyond what a function can do: a query has no exceptions."""

    def guarded(*arguments: Any) -> Any:
        try:
            made = function(*arguments)
        except (ArithmeticError, ValueError, TypeError, RecursionError):
            return None
        # SQLite holds 64 bits; what is wider cannot be said.
        return None if isinstance(made, int) and abs(made) >= 2**63 else made

    return guarded
