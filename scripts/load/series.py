"""A run over time, in equal slices: what a chart shows."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from scripts.load.call import Call
from scripts.measure.percentiles import percentile


@dataclass(frozen=True, kw_only=True)
class Slice:
    """Of the calls that were meant within it."""

    from_s: float
    until_s: float
    outcomes: dict[str, int]
    """With `dropped` and `unfinished` beside the outcomes of answers."""
    p50_ms: float | None
    p95_ms: float | None

    @property
    def calls(self) -> int:
        return sum(self.outcomes.values())


def slices(calls: Sequence[Call], duration_s: float, count: int = 60) -> list[Slice]:
    """The run in `count` slices, from its start to its end."""
    width = duration_s / count
    within: list[list[Call]] = [[] for _ in range(count)]
    for call in calls:
        within[min(int(call.intended_s / width), count - 1)].append(call)
    return [
        _slice(held, number * width, (number + 1) * width) for number, held in enumerate(within)
    ]


def _slice(calls: Sequence[Call], from_s: float, until_s: float) -> Slice:
    latencies = [
        call.latency_ms
        for call in calls
        if call.answer and call.answer.outcome == "ok" and call.latency_ms is not None
    ]
    return Slice(
        from_s=from_s,
        until_s=until_s,
        outcomes=dict(Counter(_what(call) for call in calls)),
        p50_ms=percentile(latencies, 0.5).value if latencies else None,
        p95_ms=percentile(latencies, 0.95).value if latencies else None,
    )


def _what(call: Call) -> str:
    if call.sent_s is None:
        return "dropped"
    return call.answer.outcome if call.answer else "unfinished"
