"""What a load run tells: for programs, for a terminal, and as evidence."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from scripts.exit import Exit
from scripts.load.scenario import Scenario
from scripts.load.series import Slice
from scripts.load.summary import Summary
from scripts.load.verdict import Objectives, Reason

WORDS = {
    Exit.YES: "the objectives hold",
    Exit.NO: "the objectives do not hold",
    Exit.CANNOT_TELL: "cannot tell",
}


@dataclass(frozen=True, kw_only=True)
class Report:
    """One run, judged."""

    run_id: str
    began_at: datetime
    """UTC."""
    stack: str
    deployment: str
    """`account/deployment`."""
    scenario: Scenario
    partial: bool
    summary: Summary
    wanted: Objectives
    code: Exit
    reasons: Sequence[Reason]
    series: Sequence[Slice]

    def as_json(self) -> dict[str, Any]:
        """`plumb.load/1`."""
        summary = self.summary
        return {
            "schema": "plumb.load/1",
            "run_id": self.run_id,
            "began_at": f"{self.began_at:%Y-%m-%dT%H:%M:%SZ}",
            "stack": self.stack,
            "deployment": self.deployment,
            "verdict": WORDS[self.code],
            "exit_code": int(self.code),
            "partial": self.partial,
            "reasons": [
                {"exit_code": int(reason.code), "text": reason.text} for reason in self.reasons
            ],
            "objectives": asdict(self.wanted),
            "scenario": self.scenario.model_dump(),
            "measured": asdict(summary)
            | {
                "good": summary.good,
                "errors": summary.errors,
                "throttled": summary.throttled,
                "achieved_a_second": round(summary.achieved_a_second, 3),
                "tokens_per_minute": round(summary.tokens_per_minute),
            },
        }

    def as_evidence(self) -> dict[str, Any]:
        """The data of a `loadTest` entry.

        Raises:
            ValueError: no call was answered, so there is nothing to record.
        """
        summary = self.summary
        if not summary.latency_ms:
            raise ValueError("no call was answered: there is nothing to record")
        p50, p95, p99 = (round(summary.latency_ms[name].value, 1) for name in ("p50", "p95", "p99"))
        return {
            "runId": self.run_id,
            "ranAt": f"{self.began_at:%Y-%m-%dT%H:%M:%SZ}",
            "durationMin": round(summary.seconds / 60, 3),
            "targetRps": self.scenario.calls_per_second,
            "achievedRps": round(summary.achieved_a_second, 3),
            "p50Ms": p50,
            "p95Ms": p95,
            "p99Ms": p99,
            "errorRate": round(summary.errors / summary.ended, 6),
            "throttledShare": round(summary.throttled / summary.ended, 6),
            "dropped": summary.dropped,
            "tokensPerMin": round(summary.tokens_per_minute),
            **({"partial": True} if self.partial else {}),
        }
