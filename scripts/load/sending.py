"""Sends a run's calls, or one process's share of them, and tells each as it ends."""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from scripts.load import connections, open_loop, wire
from scripts.load.brakes import Stop
from scripts.load.call import Call
from scripts.load.fresh_token import FreshToken
from scripts.load.open_loop import Share
from scripts.load.prompts import Prompts
from scripts.load.scenario import Scenario
from scripts.load.wire import Target

GRACE_S: Final = 5.0
"""What a call may take beyond its time, to be told that it took too long."""


@dataclass(frozen=True, kw_only=True)
class Work:
    """What is asked of whom."""

    scenario: Scenario
    target: Target


def send(
    work: Work,
    token: Callable[[], str],
    stop: Stop,
    tell: Callable[[Call], object],
    share: Share = open_loop.ALL,
) -> None:
    """Returns when every call has ended, or soon after `stop` was pulled, by any thread."""
    asyncio.run(_send(work, FreshToken(token), stop, tell, share))


async def _send(
    work: Work, token: FreshToken, stop: Stop, tell: Callable[[Call], object], share: Share
) -> None:
    scenario = work.scenario
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()

    def hear() -> None:
        with contextlib.suppress(RuntimeError):  # the run has ended by itself meanwhile
            loop.call_soon_threadsafe(stopped.set)

    stop.heard_by(hear)
    prompts = Prompts(scenario)
    async with connections.connections(work.target.endpoint) as web, token.kept():
        await open_loop.run(
            scenario.due(),
            lambda number, clock: wire.ask(web, work.target, prompts[number], token, clock),
            most_in_flight=max(scenario.in_flight // share.of, 1),
            grace_s=scenario.timeout_s + GRACE_S,
            stop=stopped,
            tell=tell,
            share=share,
        )
