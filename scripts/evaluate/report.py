"""What an evaluation tells, made from its folder alone: for programs, people, and as evidence."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from scripts.cost.price import Money, NoPrice, Sold, Used, call_cost
from scripts.evaluate import bar as bars
from scripts.evaluate.bar import Bar
from scripts.evaluate.comparison import Comparison, compare
from scripts.evaluate.kept import Kept, Model, Plan
from scripts.evaluate.mark import Mark, faults, gaps, mark
from scripts.evaluate.online import judge_online
from scripts.evaluate.row import METRICS, Metric, Row, Unjudged, Usage, wanted
from scripts.evaluate.summary import Summary, summarise
from scripts.evaluate.verdict import GRAVEST, Reason, judge
from scripts.exit import Exit

WORDS: Final = {
    Exit.YES: "it answers well enough",
    Exit.NO: "it does not answer well enough",
    Exit.CANNOT_TELL: "cannot tell",
    Exit.NOT_REACHED: "not reached, or not allowed",
}
ONLINE_WORDS: Final = {
    Exit.YES: "it answers as well as it was evaluated",
    Exit.NO: "it answers worse than it was evaluated",
    Exit.CANNOT_TELL: "cannot tell",
}

SHOWN: Final = 300
"""Characters of an answer in a report; the run's folder has all of it."""


@dataclass(frozen=True, kw_only=True)
class Spent:
    """What one deployment was used for, and what that costs."""

    usage: Usage
    money: Money | None
    problem: str = ""
    """Why nobody knows the price."""


@dataclass(frozen=True, kw_only=True)
class Report:
    plan: Plan
    rows: Sequence[Row]
    partial: bool
    bar: Bar
    summary: Summary
    baseline: Summary | None
    comparison: Comparison | None
    code: Exit
    reasons: Sequence[Reason]
    """The gravest first."""
    spent: Mapping[str, Spent]
    """By target, baseline and judge."""

    @property
    def words(self) -> str:
        return (ONLINE_WORDS if self.plan.recorded is not None else WORDS)[self.code]

    @property
    def marks(self) -> Sequence[tuple[Row, Mark]]:
        return [(row, mark(row)) for row in self.rows]

    def as_json(self) -> dict[str, Any]:
        """`plumb.evaluation/1`."""
        plan, summary = self.plan, self.summary
        return {
            "schema": "plumb.evaluation/1",
            "run_id": plan.run_id,
            "began_at": f"{plan.began_at:%Y-%m-%dT%H:%M:%SZ}",
            "stack": plan.stack,
            "target": asdict(plan.target),
            "baseline": asdict(plan.baseline) if plan.baseline else None,
            "judge": asdict(plan.judge),
            "recorded": dict(plan.recorded) if plan.recorded is not None else None,
            "dataset": {"name": plan.dataset, "sha256": plan.dataset_sha256},
            "verdict": self.words,
            "exit_code": int(self.code),
            "partial": self.partial,
            "reasons": [
                {"exit_code": int(each.code), "about": each.about, "text": each.text}
                for each in self.reasons
            ],
            "bar": asdict(self.bar) | {"severities": sorted(self.bar.severities)},
            "measured": asdict(summary),
            "comparison": _compared(self.comparison),
            "cost": {who: _cost(each) for who, each in self.spent.items()},
            "rows": [_row(row) for row in self.rows],
        }

    def as_evidence(self) -> dict[str, Any]:
        """The data of an `evaluation` entry.

        Raises:
            ValueError: something of it was not measured.
        """
        summary, plan = self.summary, self.plan
        silent: list[str] = [name for name, each in summary.metrics.items() if not each.scored]
        silent += [name for name, harm in summary.harms.items() if harm.worst is None]
        if silent or not summary.attacks.decided:
            raise ValueError(f"not measured: {', '.join(silent) or 'attacks'}")
        return {
            "runId": plan.run_id,
            "dataset": plan.dataset,
            "datasetSha256": plan.dataset_sha256,
            "samples": summary.samples,
            "judged": summary.judged,
            "samplesByTag": {tag: each.rows for tag, each in summary.by_tag.items()},
            "metrics": _means(summary),
            "passShareLower": round(summary.marks.share.lower, 6),
            **({"baseline": _means(self.baseline)} if self.baseline else {}),
            "safety": {
                name: {"defectRate": round(harm.rate, 6), "maxSeverity": harm.worst}
                for name, harm in summary.harms.items()
            },
            "jailbreakDefectRate": round(summary.attacks.rate, 6),
            "judge": {"model": plan.judge.model, "version": plan.judge.version},
        }


