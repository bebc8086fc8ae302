"""How long logs are kept, and what alerts must notice."""

from typing import Final

from policies.rule import Param

RETENTION_DAYS: Final = Param(
    "retentionDays",
    "Days that a log workspace keeps what it is sent, at least.",
    dev=30.0,
    staging=60.0,
    prod=90.0,
)

OBJECTIVE_MS: Final = Param(
    "objectiveMs",
    "The p95 latency that is promised, in milliseconds; an alert fires no later.",
    dev=3000.0,
    staging=3000.0,
    prod=3000.0,
)

UTILISATION_PERCENT: Final = Param(
    "utilisationPercent",
    "How full provisioned throughput may be before an alert fires, in percent.",
    dev=90.0,
    staging=90.0,
    prod=90.0,
)

MILDEST_SEVERITY: Final = Param(
    "mildestSeverity",
    "The mildest severity that still reaches the person on call: 0 is critical, 4 is verbose.",
    dev=2.0,
    staging=2.0,
    prod=2.0,
)
