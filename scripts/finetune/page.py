"""A job's verdict and curve as a page: drawn here, nothing fetched from elsewhere."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from scripts.finetune.curve import Step
from scripts.finetune.report import Report
from scripts.pages import pages

WIDTH: Final = 720.0
HEIGHT: Final = 220.0


@dataclass(frozen=True)
class Axes:
    """What the chart shows: steps from left to right, losses from 0 up."""

    first: int
    last: int
    highest: float

    @classmethod
    def of(cls, steps: Sequence[Step]) -> "Axes":
        losses = [
            loss
            for each in steps
            for loss in (each.train, each.valid)
            if loss is not None and math.isfinite(loss)
        ]
        numbers = [each.number for each in steps] or [0]
        return cls(min(numbers), max(numbers), 1.1 * max(losses, default=1.0) or 1.0)

    def x(self, step: int) -> float:
        return WIDTH * (step - self.first) / ((self.last - self.first) or 1)

    def y(self, loss: float) -> float:
        return HEIGHT * (1 - loss / self.highest)


def page(report: Report) -> str:
    """HTML of one run; it needs nothing else, and prints."""
    template = pages(Path(__file__).parent).get_template("page.html")
    axes = Axes.of(report.steps)
    return template.render(
        report=report,
        wanted=report.facts.surroundings.wanted,
        job=report.facts.job,
        width=WIDTH,
        height=HEIGHT,
        axes=axes,
        train=list(lines(axes, [(each.number, each.train) for each in report.steps])),
        valid=list(lines(axes, [(each.number, each.valid) for each in report.steps])),
        checkpoints=[
            (axes.x(each.step_number), each)
            for each in report.facts.checkpoints
            if axes.first <= each.step_number <= axes.last
        ],
    )


def lines(axes: Axes, losses: Sequence[tuple[int, float | None]]) -> Iterator[str]:
    """Points of the line of one loss. A step that has none is passed over, since validation has
    one every so often; where a loss is no number the line is broken."""
    points: list[str] = []
    for step, loss in losses:
        if loss is None:
            continue
        if math.isfinite(loss):
            points.append(f"{axes.x(step):.1f},{axes.y(loss):.1f}")
        elif points:
            yield " ".join(points)
            points = []
    if points:
        yield " ".join(points)
