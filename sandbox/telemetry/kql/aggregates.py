"""Functions of many rows, by name."""

from collections.abc import Callable, Sequence
from typing import Final

from sandbox.telemetry.kql import tree
from sandbox.telemetry.kql.refusal import Refused
from sandbox.telemetry.kql.sql import NUMBERS, ORDERED, Scope, Sql, one_of

Build = Callable[[Sequence[Sql], Scope, str], Sql]


def _count(arguments: Sequence[Sql], scope: Scope, name: str) -> Sql:
    return Sql("COUNT(*)", "long")


def _countif(arguments: Sequence[Sql], scope: Scope, name: str) -> Sql:
    one_of(arguments[0], ("bool",), name, scope)
    return Sql(f"COUNT(CASE WHEN {arguments[0].text} THEN 1 END)", "long")


def _sum(arguments: Sequence[Sql], scope: Scope, name: str) -> Sql:
    value = arguments[0]
    one_of(value, (*NUMBERS, "timespan"), name, scope)
    return Sql(f"COALESCE(SUM({_where(arguments, scope, name)}), 0)", _wide(value.type))


def _avg(arguments: Sequence[Sql], scope: Scope, name: str) -> Sql:
    one_of(arguments[0], NUMBERS, name, scope)
    return Sql(f"AVG({_where(arguments, scope, name)})", "real")


def _extreme(arguments: Sequence[Sql], scope: Scope, name: str) -> Sql:
    value = arguments[0]
    one_of(value, ORDERED, name, scope)
    made = f"{name.upper()}({value.text})"
    return Sql(f"COALESCE({made}, '')" if value.type == "string" else made, value.type)


def _percentile(arguments: Sequence[Sql], scope: Scope, name: str) -> Sql:
    value, percent = arguments[0], arguments[-1]
    one_of(value, (*NUMBERS, "datetime", "timespan"), name, scope)
    one_of(percent, NUMBERS, f"{name}'s percentage", scope)
    if not percent.constant:
        raise Refused(f"{name}() expects a constant percentage")
    weight = "1"
    if name == "percentilew":
        one_of(arguments[1], NUMBERS, f"{name}'s weight", scope)
        weight = arguments[1].text
    return Sql(f"kql_percentile({value.text}, {weight}, {percent.text})", value.type)


def _dcount(arguments: Sequence[Sql], scope: Scope, name: str) -> Sql:
    return Sql(f"COUNT(DISTINCT {arguments[0].text})", "long")


def _where(arguments: Sequence[Sql], scope: Scope, name: str) -> str:
    if len(arguments) == 1:
        return arguments[0].text
    one_of(arguments[1], ("bool",), name, scope)
    return f"CASE WHEN {arguments[1].text} THEN {arguments[0].text} END"


def _wide(type: tree.Type) -> tree.Type:
    return "long" if type == "int" else type


AGGREGATES: Final[dict[str, tuple[int, Build]]] = {
    "avg": (1, _avg),
    "avgif": (2, _avg),
    "count": (0, _count),
    "countif": (1, _countif),
    "dcount": (1, _dcount),
    "max": (1, _extreme),
    "min": (1, _extreme),
    "percentile": (2, _percentile),
    "percentilew": (3, _percentile),
    "sum": (1, _sum),
    "sumif": (2, _sum),
}
"""By name: how many arguments, and what they make. arg_max makes columns, not a value."""

NAMED: Final = (*AGGREGATES, "arg_max")


def automatic_name(call: tree.Call) -> str:
    """What Kusto calls a column that was given no name: avg_DurationMs, percentile_x_95."""
    parts = [call.function]
    if call.arguments and isinstance(call.arguments[0], tree.Name) and call.function != "countif":
        parts.append(call.arguments[0].name)
    else:
        parts.append("")
    if call.function.startswith("percentile") and isinstance(call.arguments[-1], tree.Literal):
        parts.append(str(call.arguments[-1].value))
    return "_".join(parts)


def beside_largest(largest: Sql, value: Sql) -> Sql:
    """arg_max of one column."""
    made = f"kql_arg_max({largest.text}, {value.text})"
    return Sql(f"COALESCE({made}, '')" if value.type == "string" else made, value.type)
