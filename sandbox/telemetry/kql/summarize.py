"""Columns that summarize makes, and what they are called."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from sandbox.telemetry.kql import tree
from sandbox.telemetry.kql.aggregates import (
    AGGREGATES,
    ARGS,
    MANY,
    NAMED,
    automatic_name,
    beside,
)
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
    """The columns of one aggregate: one, or what arg_max and its like bring along."""
    call = named.expression
    if isinstance(call, tree.Call) and call.function in ARGS:
        return _extreme(named, call, scope, groups)
    if isinstance(call, tree.Call) and call.function in MANY:
        return _percentiles(named, call, at, scope, groups)
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
        if call.function in (*ARGS, *MANY):
            raise Refused(f"{call.function}() stands by itself in summarize")
        if call.function not in AGGREGATES:
            return None
        fewest, most, build = AGGREGATES[call.function]
        if not fewest <= len(call.arguments) <= most:
            wanted = str(fewest) if fewest == most else f"{fewest} to {most}"
            raise Refused(
                f"aggregate '{call.function}' expects {wanted} argument(s), not "
                f"{len(call.arguments)}"
            )
        return build([scalar(each, inside) for each in call.arguments], inside, call.function)

    return made


def _percentiles(
    named: tree.Named, call: tree.Call, at: int, scope: Scope, groups: Sequence[str]
) -> list[tuple[str, Sql]]:
    """percentiles(x, 50, 95): one column each."""
    single = MANY[call.function]
    before = AGGREGATES[single][0] - 1
    if named.name:
        raise Refused(f"{call.function}() names its columns by itself: leave out '{named.name} ='")
    if len(call.arguments) <= before:
        raise Refused(f"{call.function}() expects a value, and percentages")
    made = []
    for percent in call.arguments[before:]:
        one = tree.Call(single, (*call.arguments[:before], percent))
        made += aggregated(tree.Named(None, one), at, scope, groups)
    return made


def _extreme(
    named: tree.Named, call: tree.Call, scope: Scope, groups: Sequence[str]
) -> list[tuple[str, Sql]]:
    """arg_max and arg_min: the extreme, and what stands beside it."""
    word = call.function
    if len(call.arguments) < 2:
        raise Refused(f"{word}() expects an expression, and columns or *")
    extreme = scalar(call.arguments[0], scope)
    one_of(extreme, ORDERED, f"{word}()", scope)
    first = named.name or name_of(call.arguments[0], 1)
    made = [(first, Sql(f"{ARGS[word][0]}({extreme.text})", extreme.type))]
    if isinstance(call.arguments[1], tree.Star):
        others = [(name, value) for name, value in scope.columns.items() if name not in groups]
    else:
        others = [
            (name_of(each, at), scalar(each, scope))
            for at, each in enumerate(call.arguments[1:], 2)
        ]
    made += [(name, beside(word, extreme, value)) for name, value in others if name != first]
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
