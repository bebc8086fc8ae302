"""The production-readiness checklist: its items, and the rules that stand for each."""

from collections.abc import Iterable, Mapping
from typing import Final, Literal

from policies.rule import Category

Status = Literal["failed", "couldNotTell", "waived", "passed", "notApplicable"]
WORST_FIRST: Final[tuple[Status, ...]] = (
    "failed",
    "couldNotTell",
    "waived",
    "passed",
    "notApplicable",
)

ITEMS: Final[dict[Category, dict[str, tuple[int, ...]]]] = {
    # What judges numbers stands with the rule that they be there: no data is no pass.
    "quality": {
        "scores over threshold": (1, 2, 3, 5, 6, 7),
        "human review": (1, 2, 6),
        "edge cases": (1, 4),
        "evidence honest": (8,),
    },
    "performance": {
        "p95 within the objective": (9, 10),
        "load tested": (9, 11),
        "capacity with headroom": (12, 13, 14),
    },
    "security": {
        "authentication": (15, 18, 19, 24, 30),
        "content filters": (25, 26, 7),
        "network": (16, 17, 20),
        "least privilege": (22, 23),
        "data protection": (20, 28, 46, 49, 50),
        "models": (21, 27),
    },
    "observability": {
        "logging": (32, 33),
        "metrics": (32,),
        "alerts": (34, 35, 36, 37),
        "dashboards": (38,),
        "tracing": (29, 31),
    },
    "operations": {
        "runbook": (43,),
        "rollback tested": (41, 42),
        "on call": (44, 37),
        "capacity plan": (45, 12),
        "stable names, versions, protection": (39, 40, 46),
    },
    "business": {"approvals": (47,), "cost budget": (48,), "success metrics": (47,)},
}


def filled_in(statuses: Mapping[int, Status]) -> dict[Category, dict[str, Status]]:
    """Each item's status, by rule number; an item no rule of which was asked is left out."""
    return {
        category: found
        for category, items in ITEMS.items()
        if (
            found := {
                item: worst(statuses[number] for number in numbers if number in statuses)
                for item, numbers in items.items()
                if any(number in statuses for number in numbers)
            }
        )
    }


def worst(statuses: Iterable[Status]) -> Status:
    return min(statuses, key=WORST_FIRST.index)
