"""Quality: what a model answers was measured, on enough, lately, and honestly."""

from typing import Final

from policies.rule import Rule
from policies.rules.quality import evaluations, integrity, scores

RULES: Final[list[Rule]] = [*evaluations.RULES, *scores.RULES, *integrity.RULES]
