"""`plumb load`: what a deployment bears, asked as its callers would ask."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scripts import options
from scripts.exit import Exit, leave

if TYPE_CHECKING:
    from scripts.load.report import Report
    from scripts.load.scenario import Scenario
    from scripts.load.search import Sweep
    from scripts.load.sweep import Stage


def load_command(
    scenario: Annotated[
        Path, typer.Argument(metavar="SCENARIO", help="What is asked, as in scenarios/chat.yaml.")
    ],
    stack: options.Stack,
    target: Annotated[
        str | None,
        typer.Option(metavar="ACCOUNT/DEPLOYMENT", help="In place of the scenario's target."),
    ] = None,
    calls_per_second: Annotated[
        float | None, typer.Option("--rps", help="In place of the scenario's calls_per_second.")
    ] = None,
    duration_s: Annotated[
        float | None, typer.Option("--duration", help="Seconds, in place of the scenario's.")
    ] = None,
    warm_up_s: Annotated[
        float | None, typer.Option("--warm-up", help="Seconds, in place of the scenario's.")
    ] = None,
    page: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="The run as a page, here too.")
    ] = None,
    sweep: Annotated[
        bool,
        typer.Option(
            "--sweep",
            help="Stages of 60 s (or --duration), each a quarter faster, until one is too much.",
        ),
    ] = False,
    record: options.Record = False,
    as_json: options.AsJson = False,
    dry_run: options.DryRun = False,
) -> None:
    """Ask a deployment as often as its callers will, and judge latency, errors and throttling.

    Calls leave when they are due, whatever became of those before, and each is timed from then on.
    Everything is kept in .plumb/runs/<id>/. Ctrl-C ends a run early; what was measured is kept.

    Exit code: 0 the objectives hold, 1 they do not, 2 wrong use, 3 cannot tell (too few calls, cut
    off), 4 not reached or not allowed.

    \b
    Examples:
      plumb load scenarios/chat.yaml --stack dev --duration 60 --warm-up 5
      plumb load scenarios/chat.yaml --stack staging --rps 2 --html load.html
      plumb load scenarios/chat.yaml --stack staging --rps 1 --sweep
      plumb load scenarios/chat.yaml --stack staging --target primary/chat-v4 --record
    """
    # Here, not above: `plumb --help` must not wait for pydantic and scipy.
    from azure.core.exceptions import ClientAuthenticationError

    from components.stack_file import ROOT
    from scripts.load import scenario as scenarios
    from scripts.load.measure import keep, measure
    from scripts.load.search import keep_sweep, search
    from scripts.load.sweep import STAGE_S
    from scripts.model_client import sign_in
    from scripts.opened import open_stack
    from scripts.readiness import proven as proven_run
    from scripts.readiness.run_folder import RUNS
    from scripts.smoke.probe import no_token

    try:
        wanted = scenarios.read(scenario)
        given: dict[str, object] = {
            "target": target,
            "calls_per_second": calls_per_second,
            "duration_s": duration_s,
            "warm_up_s": warm_up_s,
        }
        if sweep:
            given |= {"duration_s": duration_s or STAGE_S, "warm_up_s": 0.0}
        changed = {name: value for name, value in given.items() if value is not None}
        wanted = scenarios.parse(wanted.model_dump() | changed, str(scenario))
    except scenarios.WrongScenario as error:
        raise leave(Exit.WRONG_USE, error) from None
    opened = open_stack(stack)
    name = opened.target(wanted.target)
    due = round(wanted.calls_per_second * wanted.duration_s)
    typer.echo(
        f"{stack}, {name}: about {due:,} calls in {wanted.duration_s:g} s "
        f"({wanted.arrivals}, {wanted.calls_per_second:g} a second), at most "
        f"{_tokens(wanted, due):,} tokens",
        err=True,
    )
    if sweep and (record or page):
        raise leave(Exit.WRONG_USE, "--sweep finds a rate. Fix: --record and --html at that rate")
    if dry_run:
        raise typer.Exit(Exit.YES)
    proven = proven_run.as_declared(opened, name) if record else None
    token = sign_in()
    try:
        token()
    except ClientAuthenticationError as error:
        raise leave(Exit.NOT_REACHED, no_token(error)) from None
    objectives = opened.declared.observability.objectives
    if sweep:
        swept = search(wanted, stack, name, objectives, opened.outputs, token, tell=_tell_stage)
        keep_sweep(ROOT / RUNS / swept.run_id, swept)
        _print_sweep(swept, as_json=as_json)
        raise typer.Exit(swept.code)
    report, calls = measure(wanted, stack, name, objectives, opened.outputs, token)
    folder = ROOT / RUNS / report.run_id
    keep(folder, report, calls)
    if proven and report.code == Exit.YES:
        proven_run.keep(
            proven,
            name,
            "loadTest",
            report.as_evidence(),
            folder,
            tool="plumb load",
            measured_at=report.began_at,
        )
    if page:
        page.write_text((folder / "report.html").read_text(encoding="utf-8"), encoding="utf-8")
    if as_json:
        typer.echo(json.dumps(report.as_json() | {"folder": str(folder)}, indent=2))
    else:
        _print(report, folder)
    raise typer.Exit(report.code)


def _tokens(wanted: "Scenario", calls: int) -> int:
    weights = sum(kind.weight for kind in wanted.mix.values())
    a_call = sum(
        kind.weight * (kind.prompt_tokens + kind.answer_tokens) for kind in wanted.mix.values()
    )
    return round(calls * a_call / weights)


def _tell_stage(stage: "Stage") -> None:
    found = stage.summary.latency_ms
    p95 = f"p95 {found['p95'].value:.0f} ms" if found else "no answer"
    verdict = f"too much: {', '.join(stage.problems)}" if stage.problems else "holds"
    typer.echo(f"{stage.calls_per_second:8.2f} a second: {p95}, {verdict}", err=True)


def _print_sweep(swept: "Sweep", *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(swept.as_json(), indent=2))
    elif swept.knee:
        most = swept.knee.summary
        typer.echo(
            f"{swept.deployment} bears {swept.knee.calls_per_second:.2f} calls a second "
            f"({most.tokens_per_minute:,.0f} tokens a minute): {swept.words}"
        )
    else:
        typer.echo(f"{swept.deployment}: {swept.words}")


def _print(report: "Report", folder: Path) -> None:
    import sys

    from rich.console import Console
    from rich.table import Table

    from components.stack_file import ROOT
    from scripts.load.report import WORDS

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
    words = {Exit.YES: "[green]ok[/]", Exit.NO: "[red]no[/]", Exit.CANNOT_TELL: "[yellow]?[/] "}
    for reason in report.reasons:
        console.print(f"{words[reason.code]} {reason.text}")
    console.print(f"{report.deployment}: {WORDS[report.code]}")
    console.print(f"kept in {folder.relative_to(ROOT)}", markup=False)
