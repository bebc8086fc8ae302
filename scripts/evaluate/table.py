"""An evaluation in a terminal."""

from typing import TYPE_CHECKING, Final

from rich.table import Table

from scripts.evaluate.mark import faults
from scripts.evaluate.markdown import costs
from scripts.evaluate.report import Report
from scripts.evaluate.verdict import AGAIN
from scripts.exit import Exit

if TYPE_CHECKING:
    from rich.console import Console

SIGNS: Final = {
    Exit.YES: "[green]ok[/]",
    Exit.NO: "[red]no[/]",
    Exit.CANNOT_TELL: "[yellow]?[/]",
    Exit.NOT_REACHED: "[red]![/]",
}
MOST: Final = 5
TOLD: Final = frozenset({"answers", "jailbreak", "comparison"})
"""What is told in full even if it holds: the tables do not say it."""


def print_report(report: Report, console: "Console") -> None:
    """Numbers by metric, what the verdict rests on, the first answers that fail."""
    summary = report.summary
    console.print(_metrics(report))
    console.print()
    console.print(_tags(report))
    console.print()
    doubted = {reason.about for reason in report.reasons if reason.code != Exit.YES}
    brief = dict.fromkeys(each.about for each in report.reasons if each.about not in doubted | TOLD)
    if brief:
        console.print(SIGNS[Exit.YES], end=" ")
        console.print(", ".join(brief))
    for reason in report.reasons:
        if reason.code != Exit.YES or reason.about in TOLD:
            console.print(SIGNS[reason.code], end=" ")
            console.print(reason.text, markup=False)
    failed = [row for row, mark in report.marks if mark == "fail"]
    for row in failed[:MOST]:
        console.print(f"{row.item.id} does not pass: {', '.join(faults(row))}", markup=False)
    if len(failed) > MOST:
        console.print(f"and {len(failed) - MOST} more do not: they are in the report")
    outcomes = ", ".join(f"{count} {name}" for name, count in summary.outcomes.items())
    console.print(f"{summary.samples} questions: {outcomes}; {', '.join(costs(report))}")
    cut = " (cut off)" if report.partial else ""
    console.print(f"{report.plan.target.name}: {report.words}{cut}", markup=False)
    if any(AGAIN in reason.text for reason in report.reasons):
        again = f"--stack {report.plan.stack} --again {report.plan.run_id}"
        console.print(f"Next: plumb evaluate {again}", markup=False, soft_wrap=True)


def _metrics(report: Report) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("", "rows", "scored", "mean", "good", "at least", "baseline"):
        table.add_column(heading, justify="left" if not heading else "right")
    for metric, found in report.summary.metrics.items():
        beside = report.baseline.metrics[metric].mean if report.baseline else None
        table.add_row(
            metric,
            str(found.rows),
            str(found.scored),
            f"{found.mean:.2f}" if found.scored else "-",
            str(found.passed),
            f"{found.share.lower:.1%}",
            "" if beside is None else f"{beside:.2f}",
        )
    for check, held in report.summary.checks.items():
        bounds = f"{held.share.lower:.1%}"
        table.add_row(check, str(held.rows), str(held.rows), "", str(held.held), bounds, "")
    return table


def _tags(report: Report) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("tag", "rows", "pass", "fail", "unknown"):
        table.add_column(heading, justify="left" if heading == "tag" else "right")
    for tag, each in report.summary.by_tag.items():
        table.add_row(tag, str(each.rows), str(each.passed), str(each.failed), str(each.unknown))
    return table
