"""What came of the rules, for a person at a terminal."""

import re
from collections.abc import Sequence
from textwrap import fill
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from policies.report import Report, Row, StackReport
from policies.reports.words import STATUSES, VERDICTS, headline, visible
from policies.rule import CATEGORIES, Category, Severity

WIDTH: Final = 100

COLOURS: Final[dict[Severity, str]] = {
    "Critical": "bold red",
    "High": "red",
    "Medium": "yellow",
    "Low": "cyan",
}


def as_table(report: Report, colour: bool = False) -> str:
    """For a terminal, at most 100 columns wide: category by category, checklist and findings."""
    console = Console(width=WIDTH, force_terminal=colour, no_color=not colour, highlight=False)
    with console.capture() as captured:
        for stack in report.stacks:
            _print(console, stack)
        names = ", ".join(each.stack for each in report.stacks)
        console.print(_text(f"{names}: {VERDICTS[report.verdict]}", style="bold"))
    lines = [line.rstrip() for line in captured.get().splitlines()]
    return re.sub("\n{3,}", "\n\n", "\n".join(lines)) + "\n"


def _text(text: str, style: str = "") -> Text:
    return Text(visible(text), style)


def _print(console: Console, stack: StackReport) -> None:
    console.print(_text(headline(stack), style="bold"))
    for category in CATEGORIES:
        if category in stack.checklist or category in stack.score:
            console.print(_text(_state(stack, category)))
        rows = [row for row in stack.findings if row.category == category]
        if rows:
            console.print(_findings(rows))
            console.print()
    for silent in stack.could_not_tell:
        console.print(_text(f"  could not tell: {silent.rule}: {silent.why}"))
    for notice in stack.notices:
        console.print(_text(f"  notice: {notice}"))
    console.print()


def _state(stack: StackReport, category: Category) -> str:
    items = stack.checklist.get(category, {})
    state = ", ".join(f"{item} {STATUSES[status]}" for item, status in items.items())
    score = stack.score.get(category)
    held = f" ({score.held}/{score.asked})" if score else ""
    return fill(f"{category}{held}: {state}", WIDTH, initial_indent="  ", subsequent_indent="    ")


def _findings(rows: Sequence[Row]) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column(width=13)
    table.add_column(width=34, overflow="fold")
    table.add_column(overflow="fold")
    for row in rows:
        what, _, fix = row.message.partition(" Fix: ")
        waiver = row.waiver
        until = f"\nwaived until {waiver.expires}" if waiver and row.status == "waived" else ""
        table.add_row(
            _text(
                f"    {row.severity}\n    {'waived' if row.status == 'waived' else row.level}",
                COLOURS[row.severity],
            ),
            _text(
                f"{row.rule}\n{row.where}" + (f"\n{row.location}" if row.location else "") + until
            ),
            _text(f"{what}\nFix: {fix}"),
        )
    return table
