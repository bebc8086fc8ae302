"""Sends each call when it is due, whatever became of those before."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from scripts.load.call import Answer, Call

Clock = Callable[[], float]
"""Seconds since the run began."""

Ask = Callable[[int, Clock], Awaitable[Answer]]
"""Asks for real; the number of the call, from 0, says which prompt."""


STOPPED_S: Final = 5.0
"""What calls under way have to end in once somebody has stopped the run."""


@dataclass(frozen=True)
class Share:
    """The calls of one among several processes that send a run together: every `of`-th."""

    first: int
    of: int


ALL: Final = Share(0, 1)


async def run(
    arrivals: Sequence[float],
    ask: Ask,
    *,
    most_in_flight: int,
    grace_s: float,
    stop: asyncio.Event,
    tell: Callable[[Call], object] = lambda call: None,
    share: Share = ALL,
) -> list[Call]:
    """Every call that was due before `stop`, in the order of their arrival.

    What is under way when the last was sent has `grace_s` to end, or less if it is stopped. An
    exception of `ask` is a fault of ours and ends the run.
    """
    loop = asyncio.get_running_loop()
    start = loop.time()

    def clock() -> float:
        return loop.time() - start

    mine = range(share.first, len(arrivals), share.of)
    calls: dict[int, Call] = {}
    under_way: dict[asyncio.Task[None], int] = {}
    sent_at: dict[int, float] = {}
    failures: list[BaseException] = []

    async def one(number: int) -> None:
        sent_at[number] = sent = clock()
        answer = await ask(number, clock)
        ended = clock()
        keep(number, sent, ended, answer)

    def keep(
        number: int, sent: float | None, ended: float | None = None, answer: Answer | None = None
    ) -> None:
        calls[number] = Call(
            number=number,
            intended_s=arrivals[number],
            sent_s=sent,
            ended_s=ended,
            answer=answer,
        )
        tell(calls[number])

    def ended(task: asyncio.Task[None]) -> None:
        del under_way[task]
        if not task.cancelled() and (error := task.exception()):
            failures.append(error)
            stop.set()

    for number in mine:
        if await _stopped_before(start + arrivals[number], stop):
            break
        if len(under_way) >= most_in_flight:
            keep(number, None)
        else:
            task = asyncio.create_task(one(number))
            under_way[task] = number
            task.add_done_callback(ended)

    await _drained(set(under_way), stop, grace_s)
    left = dict(under_way)
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
    if failures:
        raise failures[0]
    for number in left.values():
        if number not in calls:
            keep(number, sent_at.get(number, arrivals[number]))
    return [calls[number] for number in sorted(calls)]


async def _drained(under_way: set[asyncio.Task[None]], stop: asyncio.Event, grace_s: float) -> None:
    if not under_way:
        return
    ending = asyncio.create_task(asyncio.wait(under_way))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({ending, stopping}, timeout=grace_s, return_when=asyncio.FIRST_COMPLETED)
    if stop.is_set():
        await asyncio.wait({ending}, timeout=min(grace_s, STOPPED_S))
    for task in (ending, stopping):
        task.cancel()


async def _stopped_before(due: float, stop: asyncio.Event) -> bool:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout_at(due):
            await stop.wait()
    return stop.is_set()
