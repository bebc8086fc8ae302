"""The search for the most that a deployment bears, stage by stage."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from scripts.exit import Exit
from scripts.load import run
from scripts.load.report import Report
from scripts.load.run import Run
from scripts.load.sweep import Stage, knee, problems, rates
from scripts.load.sweep_page import page

STAGES = "stages"


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """What a search found."""

    run: Run
    """As the first stage was asked."""
    stages: Sequence[Stage]
    cut_off: str = ""
    """Why it ended before it was too much; empty if it did not."""

    @property
    def knee(self) -> Stage | None:
        return knee(self.stages)

    @property
    def partial(self) -> bool:
        return bool(self.cut_off)

    @property
    def code(self) -> Exit:
        if self.stages and not self.partial and self.stages[-1].problems:
            return Exit.YES if self.knee else Exit.NO
        return Exit.CANNOT_TELL

    @property
    def words(self) -> str:
        if self.partial:
            return f"cut off before it was too much: {self.cut_off}"
        if self.code == Exit.CANNOT_TELL:
            return "nothing was too much. Fix: begin with a higher --rps"
        return "more is too much" if self.knee else "even the first stage is too much"

    def as_json(self) -> dict[str, Any]:
        """`plumb.load-sweep/1`."""
        found = self.knee
        return {
            "schema": "plumb.load-sweep/1",
            "run_id": self.run.run_id,
            "began_at": f"{self.run.began_at:%Y-%m-%dT%H:%M:%SZ}",
            "stack": self.run.stack,
            "deployment": self.run.deployment,
            "verdict": self.words,
            "exit_code": int(self.code),
            "partial": self.partial,
            "knee_calls_per_second": found.calls_per_second if found else None,
            "knee_tokens_per_minute": round(found.summary.tokens_per_minute) if found else None,
            "objectives": asdict(self.run.objectives),
            "scenario": self.run.scenario.model_dump(),
            "stages": [asdict(stage) for stage in self.stages],
        }


def stages(first: Run, folder: Path) -> Iterator[tuple[Run, Path]]:
    """A run for each stage, and where it keeps its calls."""
    for number, rate in enumerate(rates(first.scenario.calls_per_second), 1):
        scenario = first.scenario.model_copy(update={"calls_per_second": rate})
        name = f"{number:02}"
        changed = {"run_id": f"{first.run_id}-{name}", "scenario": scenario}
        yield first.model_copy(update=changed), folder / STAGES / name


def search(
    first: Run,
    folder: Path,
    measure: Callable[[Run, Path], Report],
    *,
    tell: Callable[[Stage], object],
) -> Sweep:
    """Stages of the scenario at rising rates, up to the first that does not hold."""
    run.write(folder, first)
    measured: list[Stage] = []
    for one, kept in stages(first, folder):
        stage = stage_of(measure(one, kept))
        measured.append(stage)
        tell(stage)
        if stage.problems or stage.cut_off:
            break
    return whole(first, measured)


def stage_of(report: Report) -> Stage:
    """What a run says as a stage."""
    return Stage(
        calls_per_second=report.run.scenario.calls_per_second,
        summary=report.summary,
        problems=problems(report.summary, report.run.objectives),
        cut_off=report.run.cut_off or ("" if report.run.ended else "it was killed"),
    )


def whole(first: Run, measured: Sequence[Stage]) -> Sweep:
    last = measured[-1] if measured else None
    # A stage that is cut off since half of its calls go wrong is one that is too much.
    cut_off = last.cut_off if last and not last.problems else ""
    return Sweep(run=first, stages=measured, cut_off=cut_off)


def keep_sweep(folder: Path, swept: Sweep) -> None:
    """Writes what a search found to its folder, beside its stages."""
    (folder / "report.json").write_text(json.dumps(swept.as_json(), indent=2) + "\n", "utf-8")
    (folder / "report.html").write_text(page(swept), "utf-8")
