"""Business: who said yes, what it may cost, and what it is for."""

from typing import Final

from policies.rule import Rule

RULES: Final[list[Rule]] = []
