"""One load run from its first call to its verdict, and what is kept of it."""

import asyncio
import json
import secrets
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from components.catalog import PROVISIONED_SKUS
from components.sections import ObjectiveSettings
from scripts.load import connections, open_loop, wire
from scripts.load.arrivals import drawn
from scripts.load.call import Call
from scripts.load.live import Live
from scripts.load.page import page
from scripts.load.prompts import bodies
from scripts.load.report import Report
from scripts.load.scenario import Scenario
from scripts.load.series import slices
from scripts.load.summary import summarise
from scripts.load.verdict import Objectives, judge
from scripts.load.wire import Target
from scripts.stack_outputs import StackOutputs

HOPELESS_AFTER: Final = 60
"""Calls, of which more than half went wrong: nothing is learned from going on."""


def measure(
    wanted: Scenario,
    stack: str,
    name: str,
    promised: ObjectiveSettings,
    outputs: StackOutputs,
    token: Callable[[], str],
) -> tuple[Report, Sequence[Call]]:
    """Asks `account/deployment` as a scenario says, and judges what came of it."""
    account, _, deployment = name.partition("/")
    held = outputs.accounts[account].deployments[deployment]
    target = Target(
        endpoint=outputs.accounts[account].endpoint,
        deployment=deployment,
        tokens_per_minute=None if held.sku in PROVISIONED_SKUS else 1000 * held.capacity,
    )
    arrivals = drawn(
        wanted.arrivals, wanted.calls_per_second, wanted.duration_s, wanted.seed, wanted.replay
    )
    began_at = datetime.now(UTC)
    calls, partial = asyncio.run(_ask(wanted, target, arrivals, token))
    judged_by = Objectives(
        latency_ms=promised.p95_latency_ms,
        error_share=promised.error_rate,
        throttled_share=promised.error_rate,
    )
    last = calls[-1].intended_s if calls and partial else wanted.duration_s
    summary = summarise(
        calls,
        from_s=wanted.warm_up_s,
        until_s=max(last, wanted.warm_up_s),
        objective_ms=judged_by.latency_ms,
    )
    code, reasons = judge(summary, judged_by, partial=partial)
    report = Report(
        run_id=f"{began_at:%Y%m%d-%H%M%S}-load-{secrets.token_hex(2)}",
        began_at=began_at,
        stack=stack,
        deployment=name,
        scenario=wanted,
        partial=partial,
        summary=summary,
        wanted=judged_by,
        code=code,
        reasons=reasons,
        series=slices(calls, wanted.duration_s),
    )
    return report, calls


async def _ask(
    wanted: Scenario, target: Target, arrivals: Sequence[float], token: Callable[[], str]
) -> tuple[list[Call], bool]:
    """Every call, and whether the run was cut off."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for signum in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(signum, stop.set)
    asked = bodies(wanted, len(arrivals))

    async with connections.connections(wanted.timeout_s) as lending:
        with Live(len(arrivals), shown=sys.stderr.isatty()) as live:

            def tell(call: Call) -> None:
                live.count(call)
                if live.ended >= HOPELESS_AFTER and 2 * live.bad > live.ended:
                    stop.set()

            calls = await open_loop.run(
                arrivals,
                lambda number, clock: wire.ask(lending, target, asked[number], token, clock),
                most_in_flight=wanted.in_flight,
                grace_s=wanted.timeout_s,
                stop=stop,
                tell=tell,
            )
    return calls, stop.is_set()


def keep(folder: Path, report: Report, calls: Sequence[Call]) -> None:
    """Writes all that the numbers were made from, so that they can be made again."""
    folder.mkdir(parents=True)
    with (folder / "calls.jsonl").open("w", encoding="utf-8") as file:
        for call in calls:
            file.write(json.dumps(asdict(call)) + "\n")
    (folder / "report.json").write_text(json.dumps(report.as_json(), indent=2) + "\n", "utf-8")
    (folder / "report.html").write_text(page(report), "utf-8")
