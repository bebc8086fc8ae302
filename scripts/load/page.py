"""A load run as a page: charts drawn here, nothing fetched from elsewhere."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Final

from scripts.client.outcome import ERRORS, THROTTLED
from scripts.load.report import WORDS, Report
from scripts.load.sentences import sentences
from scripts.load.series import Slice
from scripts.pages import pages

WIDTH: Final = 720.0
HEIGHT: Final = 180.0
KINDS: Final = ("good", "filtered", "throttled", "error")
"""From the bottom of a pile to its top."""


@dataclass(frozen=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    kind: str
    title: str


def page(report: Report) -> str:
    """HTML of one run; it needs nothing else, and prints."""
    template = pages(Path(__file__).parent).get_template("page.html")
    slow = [each.p95_ms for each in report.series if each.p95_ms is not None]
    highest = top(slow, report.run.objectives.latency_ms)
    scenario = report.run.scenario
    return template.render(
        report=report,
        words=WORDS[report.code],
        kinds=KINDS,
        width=WIDTH,
        height=HEIGHT,
        highest=highest,
        p50=list(lines(report.series, highest, lambda each: each.p50_ms)),
        p95=list(lines(report.series, highest, lambda each: each.p95_ms)),
        objective_y=HEIGHT * (1 - report.run.objectives.latency_ms / highest),
        sentences=sentences(report),
        warm_width=WIDTH * scenario.warm_up_s / scenario.duration_s,
        bars=list(bars(report.series)),
        most=max((each.calls for each in report.series), default=0),
        slice_s=scenario.duration_s / len(report.series),
    )


def top(values_ms: Sequence[float], objective_ms: float) -> float:
    """Of the axis: the objective is on it, unless all else would lie flat on the ground then."""
    slowest = max(values_ms, default=objective_ms)
    near = max(slowest, objective_ms) if slowest > objective_ms / 5 else slowest
    return 1.05 * near or 1.0


def lines(
    series: Sequence[Slice], highest: float, value: Callable[[Slice], float | None]
) -> Iterator[str]:
    """Points of a line over the slices; it is broken where nobody was answered."""
    step = WIDTH / len(series)
    points = [
        (number, HEIGHT * (1 - found / highest) if (found := value(each)) is not None else None)
        for number, each in enumerate(series)
    ]
    for there, group in groupby(points, lambda point: point[1] is not None):
        if there:
            # From edge to edge, so that a slice by itself is seen too.
            yield " ".join(
                f"{number * step:.1f},{y:.1f} {(number + 1) * step:.1f},{y:.1f}"
                for number, y in group
            )


def bars(series: Sequence[Slice]) -> Iterator[Bar]:
    """Calls of each slice, piled up by what became of them."""
    most = max((each.calls for each in series), default=0) or 1
    step = WIDTH / len(series)
    for number, each in enumerate(series):
        y = HEIGHT
        for outcome, count in sorted(each.outcomes.items(), key=lambda pair: _order(pair[0])):
            height = HEIGHT * count / most
            y -= height
            title = f"{each.from_s:.0f}-{each.until_s:.0f} s: {count} {outcome}"
            yield Bar(number * step, y, step * 0.85, height, _kind(outcome), title)


def _kind(outcome: str) -> str:
    if outcome in ERRORS or outcome in ("dropped", "unfinished"):
        return "error"
    if outcome in THROTTLED:
        return "throttled"
    return "good" if outcome == "ok" else "filtered"


def _order(outcome: str) -> int:
    return KINDS.index(_kind(outcome))
