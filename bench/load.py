"""How true `plumb load` is, and how much one core of it sends."""

import asyncio
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, Final

import httpx2

from bench import dataplane
from bench.known_latency import delays
from bench.row import Row
from components.stack_file import ROOT
from scripts.load import open_loop, wire
from scripts.load.arrivals import constant
from scripts.load.call import Answer, Call
from scripts.load.connections import Connections, connections
from scripts.measure.percentiles import percentile

A_SECOND: Final = 200.0
SECONDS: Final = 30.0
FROZEN_S: Final = 3.0
CLOSED: Final = 20
"""Clients that each wait for their answer, for comparison."""
A_CORE: Final = 500.0
SHARES: Final = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
BODY: Final = {"messages": [{"role": "user", "content": "Where is my delivery?"}]}


@contextmanager
def server(frozen_s: float) -> Iterator[wire.Target]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "bench.known_latency", str(port), str(frozen_s)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
    try:
        assert process.stdout
        process.stdout.readline()
        endpoint = f"http://127.0.0.1:{port}"
        yield wire.Target(endpoint=endpoint, deployment="known", tokens_per_minute=None)
    finally:
        process.terminate()
        process.wait()


async def opened(
    web: Connections,
    target: wire.Target,
    arrivals: Sequence[float],
    body: dict[str, Any],
    token: str = "x",
) -> list[Call]:
    def ask(number: int, clock: open_loop.Clock) -> Any:
        return wire.ask(web, target, body, lambda: token, clock)

    return await open_loop.run(
        arrivals, ask, most_in_flight=10_000, grace_s=60.0, stop=asyncio.Event()
    )


async def closed(web: Connections, target: wire.Target, seconds: float) -> list[float]:
    """Latencies in ms, as clients see them that ask again only when they were answered."""
    clock = asyncio.get_running_loop().time
    until = clock() + seconds
    took: list[float] = []

    async def one() -> None:
        while clock() < until:
            began = clock()
            await wire.ask(web, target, BODY, lambda: "x", clock)
            took.append(1000 * (clock() - began))

    await asyncio.gather(*(one() for _ in range(CLOSED)))
    return took


async def latencies(target: wire.Target) -> list[float]:
    async with connections() as web:
        calls = await opened(web, target, constant(A_SECOND, SECONDS), BODY)
    return [call.latency_ms for call in calls if _good(call.answer) and call.latency_ms is not None]


def _good(answer: Answer | None) -> bool:
    return answer is not None and answer.outcome == "ok"


def rows(folder: Path) -> Iterator[Row]:
    """Accuracy, what a standstill shows, and throughput."""
    with server(0.0) as target:
        measured = asyncio.run(latencies(target))
    truth = [1000 * seconds for seconds in islice(delays(), len(measured))]
    told, off = [], []
    for name, share in SHARES.items():
        here, there = percentile(measured, share).value, percentile(truth, share).value
        told.append(f"{name} {here:.1f} for {there:.1f} ms")
        off.append(abs(here - there) <= max(0.02 * there, 5.0))
    yield Row(
        what=f"`plumb load` at {A_SECOND:.0f} a second, of a server whose latencies are known",
        figure=", ".join(told),
        budget="2 % or 5 ms",
        kept=all(off) and len(measured) == A_SECOND * SECONDS,
    )

    with server(FROZEN_S) as target:
        measured = asyncio.run(latencies(target))
    with server(FROZEN_S) as target:
        waited = asyncio.run(_closed_loop(target))
    # Of those who call while it stands still, the last wait least: all wait from 0 to FROZEN_S.
    truth_s = FROZEN_S - 0.01 * SECONDS
    open_s, closed_s = (percentile(each, 0.99).value / 1000 for each in (measured, waited))
    yield Row(
        what=f"p99 of {SECONDS:.0f} s in which the server stands still for {FROZEN_S:.0f} s",
        figure=f"{open_s:.2f} s; {CLOSED} clients in a closed loop say {closed_s:.2f} s",
        budget=f"about {truth_s:.1f} s",
        kept=abs(open_s - truth_s) <= 0.1 * truth_s,
    )

    with dataplane.sandbox(folder) as running:
        a_core = asyncio.run(_a_core(running))
    yield Row(
        what="calls that one core of `plumb load` sends, by its processor time",
        figure=f"{a_core:,.0f} a second",
        budget=f"{A_CORE:.0f} a second",
        kept=a_core >= A_CORE,
    )


async def _closed_loop(target: wire.Target) -> list[float]:
    async with connections() as web:
        return await closed(web, target, SECONDS)


async def _a_core(running: dataplane.Sandbox) -> float:
    running.set(rate_limits=False)
    token = running.token("https://cognitiveservices.azure.com", "cora-app")
    target = wire.Target(
        endpoint=f"https://127.0.0.1:{running.port}/acct/bench",
        deployment="chat",
        tokens_per_minute=None,
    )
    body = {**BODY, "max_completion_tokens": 20}
    async with Connections(lambda: httpx2.AsyncClient(verify=running.context)) as web:
        await opened(web, target, constant(200.0, 1.0), body, token)
        began = time.process_time()
        calls = await opened(web, target, constant(400.0, 10.0), body, token)
        took = time.process_time() - began
    if not all(_good(call.answer) for call in calls):
        raise SystemExit("the sandbox did not answer every call")
    return len(calls) / took
