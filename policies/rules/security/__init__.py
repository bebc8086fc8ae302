"""Security: who may call a model, from where, with what, and what it may answer."""

from typing import Final

from policies.rule import Rule
from policies.rules.security import (
    access,
    accounts,
    exports,
    filters,
    model_choice,
    network,
    protection,
    residency,
    tags,
    traces,
)

RULES: Final[list[Rule]] = [
    *accounts.RULES,
    *network.RULES,
    *access.RULES,
    *filters.RULES,
    *model_choice.RULES,
    *exports.RULES,
    *traces.RULES,
    *protection.RULES,
    *tags.RULES,
    *residency.RULES,
]
