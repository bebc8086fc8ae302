"""One load run from its first call to its verdict, and what is kept of it."""

import json
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from scripts.load import calls_file, run
from scripts.load.brakes import Brakes, Stop
from scripts.load.call import Call
from scripts.load.live import Live
from scripts.load.page import page
from scripts.load.report import Report, report
from scripts.load.run import Run

Send = Callable[[Stop, Callable[[Call], object]], None]
"""Sends all calls of a run and tells each; it ends soon after the stop was pulled."""

NEVER_S: Final = threading.TIMEOUT_MAX


@dataclass
class Limits:
    """What a run may cost and take; the stages of a sweep share them."""

    most_cost: float | None = None
    ends_at: float | None = None
    """On the monotonic clock."""

    @classmethod
    def of(cls, most_cost: float | None, deadline_s: float | None) -> Self:
        """From now on."""
        return cls(most_cost, None if deadline_s is None else time.monotonic() + deadline_s)


def measure(began: Run, folder: Path, send: Send, limits: Limits) -> Report:
    """Sends a run's calls, keeps each as it ends, and judges what came of them."""
    run.write(folder, began)
    stop = Stop()
    brakes = Brakes(stop, began.price, limits.most_cost)
    calls: list[Call] = []
    with (
        calls_file.CallsFile(folder) as file,
        Live(len(began.scenario.due()), shown=sys.stderr.isatty()) as live,
        _pulled_from_outside(stop, limits.ends_at),
    ):

        def tell(call: Call) -> None:
            file.add(call)
            calls.append(call)
            live.count(call)
            brakes.count(call)

        send(stop, tell)
    if limits.most_cost is not None:
        limits.most_cost -= brakes.cost
    ended = began.model_copy(update={"ended": True, "cut_off": stop.why})
    run.write(folder, ended)
    found = report(ended, calls)
    keep(folder, found)
    return found


def keep(folder: Path, found: Report) -> None:
    """Writes what a run came to beside what it was made from."""
    (folder / "report.json").write_text(json.dumps(found.as_json(), indent=2) + "\n", "utf-8")
    (folder / "report.html").write_text(page(found), "utf-8")


@contextmanager
def _pulled_from_outside(stop: Stop, ends_at: float | None) -> Iterator[None]:
    """Ctrl-C, a kill that can be heard, and the deadline end the run early."""

    def pull(signum: int, frame: Any) -> None:
        stop.pull(f"{signal.Signals(signum).name} came")

    before = {each: signal.signal(each, pull) for each in (signal.SIGINT, signal.SIGTERM)}
    left_s = NEVER_S if ends_at is None else max(ends_at - time.monotonic(), 0.0)
    timer = threading.Timer(left_s, stop.pull, ["its deadline has passed"])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        for each, handler in before.items():
            signal.signal(each, handler)
