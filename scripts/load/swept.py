"""What a search for the knee came to."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from scripts.exit import Exit
from scripts.load.run import Run
from scripts.load.sweep import Stage, knee


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
