"""Functions of many rows, by name."""

from collections.abc import Callable, Sequence
from typing import Final

from sandbox.telemetry.kql import tree
from sandbox.telemetry.kql.arrays import LONGEST
from sandbox.telemetry.kql.refusal import Refused
from sandbox.telemetry.kql.sql import NUMBERS, ORDERED, WHOLE, Scope, Sql, one_of

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


def _collected(arguments: Sequence[Sql], scope: Scope, name: str) -> Sql:
    """make_list(x [, most]) and make_set(x [, most])."""
    return _collection(name, arguments[0], arguments[0].text, arguments[1:], scope)


def _collected_if(arguments: Sequence[Sql], scope: Scope, name: str) -> Sql:
    return _collection(
        name.removesuffix("_if"),
        arguments[0],
        _where(arguments[:2], scope, name),
        arguments[2:],
        scope,
    )


def _collection(name: str, value: Sql, text: str, most: Sequence[Sql], scope: Scope) -> Sql:
    limit = most[0] if most else Sql(str(LONGEST), "long", True)
    one_of(limit, WHOLE, f"{name}'s size", scope)
    return Sql(f"kql_{name}({text}, '{value.type}', {scope.order}, {limit.text})", "dynamic")


def _where(arguments: Sequence[Sql], scope: Scope, name: str) -> str:
    if len(arguments) == 1:
        return arguments[0].text
    one_of(arguments[1], ("bool",), name, scope)
    return f"CASE WHEN {arguments[1].text} THEN {arguments[0].text} END"


def _wide(type: tree.Type) -> tree.Type:
    return "long" if type == "int" else type


AGGREGATES: Final[dict[str, tuple[int, int, Build]]] = {
    "avg": (1, 1, _avg),
    "avgif": (2, 2, _avg),
    "count": (0, 0, _count),
    "countif": (1, 1, _countif),
    "dcount": (1, 1, _dcount),
    "make_list": (1, 2, _collected),
    "make_list_if": (2, 3, _collected_if),
    "make_set": (1, 2, _collected),
    "make_set_if": (2, 3, _collected_if),
    "max": (1, 1, _extreme),
    "min": (1, 1, _extreme),
    "percentile": (2, 2, _percentile),
    "percentilew": (3, 3, _percentile),
    "sum": (1, 1, _sum),
    "sumif": (2, 2, _sum),
}
"""By name: the fewest and the most arguments, and what they make."""

ARGS: Final = {"arg_max": ("MAX", "kql_arg_max"), "arg_min": ("MIN", "kql_arg_min")}
MANY: Final = {"percentiles": "percentile", "percentilesw": "percentilew"}
"""Those that make several columns, not a value."""

NAMED: Final = (*AGGREGATES, *ARGS, *MANY)


def automatic_name(call: tree.Call) -> str:
    """What Kusto calls a column that was given no name: avg_DurationMs, percentile_x_95."""
    prefixes = {
        "make_list": "list",
        "make_list_if": "list",
        "make_set": "set",
        "make_set_if": "set",
    }
    parts = [prefixes.get(call.function, call.function)]
    if call.arguments and isinstance(call.arguments[0], tree.Name) and call.function != "countif":
        parts.append(call.arguments[0].name)
    else:
        parts.append("")
    if call.function.startswith("percentile") and isinstance(call.arguments[-1], tree.Literal):
        parts.append(str(call.arguments[-1].value))
    return "_".join(parts)


def beside(word: str, extreme: Sql, value: Sql) -> Sql:
    """arg_max or arg_min of one column."""
    made = f"{ARGS[word][1]}({extreme.text}, {value.text})"
    return Sql(f"COALESCE({made}, '')" if value.type == "string" else made, value.type)
