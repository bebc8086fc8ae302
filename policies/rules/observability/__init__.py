"""Observability: what a model does is seen, and somebody is told."""

from typing import Final

from policies.rule import Rule
from policies.rules.observability import alerts, dashboards, logs, on_call

RULES: Final[list[Rule]] = [*logs.RULES, *alerts.RULES, *on_call.RULES, *dashboards.RULES]
