"""What may change a deployment, and how long what was rehearsed and planned counts."""

from typing import Final

from policies.rule import Param

UPGRADE_OPTIONS: Final[Param[frozenset[str]]] = Param(
    "upgradeOptions",
    "What versionUpgradeOption may say.",
    dev=frozenset({"NoAutoUpgrade", "OnceCurrentVersionExpired"}),
    staging=frozenset({"NoAutoUpgrade", "OnceCurrentVersionExpired"}),
    prod=frozenset({"NoAutoUpgrade"}),
    choices=("NoAutoUpgrade", "OnceCurrentVersionExpired", "OnceNewDefaultVersionAvailable"),
)

RETAINED_SHARE: Final[Param[float]] = Param.everywhere(
    "retainedShare", "Share of the stable deployment's capacity that its way back has.", 0.5
)

REHEARSAL_DAYS: Final[Param[float]] = Param.everywhere(
    "rehearsalDays", "Days that a rehearsed rollback counts.", 90.0
)
ROLLBACK_MINUTES: Final[Param[float]] = Param.everywhere(
    "rollbackMinutes", "Minutes that a rollback may take.", 15.0
)

PLAN_DAYS: Final[Param[float]] = Param.everywhere(
    "planDays", "Days that a review of the capacity plan counts.", 90.0
)
DEMAND_DAYS: Final[Param[float]] = Param.everywhere(
    "demandDays", "Days that a forecast of a route's demand counts.", 90.0
)
GROWTH_MONTHS: Final[Param[float]] = Param.everywhere(
    "growthMonths", "Months that such a forecast looks ahead, at least.", 3.0
)
