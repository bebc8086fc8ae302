"""What happens while time passes, and how much of it."""

import asyncio
from collections.abc import Mapping
from typing import Any

from sandbox.arm.frame import settle
from sandbox.around import Around
from sandbox.clock import Clock, stamp
from sandbox.faults import Faults
from sandbox.store import Store

CLOCK_SETTING = "clock"

COUNTED = {
    "finished": "SELECT count(*) FROM operations WHERE status = 'Succeeded'",
    "failed": "SELECT count(*) FROM operations WHERE status = 'Failed'",
    "purged": "SELECT -count(*) FROM resources WHERE purge_at IS NOT NULL "
    "AND type_lc = 'microsoft.cognitiveservices/accounts'",
    "alerts": "SELECT count(*) FROM alerts",
}
"""Each only grows as time passes."""


async def happen(around: Around) -> None:
    """What has fallen due by the time it is. The clock's own state is kept as well."""
    around.store.set_setting(CLOCK_SETTING, around.clock.state())
    settle(around)
    around.flush()
    for look in around.after_time:
        await asyncio.to_thread(look)


def standing(store: Store) -> dict[str, int]:
    """How far things are."""
    counts = {name: int(store.execute(sql)[0][0]) for name, sql in COUNTED.items()}
    return {**counts, "faults": -len(Faults(store).all())}


def between(before: Mapping[str, int], after: Mapping[str, int]) -> dict[str, int]:
    """What fell due between two moments."""
    return {name: after[name] - before[name] for name in after}


def shown(clock: Clock) -> dict[str, Any]:
    """What time it is, and at which rate it passes; 0 stands still."""
    return {"now": stamp(clock.now()), "rate": clock.rate}
