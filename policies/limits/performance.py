"""How fast, under what load, on how much capacity, and which SKUs."""

from typing import Final, get_args

from components.catalog import PROVISIONED_SKUS, BatchSku, StandardSku
from policies.rule import Param

P95_MS: Final[Param[float]] = Param.everywhere(
    "maxMs",
    "What the 95th percentile of latency must be under, in ms; the 99th may be twice that.",
    3000.0,
)
ERROR_RATE: Final[Param[float]] = Param.everywhere(
    "errorRate", "Share of calls that may fail under load, at most.", 0.01
)
THROTTLED_SHARE: Final[Param[float]] = Param.everywhere(
    "throttledShare", "Share of calls that may be refused with 429 under load, at most.", 0.01
)

LOAD_TEST_DAYS: Final[Param[float]] = Param.everywhere(
    "loadTestDays", "Days that a load test counts.", 30.0
)
DURATION_MIN: Final[Param[float]] = Param.everywhere(
    "durationMin", "Minutes that a load test lasts, at least.", 15.0
)
ACHIEVED_SHARE: Final[Param[float]] = Param.everywhere(
    "achievedShare", "Share of the wanted rate that a load test reaches, at least.", 0.95
)

HEADROOM: Final[Param[float]] = Param.everywhere(
    "headroom", "How many times the peak a deployment must carry.", 1.2
)

_STANDARD: Final = frozenset(get_args(StandardSku))
_BATCH: Final = frozenset(get_args(BatchSku))

SKUS: Final[Param[frozenset[str]]] = Param(
    "skus",
    "What sku.name may say.",
    dev=_STANDARD | _BATCH | {"DeveloperTier"},
    staging=_STANDARD | _BATCH | PROVISIONED_SKUS,
    prod=_STANDARD | PROVISIONED_SKUS,
    choices=tuple(sorted(_STANDARD | _BATCH | PROVISIONED_SKUS | {"DeveloperTier"})),
)
CAPACITY: Final[Param[float]] = Param(
    "capacity",
    "Units of capacity that one deployment may have, at most.",
    dev=200.0,
    staging=1000.0,
    prod=10000.0,
)
PROVISIONED_CAPACITY: Final[Param[float]] = Param(
    "provisionedCapacity",
    "Provisioned throughput units, billed by the hour, that one deployment may have, at most.",
    dev=50.0,
    staging=100.0,
    prod=1000.0,
)
