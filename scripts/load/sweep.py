"""How much a deployment bears: stages of rising load, until one does not hold."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from scripts.load.summary import Summary
from scripts.load.verdict import Objectives

STEP: Final = 1.25
"""Each stage's rate, beside the one before."""
STAGE_S: Final = 60.0
MOST_STAGES: Final = 24
"""From the first to two hundred times its rate."""

THROTTLED_SHARE: Final = 0.01
ACHIEVED_SHARE: Final = 0.95


@dataclass(frozen=True, kw_only=True)
class Stage:
    calls_per_second: float
    summary: Summary
    problems: Sequence[str]
    """Why it does not hold; none if it does."""
    cut_off: str = ""
    """Why it ended before its time; empty if it did not."""


def rates(first: float) -> Iterator[float]:
    """Calls a second of each stage."""
    for number in range(MOST_STAGES):
        yield first * STEP**number


def problems(summary: Summary, wanted: Objectives) -> list[str]:
    """What says that a stage is too much. A point estimate: the knee is a place to measure at."""
    found = []
    if not summary.latency_ms:
        return ["no call was answered"]
    p95_ms = summary.latency_ms["p95"].value
    if p95_ms > wanted.latency_ms:
        found.append(f"p95 {p95_ms:.0f} ms")
    if summary.errors > wanted.error_share * summary.ended:
        found.append(f"{summary.errors / summary.ended:.1%} errors")
    if summary.throttled > THROTTLED_SHARE * summary.ended:
        found.append(f"{summary.throttled / summary.ended:.1%} throttled")
    if summary.good < ACHIEVED_SHARE * summary.offered:
        found.append(f"{summary.good / summary.offered:.0%} of the calls answered")
    return found


def knee(stages: Sequence[Stage]) -> Stage | None:
    """The last stage before the first that does not hold; None if even the first does not."""
    held = None
    for stage in stages:
        if stage.problems:
            break
        held = stage
    return held
