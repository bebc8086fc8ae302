"""How old evidence is, and how old it may become."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from components.evidence_kinds import KINDS, part_of
from components.profiles import Profile
from policies.limits import business, operations, performance, quality
from policies.rule import Param

ATTESTATION_DAYS: Final[Param[float]] = Param.everywhere(
    "attestationDays", "Days that what somebody vouches for counts; no rule judges by it.", 180.0
)

DAYS: Final[Mapping[str, Param[float]]] = {
    "evaluation": quality.EVALUATION_DAYS,
    "humanReview": quality.REVIEW_DAYS,
    "loadTest": performance.LOAD_TEST_DAYS,
    "demand": operations.DEMAND_DAYS,
    "rollback": operations.REHEARSAL_DAYS,
    "capacityPlan": operations.PLAN_DAYS,
    "approval": business.APPROVAL_DAYS,
    "cost": business.FORECAST_DAYS,
    "attestation": ATTESTATION_DAYS,
}


def days(kind: str, profile: Profile) -> float:
    """How many days a kind counts, where no policy configuration says otherwise."""
    return DAYS[kind].default(profile)


def age(entry: Mapping[str, Any], now: datetime) -> timedelta | None:
    """How long ago what an entry says was true; None where it names no time."""
    kind = KINDS.get(str(entry.get("kind")))
    try:
        return now - datetime.fromisoformat(
            str(part_of(entry, kind.dated if kind else "measuredAt"))
        )
    except (ValueError, TypeError):
        return None
