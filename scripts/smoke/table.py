"""A smoke run as a person sees it: a line for each subject, then what is to be done."""

from typing import Final

from rich.console import Console
from rich.table import Table

from scripts.smoke.finding import Level
from scripts.smoke.report import WORDS, Measured, Report, gravest

WIDTH: Final = 100
MARKS: Final[dict[Level, str]] = {
    "ok": "[green]ok[/]",
    "warn": "[yellow]ok![/]",
    "no": "[red]no[/]",
    "unknown": "[yellow]?[/]",
    "unreached": "[red]x[/]",
}

ANSWERS: Final = ("chat", "embeddings")
CONSEQUENCES: Final = ("version", "latency", "flag")
"""What nobody can tell of whoever does not answer."""


def show(report: Report, console: Console, folder: str) -> None:
    figures = {each.subject: each for each in report.measured}
    table = Table(title=f"smoke {report.plan.stack}", title_justify="left", box=None)
    table.pad_edge = False
    for heading in ("", "what", "as declared", "ms", "slowest", "first text"):
        in_figures = heading in ("ms", "slowest", "first text")
        table.add_column(heading, justify="right" if in_figures else "left")
    for subject in report.subjects:
        found = report.about(subject)
        worst = gravest(found)
        good = [each.check for each in found if each.level in ("ok", "warn")]
        row = [MARKS[worst.level] if worst else "", subject, " ".join(good)]
        table.add_row(*row, *_figures(figures.get(subject)))
    console.print(table)
    for text, whom in told(report).items():
        console.print(f"{whom}: {text}", markup=False)
    if report.cut_off:
        console.print(f"cut off: {report.cut_off}", markup=False)
    good_ones = sum(each.level in ("ok", "warn") for each in report.findings)
    console.print(f"{good_ones} of {len(report.findings)} checks are good: {WORDS[report.code]}")
    console.print(f"kept in {folder}", markup=False)


def told(report: Report) -> dict[str, str]:
    """Each problem once, and whom it befell. What only follows from another one is left out."""
    found: dict[str, dict[str, list[str]]] = {}
    failed = {each.subject for each in report.findings if each.check in ANSWERS and each.code}
    for each in report.findings:
        follows = each.level == "unknown" and each.check in CONSEQUENCES
        if each.level != "ok" and not (follows and each.subject in failed):
            found.setdefault(each.text, {}).setdefault(each.subject, []).append(each.check)
    return {
        text: ", ".join(f"{subject} ({' '.join(checks)})" for subject, checks in whom.items())
        for text, whom in found.items()
    }


def _figures(measured: Measured | None) -> tuple[str, str, str]:
    if measured is None:
        return "", "", ""
    shown = (measured.median_ms, measured.slowest_ms, measured.first_text_ms)
    first, second, third = ("" if each is None else f"{each:,.0f}" for each in shown)
    return first, second, third
