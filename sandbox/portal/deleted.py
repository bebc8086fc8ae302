"""What is deleted and not yet gone: until when it can be restored, and what it still holds."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sandbox.arm.cognitiveservices import names, quota
from sandbox.clock import moment
from sandbox.ids import parent_of, parse, segment
from sandbox.store import Stored


@dataclass(frozen=True, kw_only=True)
class Deleted:
    id: str
    name: str
    type: str
    group: str
    location: str
    left: timedelta
    """Until it is purged."""
    beneath: int
    """What comes back with it."""
    holds: tuple[str, ...]
    """Quota that is free only once it is purged."""


def deleted(rows: Iterable[Stored], now: datetime) -> list[Deleted]:
    """The tops of what was deleted; what goes first comes first."""
    gone = {each.id.lower(): each for each in rows}
    tops = [each for id, each in gone.items() if parent_of(id) not in gone and each.purge_at]
    found = []
    for each in tops:
        beneath = [other for id, other in gone.items() if id.startswith(each.id.lower() + "/")]
        held = quota.used(other.body for other in beneath if other.type == names.DEPLOYMENT)
        parsed = parse(each.id)
        found.append(
            Deleted(
                id=each.id,
                name=parsed.name if parsed else each.id.rpartition("/")[2],
                type=each.type,
                group=segment(each.id, "resourceGroups"),
                location=str(each.body.get("location") or ""),
                left=moment(each.purge_at or "") - now,
                beneath=len(beneath),
                holds=tuple(f"{n:,} of {quota.label(usage)}" for usage, n in held.items()),
            )
        )
    return sorted(found, key=lambda each: each.left)
