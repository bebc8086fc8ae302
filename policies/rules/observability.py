"""Observability: what a model does is seen, and somebody is told."""

from typing import Final

from policies.rule import Rule

RULES: Final[list[Rule]] = []
