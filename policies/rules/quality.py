"""Quality: what a model answers was measured, on enough, lately, and honestly."""

from typing import Final

from policies.rule import Rule

RULES: Final[list[Rule]] = []
