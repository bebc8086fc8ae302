"""A sweep as a page: latency and failures against the rate, with the knee marked."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from scripts.load.page import HEIGHT, WIDTH, top
from scripts.load.summary import Summary
from scripts.load.sweep import ACHIEVED_SHARE, THROTTLED_SHARE, Stage
from scripts.pages import pages

if TYPE_CHECKING:
    from scripts.load.swept import Sweep

SHARES: Final[dict[str, Callable[[Summary], int]]] = {
    "error": lambda summary: summary.errors,
    "throttled": lambda summary: summary.throttled,
}

MOST_NAMED: Final = 13
"""Rates below a chart: of more every second is left out, so that none lies over the next."""


@dataclass(frozen=True)
class Dot:
    """What was measured at one rate."""

    x: float
    y: float
    title: str


@dataclass(frozen=True)
class Line:
    kind: str
    dots: Sequence[Dot]

    @property
    def points(self) -> str:
        return " ".join(f"{dot.x:.1f},{dot.y:.1f}" for dot in self.dots)


def page(swept: "Sweep") -> str:
    """HTML of one sweep; it needs nothing else, and prints."""
    objectives = swept.run.objectives
    latencies = list(_latencies(swept.stages))
    slowest = top([ms for *_, ms in latencies], objectives.latency_ms)
    return (
        pages(Path(__file__).parent)
        .get_template("sweep_page.html")
        .render(
            swept=swept,
            width=WIDTH,
            height=HEIGHT,
            slowest=slowest,
            latency=[
                Line(
                    kind,
                    [
                        Dot(
                            x(stage, swept.stages), _y(ms / slowest), f"{_rate(stage)}: {ms:.0f} ms"
                        )
                        for of, stage, ms in latencies
                        if of == kind
                    ],
                )
                for kind in ("p50", "p95", "p99")
            ],
            shares=list(shares(swept.stages)),
            objective_y=_y(objectives.latency_ms / slowest),
            knee_x=x(swept.knee, swept.stages) if swept.knee else None,
            rates=[
                (x(stage, swept.stages), f"{stage.calls_per_second:.3g}")
                for stage in swept.stages[:: 1 + len(swept.stages) // MOST_NAMED]
            ],
            throttled_share=THROTTLED_SHARE,
            achieved_share=ACHIEVED_SHARE,
        )
    )


def x(stage: Stage, stages: Sequence[Stage]) -> float:
    """Where a stage stands: rates grow by a factor, so each is as far from the next."""
    number = [each.calls_per_second for each in stages].index(stage.calls_per_second)
    return WIDTH * (number + 0.5) / len(stages)


def shares(stages: Sequence[Stage]) -> Iterator[Line]:
    """Of the calls of each stage: those that failed, that were refused, and that were answered."""
    for kind, count in SHARES.items():
        yield Line(kind, [_share(stage, stages, count(stage.summary), kind) for stage in stages])
    yield Line(
        "good", [_share(stage, stages, stage.summary.good, "answered well") for stage in stages]
    )


def _share(stage: Stage, stages: Sequence[Stage], count: int, what: str) -> Dot:
    offered = stage.summary.offered
    share = count / offered if offered else 0.0
    title = f"{_rate(stage)}: {count} of {offered} {what}"
    return Dot(x(stage, stages), _y(share), title)


def _latencies(stages: Sequence[Stage]) -> Iterator[tuple[str, Stage, float]]:
    for stage in stages:
        for name, found in stage.summary.latency_ms.items():
            yield name, stage, found.value


def _y(share: float) -> float:
    return HEIGHT * (1 - share)


def _rate(stage: Stage) -> str:
    return f"{stage.calls_per_second:.3g} a second"
