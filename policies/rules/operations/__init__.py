"""Operations: what is deployed tomorrow is what was tested yesterday, and there is a way back."""

from typing import Final

from policies.rule import Rule
from policies.rules.operations import deployments, plans, rollback

RULES: Final[list[Rule]] = [*deployments.RULES, *rollback.RULES, *plans.RULES]
