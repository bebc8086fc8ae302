"""What a load run tells: for programs, for a terminal, and as evidence."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from scripts.exit import Exit
from scripts.load.call import Call
from scripts.load.run import Run
from scripts.load.series import Slice, slices
from scripts.load.summary import Summary, summarise
from scripts.load.verdict import Reason, judge

WORDS = {
    Exit.YES: "the objectives hold",
    Exit.NO: "the objectives do not hold",
    Exit.CANNOT_TELL: "cannot tell",
    Exit.NOT_REACHED: "not reached",
}


@dataclass(frozen=True, kw_only=True)
class Report:
    """One run, judged."""

    run: Run
    summary: Summary
    code: Exit
    reasons: Sequence[Reason]
    series: Sequence[Slice]

    def as_json(self) -> dict[str, Any]:
        """`plumb.load/1`."""
        run, summary = self.run, self.summary
        return {
            "schema": "plumb.load/1",
            "run_id": run.run_id,
            "began_at": f"{run.began_at:%Y-%m-%dT%H:%M:%SZ}",
            "stack": run.stack,
            "deployment": run.deployment,
            "processes": run.processes,
            "verdict": WORDS[self.code],
            "exit_code": int(self.code),
            "partial": run.partial,
            "cut_off": run.cut_off,
            "reasons": [
                {"exit_code": int(reason.code), "text": reason.text} for reason in self.reasons
            ],
            "objectives": asdict(run.objectives),
            "scenario": run.scenario.model_dump(),
            "price": run.price.model_dump() if run.price else None,
            "measured": asdict(summary)
            | {
                "good": summary.good,
                "errors": summary.errors,
                "throttled": summary.throttled,
                "achieved_a_second": round(summary.achieved_a_second, 3),
                "tokens_per_minute": round(summary.tokens_per_minute),
                "tokens_a_minute": {
                    name: round(summary.a_minute(count))
                    for name, count in asdict(summary.tokens).items()
                },
            },
        }

    def as_evidence(self) -> dict[str, Any]:
        """The data of a `loadTest` entry.

        Raises:
            ValueError: no call was answered, so there is nothing to record.
        """
        run, summary = self.run, self.summary
        if not summary.latency_ms:
            raise ValueError("no call was answered: there is nothing to record")
        p50, p95, p99 = (round(summary.latency_ms[name].value, 1) for name in ("p50", "p95", "p99"))
        return {
            "runId": run.run_id,
            "ranAt": f"{run.began_at:%Y-%m-%dT%H:%M:%SZ}",
            "durationMin": round(summary.seconds / 60, 3),
            "targetRps": run.scenario.calls_per_second,
            "achievedRps": round(summary.achieved_a_second, 3),
            "p50Ms": p50,
            "p95Ms": p95,
            "p99Ms": p99,
            "errorRate": round(summary.errors / summary.ended, 6),
            "throttledShare": round(summary.throttled / summary.ended, 6),
            "dropped": summary.dropped,
            "tokensPerMin": round(summary.tokens_per_minute),
            **({"partial": True} if run.partial else {}),
        }


def report(run: Run, calls: Sequence[Call]) -> Report:
    """What the calls of a run come to.

    Of a run that was killed the calls under way then are not among them; they are put back, since
    those are the slow ones.
    """
    scenario = run.scenario
    if not run.ended:
        calls = [*calls, *_lost(run, calls)]
    until_s = scenario.duration_s
    if run.partial:
        last_s = max((call.intended_s for call in calls), default=0.0)
        until_s = math.nextafter(last_s, math.inf)  # with the last call
    summary = summarise(
        calls,
        from_s=scenario.warm_up_s,
        until_s=max(until_s, scenario.warm_up_s),
        objective_ms=run.objectives.latency_ms,
        price=run.price,
    )
    cut_off = run.cut_off or ("" if run.ended else "it was killed, or is under way")
    code, reasons = judge(summary, run.objectives, partial=run.partial, cut_off=cut_off)
    return Report(
        run=run,
        summary=summary,
        code=code,
        reasons=reasons,
        series=slices(calls, scenario.duration_s),
    )


def _lost(run: Run, calls: Sequence[Call]) -> Sequence[Call]:
    last = max((call.ended_s or call.intended_s for call in calls), default=0.0)
    told = {call.number for call in calls}
    return [
        Call(number=number, intended_s=at, sent_s=at, ended_s=None, answer=None)
        for number, at in enumerate(run.scenario.due())
        if at <= last and number not in told
    ]
