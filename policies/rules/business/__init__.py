"""Business: who said yes, what it may cost, and what it is for."""

from typing import Final

from policies.rule import Rule
from policies.rules.business import approvals, budget

RULES: Final[list[Rule]] = [*approvals.RULES, *budget.RULES]
