"""Observability: what a model does is seen, and somebody is told."""

from typing import Final

from policies.rule import Rule
from policies.rules.observability import dashboards, logs

RULES: Final[list[Rule]] = [*logs.RULES, *dashboards.RULES]
