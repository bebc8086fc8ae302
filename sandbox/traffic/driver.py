"""Drives synthetic traffic through the deployments, and the clock with it."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Any, Final

from sandbox import passing
from sandbox.around import Around
from sandbox.clock import stamp
from sandbox.dataplane.synthetic import Outcome, Synthetic, Thought, Trouble
from sandbox.store import Stored
from sandbox.telemetry import ingestion
from sandbox.telemetry.envelopes import Row
from sandbox.telemetry.metrics import MINUTE, floor
from sandbox.traffic import spans
from sandbox.traffic.targets import Target, target
from sandbox.traffic.wanted import TrafficWanted

MOST_AT_ONCE: Final = 2000
"""Requests of one call: a caller comes back for the rest, and sees how far it is."""

NOBODY: Final = "synthetic"
"""Who asks, as the logs and the page have it."""

BREATH: Final = 50
"""Requests after which others have their turn."""


Sent = tuple[Stored, Row, datetime]
"""Telemetry, where it goes, and when it arrives."""


@dataclass
class Tally:
    """What came of some traffic."""

    requests: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    classes: Counter[str] = field(default_factory=Counter)
    served: Counter[str] = field(default_factory=Counter)
    variants: Counter[str] = field(default_factory=Counter)
    spilled: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0

    def add(self, account: str, variant: str, outcome: Outcome) -> None:
        self.requests += 1
        self.statuses[str(outcome.status)] += 1
        self.spilled += bool(outcome.spilled_from) and outcome.status == 200
        self.prompt_tokens += outcome.prompt
        self.completion_tokens += outcome.completion
        if failed := spans.error_class(outcome):
            self.classes[failed] += 1
        else:
            self.served[f"{account}/{outcome.deployment}"] += 1
        if variant:
            self.variants[variant] += 1

    def shown(self) -> dict[str, Any]:
        return {
            "requests": self.requests,
            "statuses": dict(sorted(self.statuses.items())),
            "error_classes": dict(sorted(self.classes.items())),
            "served_by": dict(sorted(self.served.items())),
            "variants": dict(sorted(self.variants.items())),
            "spilled": self.spilled,
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.completion_tokens,
        }


class Driver:
    """One traffic at a time: two would put the clock forward for each other."""

    def __init__(self, around: Around, synthetic: Synthetic) -> None:
        self._around = around
        self._synthetic = synthetic
        self._busy = asyncio.Lock()

    async def drive(self, wanted: TrafficWanted) -> dict[str, Any]:
        """As much of the traffic as one call takes: what came of it, and how much is left.

        Raises:
            NoTarget: nobody is there to be asked.
        """
        async with self._busy:
            aims = target(self._around.store, self._synthetic.accounts, wanted)
            aims("user-0")
            if wanted.dry_run:
                return {**wanted.figures(), "left_minutes": wanted.minutes}
            before = self._alerts()
            tally, start = Tally(), self._around.clock.now()
            until = start + timedelta(minutes=wanted.minutes)
            reached = await self._through(wanted, aims, start, until, tally)
            await self._pass_to(reached)
            left = max(0.0, (until - reached) / MINUTE)
            return {
                **tally.shown(),
                "from": stamp(start),
                "until": stamp(reached),
                "alerts": self._alerts() - before,
                "left_minutes": left if reached < until else 0,
            }

    async def _through(
        self,
        wanted: TrafficWanted,
        aims: Target,
        start: datetime,
        until: datetime,
        tally: Tally,
    ) -> datetime:
        """Every arrival up to the end, or up to as many as one call takes; the time reached."""
        dice = random.Random(f"{wanted.seed}/{stamp(start)}")
        homes = cache(partial(spans.component, self._around.store))
        at, looked = start, floor(start, MINUTE)
        # Half a gap before the first and after the last, so that what is cut in two adds up.
        half = timedelta(seconds=0.5 / wanted.rps if wanted.arrivals == "constant" else 0)
        at -= half
        seen: list[Sent] = []
        while tally.requests < MOST_AT_ONCE:
            gap = dice.expovariate(wanted.rps) if wanted.arrivals == "poisson" else 1 / wanted.rps
            at += timedelta(seconds=gap)
            if at >= until:
                at = until
                break
            self._around.clock.advance(max(timedelta(), at - self._around.clock.now()))
            seen += self._one(wanted, aims, homes, at, dice, tally)
            if tally.requests % BREATH == 0:
                await asyncio.sleep(0)
            if floor(at, MINUTE) > looked:
                looked = floor(at, MINUTE)
                self._keep(seen)
                seen = []
                await passing.happen(self._around)
        self._keep(seen)
        return min(at + half, until)

    def _one(
        self,
        wanted: TrafficWanted,
        aims: Target,
        homes: Callable[[str], Stored | None],
        at: datetime,
        dice: random.Random,
        tally: Tally,
    ) -> list[Sent]:
        user = f"user-{dice.randrange(wanted.users)}"
        aim = aims(user)
        thought = Thought(
            account=aim.account,
            deployment=aim.deployment,
            at=at,
            prompt=_about(wanted.prompt_tokens, dice),
            completion=_about(wanted.completion_tokens, dice),
            trouble=_trouble(wanted, dice),
            principal=NOBODY,
        )
        outcome = self._synthetic.ask(thought, dice)
        tally.add(aim.account.subdomain, aim.variant, outcome)
        home = homes(aim.account.id) if wanted.spans else None
        if home is None:
            return []
        # A span bears the time at which its call began, and is written when that is over.
        over = at + timedelta(milliseconds=outcome.ttlt_ms)
        rows = spans.rows(aim, outcome, user, at, wanted.route or "")
        return [(home, row, over) for row in rows]

    def _keep(self, seen: list[Sent]) -> None:
        with self._around.store.transaction():
            for home, row, received in seen:
                ingestion.insert(self._around.store, home, row, row.at, received)

    async def _pass_to(self, moment: datetime) -> None:
        self._around.clock.advance(max(timedelta(), moment - self._around.clock.now()))
        await passing.happen(self._around)

    def _alerts(self) -> int:
        return int(self._around.store.execute("SELECT count(*) FROM alerts")[0][0])


def _about(tokens: int, dice: random.Random) -> int:
    """Some requests are longer than others: a fifth either way."""
    return max(0 if tokens == 0 else 1, round(tokens * dice.uniform(0.8, 1.2)))


def _trouble(wanted: TrafficWanted, dice: random.Random) -> Trouble:
    luck = dice.random()
    for name, share in wanted.errors.items():
        if luck < share:
            return name
        luck -= share
    return ""
