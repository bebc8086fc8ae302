"""Every rule there is, by number."""

from collections.abc import Iterable
from types import MappingProxyType
from typing import Final

from policies.rule import Rule
from policies.rules import (
    business,
    observability,
    operations,
    performance,
    quality,
    security,
)
from policies.rules.guard import GUARD


class DoubleRule(ValueError):
    """Two rules share an id or a number: one of them would go unseen."""


def registered(rules: Iterable[Rule]) -> dict[str, Rule]:
    """Rules by id, in the order of their numbers.

    Raises:
        DoubleRule: naming the rule that is there twice.
    """
    found: dict[str, Rule] = {}
    numbers: dict[int, str] = {}
    for rule in sorted(rules, key=lambda rule: rule.number):
        if rule.id in found:
            raise DoubleRule(f"rule {rule.id} is registered twice")
        if rule.number in numbers:
            raise DoubleRule(
                f"rule {rule.id} has number {rule.number}, as {numbers[rule.number]} has"
            )
        found[rule.id], numbers[rule.number] = rule, rule.id
    return found


RULES: Final = MappingProxyType(
    registered(
        [
            *quality.RULES,
            *performance.RULES,
            *security.RULES,
            *observability.RULES,
            *operations.RULES,
            *business.RULES,
            GUARD,
        ]
    )
)
