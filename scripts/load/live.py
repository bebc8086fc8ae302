"""What a person sees of a load run while it goes on: one line, on stderr."""

from collections import deque
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from scripts.client.outcome import ERRORS, THROTTLED
from scripts.load.call import Call

LATEST = 200
"""Calls whose latencies the line speaks of."""


class Live:
    """Counts calls as they end; nothing is printed where nobody watches."""

    def __init__(self, calls: int, *, shown: bool) -> None:
        self.bad = self.ended = 0
        self._throttled = 0
        self._latencies: deque[float] = deque(maxlen=LATEST)
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(20),
            TextColumn("{task.completed:.0f}/{task.total:.0f} calls"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            refresh_per_second=4,
            disable=not shown,
        )
        self._task = self._progress.add_task("asking", total=calls)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def count(self, call: Call) -> None:
        self.ended += 1
        outcome = call.answer.outcome if call.answer else None
        self.bad += outcome is None or outcome in ERRORS
        self._throttled += outcome in THROTTLED
        if outcome == "ok" and call.latency_ms is not None:
            self._latencies.append(call.latency_ms)
        self._progress.update(self._task, advance=1, description=self._said())

    def _said(self) -> str:
        ordered = sorted(self._latencies)
        p95 = f"p95 {ordered[int(0.95 * (len(ordered) - 1))]:.0f} ms" if ordered else "no answer"
        return f"{p95}, {self.bad} bad, {self._throttled} throttled"