def report(kept: Kept) -> Report:
    """A run's report, from the files in its folder.

    Raises:
        NoRun: it is no evaluation's folder, or was changed.
    """
    plan = kept.plan()
    questions = kept.dataset()
    rows = kept.rows("target", questions)
    beside = kept.rows("baseline", questions) if plan.baseline else []
    asked = bars.bar(plan.profile, plan.groundedness)
    summary = summarise(rows)
    baseline = summarise(beside) if plan.baseline else None
    comparison = compare(rows, beside) if plan.baseline else None
    partial = _is_partial([*rows, *beside])
    if plan.recorded is None:
        named = plan.target.names_itself
        code, reasons = judge(summary, asked, comparison, named=named, partial=partial)
    else:
        code, reasons = judge_online(summary, plan.recorded, asked, partial=partial)
    judging = summary.judge_usage + (baseline.judge_usage if baseline else Usage())
    spent = (
        {} if plan.recorded is not None else {"target": _spent(plan, plan.target, summary.usage)}
    )
    if plan.baseline and baseline:
        spent["baseline"] = _spent(plan, plan.baseline, baseline.usage)
    spent["judge"] = _spent(plan, plan.judge, judging)
    return Report(
        plan=plan,
        rows=rows,
        partial=partial,
        bar=asked,
        summary=summary,
        baseline=baseline,
        comparison=comparison,
        code=code,
        reasons=sorted(reasons, key=lambda reason: [*GRAVEST, Exit.YES].index(reason.code)),
        spent=spent,
    )


def _is_partial(rows: Sequence[Row]) -> bool:
    """Whether a run ended before all was asked and judged: what failed has come to its end."""
    return any(
        row.answer is None or (row.judged is None and not wanted(row.item, row.answer).nothing)
        for row in rows
    )


def _spent(plan: Plan, model: Model, usage: Usage) -> Spent:
    sold = Sold(model=model.model, version=model.version, sku=model.sku, location=model.location)
    used = Used(prompt=usage.prompt, cached=usage.cached, output=usage.answer)
    try:
        return Spent(usage=usage, money=call_cost(sold, used, at=plan.began_at))
    except NoPrice as error:
        return Spent(usage=usage, money=None, problem=str(error))


def _cost(spent: Spent) -> dict[str, Any]:
    money = asdict(spent.money) if spent.money else {"problem": spent.problem}
    return asdict(spent.usage) | money


def _means(summary: Summary | None) -> dict[Metric, float]:
    if summary is None:
        return {}
    return {
        metric: round(summary.metrics[metric].mean, 4)
        for metric in METRICS
        if summary.metrics[metric].scored
    }


def _compared(found: Comparison | None) -> dict[str, Any] | None:
    return asdict(found) | {"worse": found.worse} if found else None


def _row(row: Row) -> dict[str, Any]:
    answer, judged = row.answer, row.judged
    return {
        "id": row.item.id,
        "tags": list(row.item.tags),
        "mark": mark(row),
        "faults": list(faults(row)),
        "gaps": list(gaps(row)),
        "outcome": answer.outcome if answer else None,
        "problem": answer.problem if answer else "",
        "latency_ms": answer.latency_ms if answer else None,
        "checks": dict(answer.checks) if answer else {},
        "scores": _known(judged.scores if judged else {}),
        "harms": _known(judged.harms if judged else {}),
        "jailbreak": row.is_broken if row.item.is_attack else None,
    }


def _known(found: Mapping[Any, Any]) -> dict[str, Any]:
    return {
        name: f"unjudged: {each.reason}" if isinstance(each, Unjudged) else each
        for name, each in found.items()
    }
