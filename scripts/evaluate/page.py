"""An evaluation as a page: charts drawn here, nothing fetched from elsewhere."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from scripts.evaluate.mark import faults, gaps
from scripts.evaluate.markdown import costs
from scripts.evaluate.report import Report
from scripts.evaluate.summary import Marks
from scripts.measure.shares import Bounds
from scripts.pages import pages

WIDTH: Final = 720.0
LABELS: Final = 130.0
"""Of the width: what stands at the left of a chart."""
LINE: Final = 26.0
MOST: Final = 100
"""Answers that do not pass; the run's folder has them all."""


@dataclass(frozen=True, kw_only=True)
class Interval:
    """A share with its bounds, as a line across a chart."""

    name: str
    y: float
    lower: float
    point: float
    upper: float
    status: str
    title: str


@dataclass(frozen=True, kw_only=True)
class Bar:
    name: str
    y: float
    parts: tuple[tuple[str, float, float, str], ...]
    """(kind, x, width, title), from left to right."""


def page(report: Report) -> str:
    """HTML of one run; it needs nothing else, and prints."""
    template = pages(Path(__file__).parent).get_template("page.html")
    marks = report.marks
    bad = [row for row, mark in marks if mark == "fail"]
    return template.render(
        report=report,
        width=WIDTH,
        line=LINE,
        asked_x=_x(report.bar.pass_share),
        left=LABELS,
        intervals=list(intervals(report)),
        bars=list(bars(report)),
        bad=[(row, list(faults(row))) for row in bad[:MOST]],
        more=max(0, len(bad) - MOST),
        silent=[(row, list(gaps(row))) for row, mark in marks if mark == "unknown"][:MOST],
        costs=list(costs(report)),
    )


def intervals(report: Report) -> Iterator[Interval]:
    """Of all answers, by metric and by check: what share is good, and how surely."""
    summary = report.summary
    shares: list[tuple[str, int, int, Bounds]] = [
        ("all answers", summary.marks.passed, summary.marks.rows, summary.marks.share)
    ]
    shares += [(name, each.passed, each.rows, each.share) for name, each in summary.metrics.items()]
    shares += [(name, each.held, each.rows, each.share) for name, each in summary.checks.items()]
    there = [each for each in shares if each[2]]
    for number, (name, good, rows, share) in enumerate(there):
        yield Interval(
            name=name,
            y=(number + 0.5) * LINE,
            lower=_x(share.lower),
            point=_x(good / rows),
            upper=_x(share.upper),
            status=_status(share, report.bar.pass_share),
            title=f"{name}: {good} of {rows}, between {share.lower:.1%} and {share.upper:.1%}",
        )


def bars(report: Report) -> Iterator[Bar]:
    """How many answers to the questions of a tag pass."""
    there = {tag: each for tag, each in report.summary.by_tag.items() if each.rows}
    most = max((each.rows for each in there.values()), default=1)
    for number, (tag, each) in enumerate(there.items()):
        yield Bar(name=tag, y=number * LINE, parts=tuple(_parts(tag, each, most)))


def _parts(tag: str, marks: Marks, most: int) -> Iterator[tuple[str, float, float, str]]:
    x = LABELS
    for kind, word, count in (
        ("good", "pass", marks.passed),
        ("error", "do not pass", marks.failed),
        ("throttled", "nobody can tell", marks.unknown),
    ):
        width = (WIDTH - LABELS - 40) * count / most
        if count:
            yield kind, x, width, f"{tag}: {count} {word}"
        x += width


def _x(share: float) -> float:
    return LABELS + (WIDTH - LABELS) * share


def _status(share: Bounds, asked: float) -> str:
    if share.lower >= asked:
        return "good"
    return "error" if share.upper < asked else "throttled"
