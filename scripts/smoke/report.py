"""What a smoke run tells: for programs, and the figures that a person's table shows."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any, Final

from scripts.exit import Exit
from scripts.smoke.facts import Call
from scripts.smoke.finding import GRAVITY, STACK, Finding, verdict
from scripts.smoke.judgement import Facts, findings
from scripts.smoke.plan import Plan

WORDS: Final = {
    Exit.YES: "all that was asked answers as declared",
    Exit.NO: "something is not as declared",
    Exit.CANNOT_TELL: "cannot tell",
    Exit.NOT_REACHED: "not reached, or not allowed",
}


@dataclass(frozen=True, kw_only=True)
class Measured:
    """The figures of one subject; None: nothing was answered."""

    subject: str
    calls: int
    answered: int
    median_ms: float | None
    slowest_ms: float | None
    first_text_ms: float | None
    prompt_tokens: int
    answer_tokens: int
    models: list[str]
    regions: list[str]


@dataclass(frozen=True, kw_only=True)
class Report:
    """One run, judged."""

    plan: Plan
    findings: Sequence[Finding]
    measured: Sequence[Measured]
    cut_off: str
    """By what; empty: it was not."""

    @property
    def code(self) -> Exit:
        return verdict(self.findings, partial=bool(self.cut_off))

    @property
    def subjects(self) -> list[str]:
        """Whoever is spoken of, in the order of the findings; the stack itself comes last."""
        named = dict.fromkeys(each.subject for each in self.findings)
        return sorted(named, key=lambda subject: subject == STACK)

    def about(self, subject: str) -> list[Finding]:
        return [each for each in self.findings if each.subject == subject]

    def as_json(self) -> dict[str, Any]:
        """`plumb.smoke/2`: docs/schemas/smoke-2.json."""
        plan = self.plan
        return {
            "schema": "plumb.smoke/2",
            "run_id": plan.run_id,
            "began_at": plan.began_at,
            "stack": plan.stack,
            "verdict": WORDS[self.code],
            "exit_code": int(self.code),
            "partial": bool(self.cut_off),
            "cut_off": self.cut_off,
            "only": plan.only,
            "outside": plan.outside,
            "traces": plan.traces,
            "limits": {"typical_ms": plan.limits.typical_ms, "most_ms": plan.limits.most_ms},
            "not_deployed": plan.not_deployed,
            "findings": [
                {
                    "check": each.check,
                    "subject": each.subject,
                    "level": each.level,
                    "exit_code": int(each.code),
                    "text": each.text,
                }
                for each in self.findings
            ],
            "measured": [asdict(each) for each in self.measured],
        }


def report(plan: Plan, facts: Facts) -> Report:
    return Report(
        plan=plan,
        findings=findings(plan, facts),
        measured=list(_measured(facts.of(Call))),
        cut_off=facts.ended.cut_off,
    )


def gravest(found: Iterable[Finding]) -> Finding | None:
    """The one that decides."""
    order = (*GRAVITY, Exit.YES)
    ranked = sorted(found, key=lambda each: (order.index(each.code), each.level != "warn"))
    return next(iter(ranked), None)


def _measured(calls: Sequence[Call]) -> Iterable[Measured]:
    for subject in dict.fromkeys(each.subject for each in calls):
        own = [each for each in calls if each.subject == subject]
        timed = [
            each.latency_ms
            for each in own
            if each.kind in ("chat", "embeddings")
            and each.outcome == "ok"
            and each.latency_ms is not None
        ]
        yield Measured(
            subject=subject,
            calls=len(own),
            answered=sum(each.outcome == "ok" for each in own),
            median_ms=round(median(timed), 1) if timed else None,
            slowest_ms=max(timed, default=None),
            first_text_ms=next((c.first_text_ms for c in own if c.first_text_ms is not None), None),
            prompt_tokens=sum(each.prompt_tokens or 0 for each in own),
            answer_tokens=sum(each.answer_tokens or 0 for each in own),
            models=sorted({each.model for each in own if each.model}),
            regions=sorted({r for each in own if (r := each.headers.get("x-ms-region"))}),
        )
