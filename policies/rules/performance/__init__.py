"""Performance: a deployment is fast enough under load, and has room for the peak."""

from typing import Final

from policies.rule import Rule
from policies.rules.performance import capacity, load_tests, skus

RULES: Final[list[Rule]] = [*load_tests.RULES, *capacity.RULES, *skus.RULES]
