"""Performance: a deployment is fast enough, and has room for the peak."""

from typing import Final

from policies.rule import Rule

RULES: Final[list[Rule]] = []
