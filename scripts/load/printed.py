"""What `plumb load` prints for people."""

import sys
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table

from components.stack_file import ROOT
from scripts.exit import Exit
from scripts.load.report import WORDS, Report
from scripts.load.sentences import sentences
from scripts.load.sweep import Stage
from scripts.load.swept import Sweep

SIGNS = {
    Exit.YES: "[green]ok[/]",
    Exit.NO: "[red]no[/]",
    Exit.CANNOT_TELL: "[yellow]?[/] ",
    Exit.NOT_REACHED: "[red]no[/]",
}


def print_report(report: Report, folder: Path) -> None:
    console = Console(width=None if sys.stdout.isatty() else 100, highlight=False)
    summary = report.summary
    table = Table(box=None, pad_edge=False)
    for heading in ("ms", "p50", "p95", "p99"):
        table.add_column(heading, justify="left" if heading == "ms" else "right")
    for what, found in (("latency", summary.latency_ms), ("first text", summary.first_text_ms)):
        if found:
            table.add_row(what, *(f"{found[name].value:.0f}" for name in ("p50", "p95", "p99")))
    console.print(table)
    outcomes = ", ".join(f"{count} {name}" for name, count in summary.outcomes.items())
    console.print(
        f"{summary.offered} calls counted: {outcomes or 'none answered'}; "
        f"{summary.achieved_a_second:.2f} good a second, "
        f"{summary.tokens_per_minute:,.0f} tokens a minute"
    )
    for line in sentences(report):
        console.print(line, markup=False)
    for reason in report.reasons:
        console.print(f"{SIGNS[reason.code]} ", end="")
        console.print(reason.text, markup=False)
    console.print(f"{report.run.deployment}: {WORDS[report.code]}")
    console.print(f"kept in {_near(folder)}", markup=False)


def tell_stage(stage: Stage) -> None:
    found = stage.summary.latency_ms
    p95 = f"p95 {found['p95'].value:.0f} ms" if found else "no answer"
    verdict = "holds"
    if stage.problems:
        verdict = f"too much: {', '.join(stage.problems)}"
    elif stage.cut_off:
        verdict = f"cut off: {stage.cut_off}"
    typer.echo(f"{stage.calls_per_second:8.2f} a second: {p95}, {verdict}", err=True)


def print_sweep(swept: Sweep, folder: Path) -> None:
    name = swept.run.deployment
    if swept.knee:
        most = swept.knee.summary
        typer.echo(
            f"{name} bears {swept.knee.calls_per_second:.2f} calls a second "
            f"({most.tokens_per_minute:,.0f} tokens a minute): {swept.words}"
        )
    else:
        typer.echo(f"{name}: {swept.words}")
    typer.echo(f"kept in {_near(folder)}")


def _near(folder: Path) -> Path:
    return folder.relative_to(ROOT) if folder.is_relative_to(ROOT) else folder
