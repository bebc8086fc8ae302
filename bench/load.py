"""How true `plumb load` is, and how much one core of it sends."""

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from aiohttp import ClientSession

from bench import dataplane
from bench.known_latency import delays
from bench.row import Row
from components.stack_file import ROOT
from scripts.load import open_loop, wire
from scripts.load.arrivals import constant
from scripts.load.call import Answer, Call
from scripts.load.connections import connections
from scripts.measure.percentiles import percentile

A_SECOND: Final = 200.0
SECONDS: Final = 30.0
STANDING_STILL_S: Final = 60.0
"""How long a run with a standstill takes."""
FROZEN_S: Final = 3.0
CLOSED: Final = 40
"""Clients that each wait for their answer, for comparison: enough for the same calls a second."""
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
    web: ClientSession,
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


async def closed(target: wire.Target, seconds: float) -> list[float]:
    """Latencies in ms, as clients see them that ask again only when they were answered."""
    clock = asyncio.get_running_loop().time
    until = clock() + seconds
    took: list[float] = []

    async def one(web: ClientSession) -> None:
        while clock() < until:
            began = clock()
            await wire.ask(web, target, BODY, lambda: "x", clock)
            took.append(1000 * (clock() - began))
            await asyncio.sleep(max(CLOSED / A_SECOND - (clock() - began), 0))

    async with connections(target.endpoint) as web:
        await asyncio.gather(*(one(web) for _ in range(CLOSED)))
    return took


def locust(target: wire.Target, seconds: float, **told: Any) -> dict[str, Any]:
    """What users of Locust's own measure, who ask again only when they were answered too."""
    place = target.url.partition("/openai/")
    account = urlsplit(place[0])
    environment = {
        "BENCH_HOST": f"{account.scheme}://{account.netloc}",
        "BENCH_PATH": f"{account.path}/openai/{place[2]}",
        "BENCH_SECONDS": json.dumps(seconds),
        **{f"BENCH_{name.upper()}": json.dumps(value) for name, value in told.items()},
    }
    done = subprocess.run(
        [sys.executable, "-m", "bench.locust_user"],
        cwd=ROOT,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    if said["failed"] or not said["took_ms"]:
        raise SystemExit(f"Locust's users were not answered: {said['failed']}")
    return said


async def latencies(target: wire.Target, seconds: float) -> list[float]:
    """In ms, as `plumb load` measures them."""
    async with connections(target.endpoint) as web:
        calls = await opened(web, target, constant(A_SECOND, seconds), BODY)
    return [call.latency_ms for call in calls if _good(call.answer) and call.latency_ms is not None]


def _good(answer: Answer | None) -> bool:
    return answer is not None and answer.outcome == "ok"


def rows(folder: Path) -> Iterator[Row]:
    """Accuracy, what a standstill shows, and throughput, each beside the usual ways to measure."""
    measured = _three_ways(0.0, SECONDS)
    truth = [1000 * seconds for seconds in islice(delays(), int(A_SECOND * SECONDS))]
    told, off = [], []
    for name, share in SHARES.items():
        here, there = percentile(measured.ours, share).value, percentile(truth, share).value
        told.append(f"{name} {here:.1f} for {there:.1f} ms")
        off.append(abs(here - there) <= max(0.02 * there, 5.0))
    locusts, closeds = (
        ", ".join(f"{percentile(each, share).value:.1f}" for share in SHARES.values())
        for each in (measured.locust, measured.closed)
    )
    yield Row(
        what=f"`plumb load` at {A_SECOND:.0f} a second, of a server whose latencies are known",
        figure=f"{', '.join(told)}; Locust's users say {locusts}, a closed loop {closeds}",
        budget="2 % or 5 ms",
        kept=all(off) and len(measured.ours) == A_SECOND * SECONDS,
    )

    measured = _three_ways(FROZEN_S, STANDING_STILL_S)
    truth_s = standstill_p99_s()
    ours, locusts_s, closed_s = (
        percentile(each, 0.99).value / 1000
        for each in (measured.ours, measured.locust, measured.closed)
    )
    yield Row(
        what=f"p99 of {STANDING_STILL_S:.0f} s, {FROZEN_S:.0f} s of which the server stands still",
        figure=f"{ours:.2f} s; "
        f"Locust's users say {locusts_s:.2f} s, a closed loop {closed_s:.2f} s",
        budget=f"{truth_s:.2f} s, give or take 0.2 s",
        kept=abs(ours - truth_s) <= 0.2,
    )

    with dataplane.sandbox(folder) as running:
        ours, locusts_a_core = _a_core(running)
    yield Row(
        what="calls that one core of `plumb load` sends, by its processor time",
        figure=f"{ours:,.0f} a second; Locust's users {locusts_a_core:,.0f}",
        budget=f"{A_CORE:.0f} a second",
        kept=ours >= A_CORE,
    )


def standstill_p99_s() -> float:
    """What p99 is in truth, of calls at even distances over a run with one standstill.

    A call is answered when its own delay is over, or, if that falls into the standstill, at the
    standstill's end. So it takes FROZEN_S - u + d, where d is its delay and u, how far into the
    standstill that was, lies anywhere from 0 to FROZEN_S. Those that take longer than w are a share
    of (FROZEN_S + mean of d - w) / STANDING_STILL_S of all; for p99 that share is 0.01.
    """
    some = list(islice(delays(), 100_000))
    return FROZEN_S + sum(some) / len(some) - 0.01 * STANDING_STILL_S


@dataclass(frozen=True)
class Measured:
    """Latencies in ms of the same server, measured three ways."""

    ours: list[float]
    locust: list[float]
    closed: list[float]


def _three_ways(frozen_s: float, seconds: float) -> Measured:
    with server(frozen_s) as target:
        ours = asyncio.run(latencies(target, seconds))
    with server(frozen_s) as target:
        told = {"body": BODY, "users": CLOSED, "a_second": A_SECOND}
        locusts = locust(target, seconds, **told)["took_ms"]
    with server(frozen_s) as target:
        waited = asyncio.run(closed(target, seconds))
    return Measured(ours, locusts, waited)


def _a_core(running: dataplane.Sandbox) -> tuple[float, float]:
    """Calls for each second of processor time: of `plumb load`, and of Locust's users."""
    running.set(rate_limits=False)
    token = running.token("https://cognitiveservices.azure.com", "cora-app")
    target = wire.Target(
        endpoint=f"https://127.0.0.1:{running.port}/acct/bench",
        deployment="chat",
        tokens_per_minute=None,
    )
    body = {**BODY, "max_completion_tokens": 20}
    ours = asyncio.run(_ours_a_core(running, target, body, token))
    os.environ["BENCH_TOKEN"] = token
    told = {"body": {**body, "model": "chat"}, "users": 40, "a_second": 400.0}
    theirs = locust(target, 10.0, **told)
    return ours, len(theirs["took_ms"]) / theirs["cpu_s"]


async def _ours_a_core(
    running: dataplane.Sandbox, target: wire.Target, body: dict[str, Any], token: str
) -> float:
    async with connections(target.endpoint, running.context) as web:
        await opened(web, target, constant(200.0, 1.0), body, token)
        began = time.process_time()
        calls = await opened(web, target, constant(400.0, 10.0), body, token)
        took = time.process_time() - began
    if not all(_good(call.answer) for call in calls):
        raise SystemExit("the sandbox did not answer every call")
    return len(calls) / took
