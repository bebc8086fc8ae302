"""The search for the most that a deployment bears, stage by stage."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from components.sections import ObjectiveSettings
from scripts.exit import Exit
from scripts.load.measure import measure
from scripts.load.scenario import Scenario
from scripts.load.sweep import Stage, knee, problems, rates
from scripts.stack_outputs import StackOutputs


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """What a search found."""

    run_id: str
    stack: str
    deployment: str
    scenario: Scenario
    stages: Sequence[Stage]
    partial: bool

    @property
    def knee(self) -> Stage | None:
        return knee(self.stages)

    @property
    def code(self) -> Exit:
        if self.stages and not self.partial and self.stages[-1].problems:
            return Exit.YES if self.knee else Exit.NO
        return Exit.CANNOT_TELL

    @property
    def words(self) -> str:
        if self.partial:
            return "cut off before it was too much"
        if self.code == Exit.CANNOT_TELL:
            return "nothing was too much. Fix: begin with a higher --rps"
        return "more is too much" if self.knee else "even the first stage is too much"

    def as_json(self) -> dict[str, Any]:
        """`plumb.load-sweep/1`."""
        found = self.knee
        return {
            "schema": "plumb.load-sweep/1",
            "run_id": self.run_id,
            "stack": self.stack,
            "deployment": self.deployment,
            "verdict": self.words,
            "exit_code": int(self.code),
            "partial": self.partial,
            "knee_calls_per_second": found.calls_per_second if found else None,
            "scenario": self.scenario.model_dump(),
            "stages": [asdict(stage) for stage in self.stages],
        }


def search(
    wanted: Scenario,
    stack: str,
    name: str,
    promised: ObjectiveSettings,
    outputs: StackOutputs,
    token: Callable[[], str],
    *,
    tell: Callable[[Stage], object],
) -> Sweep:
    """Stages of the scenario at rising rates, up to the first that does not hold."""
    stages: list[Stage] = []
    run_id, partial = "", False
    for rate in rates(wanted.calls_per_second):
        stage_wanted = wanted.model_copy(update={"calls_per_second": rate})
        report, _ = measure(stage_wanted, stack, name, promised, outputs, token)
        stage = Stage(
            calls_per_second=rate,
            summary=report.summary,
            problems=problems(report.summary, report.wanted),
        )
        run_id = run_id or f"{report.run_id}-sweep"
        stages.append(stage)
        tell(stage)
        partial = report.partial and not stage.problems
        if partial or stage.problems:
            break
    return Sweep(
        run_id=run_id,
        stack=stack,
        deployment=name,
        scenario=wanted,
        stages=stages,
        partial=partial,
    )


def keep_sweep(folder: Path, swept: Sweep) -> None:
    """Writes the stages to a run's folder."""
    folder.mkdir(parents=True)
    (folder / "report.json").write_text(json.dumps(swept.as_json(), indent=2) + "\n", "utf-8")
