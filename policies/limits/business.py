"""Who approves, how long that counts, and how long a forecast of cost does."""

from typing import Final

from policies.rule import Param

APPROVERS: Final[Param[frozenset[str]]] = Param.everywhere(
    "approvers",
    "Roles, each of which approves by a person of its own.",
    frozenset({"product", "security", "responsible-ai", "operations"}),
    choices=("product", "security", "responsible-ai", "operations", "finance"),
)

APPROVAL_DAYS: Final[Param[float]] = Param.everywhere(
    "approvalDays", "Days that an approval counts.", 30.0
)

FORECAST_DAYS: Final[Param[float]] = Param.everywhere(
    "forecastDays", "Days that a forecast of cost counts.", 35.0
)
EARLIEST_PERCENT: Final[Param[float]] = Param.everywhere(
    "earliestPercent",
    "Share of the budget, in percent, by which somebody must have heard of what was spent.",
    100.0,
)
