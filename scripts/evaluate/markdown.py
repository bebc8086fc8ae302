"""An evaluation as Markdown, for a pull request."""

from collections.abc import Iterator
from typing import Final

from scripts.evaluate.mark import faults
from scripts.evaluate.report import Report
from scripts.exit import Exit

SIGNS: Final = {Exit.YES: "ok", Exit.NO: "**no**", Exit.CANNOT_TELL: "?", Exit.NOT_REACHED: "!"}
MOST: Final = 20
"""Rows that fail; the page has them all."""


def as_markdown(report: Report) -> str:
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    plan, summary = report.plan, report.summary
    yield f"## {plan.target.name}: {report.words}{' (cut off)' if report.partial else ''}"
    yield ""
    judged_by = f"judged by {plan.judge.model} {plan.judge.version}"
    yield (
        f"{plan.target.model} {plan.target.version}, stack {plan.stack}, "
        f"{summary.samples} questions of `{plan.dataset}`, {judged_by}, run `{plan.run_id}`"
    )
    yield ""
    yield "| | | |"
    yield "|---|---|---|"
    for reason in report.reasons:
        yield f"| {SIGNS[reason.code]} | {reason.about} | {_cell(reason.text)} |"
    yield ""
    yield "| tag | rows | pass | fail | unknown |"
    yield "|---|---:|---:|---:|---:|"
    for tag, each in summary.by_tag.items():
        yield f"| {tag} | {each.rows} | {each.passed} | {each.failed} | {each.unknown} |"
    failed = [row for row, mark in report.marks if mark == "fail"]
    if failed:
        yield ""
        yield f"{len(failed)} answers do not pass:"
        yield ""
        for row in failed[:MOST]:
            yield f"* `{row.item.id}`: {_cell(', '.join(faults(row)))}"
        if len(failed) > MOST:
            yield f"* and {len(failed) - MOST} more"
    yield ""
    yield f"Cost: {', '.join(costs(report)) or 'nothing was asked'}"


def costs(report: Report) -> Iterator[str]:
    """What each deployment cost, or why nobody knows."""
    for who, spent in report.spent.items():
        tokens = f"{spent.usage.prompt + spent.usage.answer:,} tokens"
        if spent.money:
            yield f"{who} {spent.money.amount:.2f} {spent.money.currency} ({tokens})"
        else:
            yield f"{who} unknown ({tokens}): {spent.problem}"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")
