"""What let has named, and what a function that it named makes of its arguments."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from sandbox.telemetry.kql import tree
from sandbox.telemetry.kql.refusal import Refused
from sandbox.telemetry.kql.sql import NUMBERS, Scope, Sql
from sandbox.telemetry.kql.steps import Rows

LONGEST: Final = 50_000
"""Characters of SQL in one value: functions that call each other double with every level."""


@dataclass(frozen=True)
class Bound:
    """A function, and what it could see where it was defined."""

    function: tree.Function
    names: "Names"

    def parameters(
        self, name: str, arguments: Sequence[Sql], constant: Callable[[tree.Literal], Sql]
    ) -> dict[str, Sql]:
        """What its parameters stand for; those left out, for their defaults.

        Raises:
            Refused: too few arguments, too many, or one of another type.
        """
        wanted = self.function.parameters
        fewest = sum(each.default is None for each in wanted)
        if not fewest <= len(arguments) <= len(wanted):
            expected = str(fewest) if fewest == len(wanted) else f"{fewest} to {len(wanted)}"
            raise Refused(f"function '{name}' expects {expected} argument(s), not {len(arguments)}")
        defaults = [constant(each.default) for each in wanted[len(arguments) :] if each.default]
        return {
            each.name: _typed(name, each, argument)
            for each, argument in zip(wanted, [*arguments, *defaults], strict=True)
        }


@dataclass(frozen=True)
class Names:
    """In one place of a query."""

    rows: Mapping[str, Rows] = field(default_factory=dict)
    values: Mapping[str, Sql] = field(default_factory=dict)
    functions: Mapping[str, Bound] = field(default_factory=dict)

    def with_rows(self, name: str, rows: Rows) -> "Names":
        return replace(self.without(name), rows={**self.rows, name: rows})

    def with_value(self, name: str, value: Sql) -> "Names":
        return replace(self.without(name), values={**self.values, name: value})

    def with_function(self, name: str, function: tree.Function) -> "Names":
        return replace(
            self.without(name), functions={**self.functions, name: Bound(function, self)}
        )

    def without(self, name: str) -> "Names":
        """A later let hides an earlier one of its name, whatever that stood for."""
        return Names(
            {key: rows for key, rows in self.rows.items() if key != name},
            {key: value for key, value in self.values.items() if key != name},
            {key: bound for key, bound in self.functions.items() if key != name},
        )


def callables(
    names: Names, worth: Callable[[Bound, str, Sequence[Sql], Scope], Sql]
) -> dict[str, Callable[[Sequence[Sql], Scope], Sql]]:
    """Functions, as expressions call them."""

    def made(name: str, bound: Bound) -> Callable[[Sequence[Sql], Scope], Sql]:
        def call(arguments: Sequence[Sql], scope: Scope) -> Sql:
            value = worth(bound, name, arguments, scope)
            if len(value.text) > LONGEST:
                raise Refused(f"function '{name}' grows too long where it is put in")
            return replace(value, constant=all(each.constant for each in arguments))

        return call

    return {name: made(name, bound) for name, bound in names.functions.items()}


def _typed(name: str, parameter: tree.Parameter, argument: Sql) -> Sql:
    if argument.type == parameter.type:
        return argument
    if argument.type in NUMBERS and parameter.type == "real":
        return Sql(f"CAST({argument.text} AS REAL)", "real", argument.constant)
    if argument.type in ("int", "long") and parameter.type in ("int", "long"):
        return replace(argument, type=parameter.type)
    raise Refused(
        f"function '{name}': parameter '{parameter.name}' is {parameter.type}, not {argument.type}"
    )
