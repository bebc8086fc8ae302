"""Functions of one row's values, by name."""

from collections.abc import Callable, Sequence
from typing import Final

from sandbox.telemetry.kql.refusal import Refused
from sandbox.telemetry.kql.sql import NUMBERS, WHOLE, Scope, Sql, as_string, common, one_of
from sandbox.telemetry.kql.sqlite_functions import DAY

Build = Callable[[Sequence[Sql], Scope, str], Sql]


def _now(arguments: Sequence[Sql], scope: Scope, name: str) -> Sql:
    return Sql(scope.parameters.add(scope.now), "datetime", True)


def _ago(arguments: Sequence[Sql], scope: Scope, name: str) -> Sql:
    one_of(arguments[0], ("timespan",), name, scope)
    now = scope.parameters.add(scope.now)
    return Sql(f"({now} - {arguments[0].text})", "datetime", arguments[0].constant)


def _startofday(arguments: Sequence[Sql], scope: Scope, name: str) -> Sql:
    one_of(arguments[0], ("datetime",), name, scope)
    return Sql(f"kql_bin({arguments[0].text}, {DAY})", "datetime", arguments[0].constant)


def _bin(arguments: Sequence[Sql], scope: Scope, name: str) -> Sql:
    value, size = arguments
    fits = (value.type in NUMBERS and size.type in NUMBERS) or (
        value.type in ("datetime", "timespan") and size.type == "timespan"
    )
    if not fits:
        raise Refused(f"bin() does not round {value.type} to {size.type}")
    type = value.type if size.type == "timespan" else common(arguments, "bin()")
    return Sql(f"kql_bin({value.text}, {size.text})", type, value.constant)


def _to_number(arguments: Sequence[Sql], scope: Scope, name: str) -> Sql:
    value = arguments[0]
    one_of(value, (*NUMBERS, "string", "dynamic", "bool"), name, scope)
    read = as_string(value).text if value.type == "dynamic" else value.text
    if name in ("todouble", "toreal"):
        return Sql(f"kql_number({read})", "real", value.constant)
    return Sql(f"kql_whole({read})", "int" if name == "toint" else "long", value.constant)


def _to_string(arguments: Sequence[Sql], scope: Scope, name: str) -> Sql:
    return as_string(arguments[0])


def _parse_json(arguments: Sequence[Sql], scope: Scope, name: str) -> Sql:
    value = arguments[0]
    if value.type == "dynamic":
        return value
    one_of(value, ("string",), name, scope)
    return Sql(f"kql_parse({value.text})", "dynamic", value.constant)


def _iff(arguments: Sequence[Sql], scope: Scope, name: str) -> Sql:
    test, one, other = arguments
    one_of(test, ("bool",), name, scope)
    made = f"(CASE WHEN {test.text} THEN {one.text} ELSE {other.text} END)"
    return Sql(made, common((one, other), f"{name}()"))


def _coalesce(arguments: Sequence[Sql], scope: Scope, name: str) -> Sql:
    type = common(arguments, f"{name}()")
    if type == "string":
        texts = ", ".join(f"NULLIF({each.text}, '')" for each in arguments)
        return Sql(f"COALESCE({texts}, '')", type)
    return Sql(f"COALESCE({', '.join(each.text for each in arguments)})", type)


def _strcat(arguments: Sequence[Sql], scope: Scope, name: str) -> Sql:
    return Sql(f"({' || '.join(as_string(each).text for each in arguments)})", "string")


def _round(arguments: Sequence[Sql], scope: Scope, name: str) -> Sql:
    one_of(arguments[0], NUMBERS, name, scope)
    digits = arguments[1] if len(arguments) > 1 else Sql("0", "long", True)
    one_of(digits, WHOLE, f"{name}'s digits", scope)
    return Sql(f"kql_round({arguments[0].text}, {digits.text})", "real")


def _is_null(arguments: Sequence[Sql], scope: Scope, name: str) -> Sql:
    test = "IS NULL" if name == "isnull" else "IS NOT NULL"
    return Sql(f"({arguments[0].text} {test})", "bool")


def _is_empty(arguments: Sequence[Sql], scope: Scope, name: str) -> Sql:
    test = "=" if name == "isempty" else "<>"
    return Sql(f"({as_string(arguments[0]).text} {test} '')", "bool")


def _is_finite(arguments: Sequence[Sql], scope: Scope, name: str) -> Sql:
    one_of(arguments[0], NUMBERS, name, scope)
    return Sql(f"kql_finite({arguments[0].text})", "bool")


def _not(arguments: Sequence[Sql], scope: Scope, name: str) -> Sql:
    one_of(arguments[0], ("bool",), name, scope)
    return Sql(f"(NOT {arguments[0].text})", "bool")


def _lower(arguments: Sequence[Sql], scope: Scope, name: str) -> Sql:
    one_of(arguments[0], ("string", "dynamic"), name, scope)
    return Sql(f"kql_lower({as_string(arguments[0]).text})", "string")


def _length(arguments: Sequence[Sql], scope: Scope, name: str) -> Sql:
    one_of(arguments[0], ("string", "dynamic"), name, scope)
    return Sql(f"kql_length({as_string(arguments[0]).text})", "long")


def _case(arguments: Sequence[Sql], scope: Scope, name: str) -> Sql:
    """case(test, value, test, value, ..., otherwise)."""
    if len(arguments) % 2 == 0:
        raise Refused("case() expects pairs of test and value, and a last value")
    tests, values = arguments[:-1:2], [*arguments[1::2], arguments[-1]]
    for test in tests:
        one_of(test, ("bool",), name, scope)
    pairs = zip(tests, values, strict=False)
    made = " ".join(f"WHEN {test.text} THEN {value.text}" for test, value in pairs)
    return Sql(f"(CASE {made} ELSE {arguments[-1].text} END)", common(values, "case()"))


def _absolute(arguments: Sequence[Sql], scope: Scope, name: str) -> Sql:
    one_of(arguments[0], (*NUMBERS, "timespan"), name, scope)
    return Sql(f"ABS({arguments[0].text})", arguments[0].type)


def _array_length(arguments: Sequence[Sql], scope: Scope, name: str) -> Sql:
    one_of(arguments[0], ("dynamic",), name, scope)
    return Sql(f"kql_array_length({arguments[0].text})", "long")


FUNCTIONS: Final[dict[str, tuple[int, int, Build]]] = {
    "abs": (1, 1, _absolute),
    "ago": (1, 1, _ago),
    "array_length": (1, 1, _array_length),
    "bin": (2, 2, _bin),
    "case": (3, 65, _case),
    "coalesce": (1, 64, _coalesce),
    "iff": (3, 3, _iff),
    "iif": (3, 3, _iff),
    "isempty": (1, 1, _is_empty),
    "isfinite": (1, 1, _is_finite),
    "isnotempty": (1, 1, _is_empty),
    "isnotnull": (1, 1, _is_null),
    "isnull": (1, 1, _is_null),
    "not": (1, 1, _not),
    "now": (0, 0, _now),
    "parse_json": (1, 1, _parse_json),
    "round": (1, 2, _round),
    "startofday": (1, 1, _startofday),
    "strcat": (1, 64, _strcat),
    "strlen": (1, 1, _length),
    "todouble": (1, 1, _to_number),
    "toint": (1, 1, _to_number),
    "tolong": (1, 1, _to_number),
    "tolower": (1, 1, _lower),
    "toreal": (1, 1, _to_number),
    "tostring": (1, 1, _to_string),
}
"""By name: the fewest and the most arguments, and what they make."""
