"""Columns that summarize makes, and what they are called."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from sandbox.telemetry.kql import tree
from sandbox.telemetry.kql.aggregates import AGGREGATES, NAMED, automatic_name, beside_largest
from sandbox.telemetry.kql.expressions import scalar
from sandbox.telemetry.kql.refusal import Refused
from sandbox.telemetry.kql.sql import ORDERED, Scope, Sql, one_of


def no_aggregate(call: tree.Call, scope: Scope) -> Sql | None:
    """Refuses an aggregate where rows are looked at one by one."""
    if call.function in NAMED:
        raise Refused(f"'{call.function}' is an aggregate: it stands in summarize only")
    return None


def aggregated(
    named: tree.Named, at: int, scope: Scope, groups: Sequence[str]
) -> list[tuple[str, Sql]]:
    """The columns of one aggregate: one, or what arg_max brings along."""
    call = named.expression
    if isinstance(call, tree.Call) and call.function == "arg_max":
        return _arg_max(named, call, scope, groups)
    name = named.name or (
        automatic_name(call)
        if isinstance(call, tree.Call) and call.function in AGGREGATES
        else f"Column{at}"
    )
    # Outside of an aggregate's brackets a row's own columns are not there any more.
    outside = replace(
        scope,
        columns={},
        gone=frozenset(scope.columns),
        aggregate=_aggregate_over(scope),
    )
    return [(name, scalar(call, outside))]


def _aggregate_over(rows: Scope) -> Callable[[tree.Call, Scope], Sql | None]:
    inside = replace(rows, aggregate=no_aggregate)

    def made(call: tree.Call, scope: Scope) -> Sql | None:
        if call.function == "arg_max":
            raise Refused("arg_max() stands by itself in summarize")
        if call.function not in AGGREGATES:
            return None
        wanted, build = AGGREGATES[call.function]
        if len(call.arguments) != wanted:
            raise Refused(
                f"aggregate '{call.function}' expects {wanted} argument(s), not "
                f"{len(call.arguments)}"
            )
        return build([scalar(each, inside) for each in call.arguments], inside, call.function)

    return made


def _arg_max(
    named: tree.Named, call: tree.Call, scope: Scope, groups: Sequence[str]
) -> list[tuple[str, Sql]]:
    if len(call.arguments) < 2:
        raise Refused("arg_max() expects an expression, and columns or *")
    largest = scalar(call.arguments[0], scope)
    one_of(largest, ORDERED, "arg_max()", scope)
    first = named.name or name_of(call.arguments[0], 1)
    made = [(first, Sql(f"MAX({largest.text})", largest.type))]
    if isinstance(call.arguments[1], tree.Star):
        beside = [(name, value) for name, value in scope.columns.items() if name not in groups]
    else:
        beside = [
            (name_of(each, at), scalar(each, scope))
            for at, each in enumerate(call.arguments[1:], 2)
        ]
    made += [(name, beside_largest(largest, value)) for name, value in beside if name != first]
    return made


def name_of(expression: tree.Expression, at: int) -> str:
    """What Kusto calls a column without a name."""
    if isinstance(expression, tree.Name):
        return expression.name
    if isinstance(expression, tree.Member) and isinstance(expression.of, tree.Name):
        return f"{expression.of.name}_{expression.key}"
    if isinstance(expression, tree.Call) and expression.function == "bin":
        return name_of(expression.arguments[0], at)
    return f"Column{at}"
