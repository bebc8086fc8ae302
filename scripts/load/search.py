"""The search for the most that a deployment bears, stage by stage."""

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from scripts.load import run
from scripts.load.report import Report
from scripts.load.run import Run
from scripts.load.sweep import Stage, problems, rates
from scripts.load.sweep_page import page
from scripts.load.swept import Sweep

STAGES = "stages"


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
