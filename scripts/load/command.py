"""`plumb load`: what a deployment bears, asked as its callers would ask."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scripts import offered
from scripts.exit import Exit, leave

if TYPE_CHECKING:
    from components.sections import Settings
    from scripts.load.report import Report
    from scripts.load.scenario import Scenario
    from scripts.load.search import Sweep
    from scripts.load.sweep import Stage
    from scripts.readiness.declared import Declared
    from scripts.stack_outputs import StackOutputs


def load_command(
    scenario: Annotated[
        Path, typer.Argument(metavar="SCENARIO", help="What is asked, as in scenarios/chat.yaml.")
    ],
    stack: Annotated[
        str,
        typer.Option(metavar="STACK", autocompletion=offered.stacks, help="Whom it is asked of."),
    ],
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
    record: Annotated[
        bool, typer.Option("--record", help="Add a passed run to the stack's evidence.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Answer for a program.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be asked; ask nothing.")
    ] = False,
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

    from components import settings
    from components.stack_file import ROOT
    from scripts import stack_outputs
    from scripts.load import scenario as scenarios
    from scripts.load.measure import keep, measure
    from scripts.load.search import keep_sweep, search
    from scripts.load.sweep import STAGE_S
    from scripts.model_client import sign_in
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
        declared = settings.read(stack)
        outputs = stack_outputs.read(stack)
    except (scenarios.WrongScenario, settings.WrongStackFile) as error:
        raise leave(Exit.WRONG_USE, error) from None
    except stack_outputs.NotDeployed as error:
        raise leave(Exit.CANNOT_TELL, error) from None
    except stack_outputs.NoOutputs as error:
        raise leave(Exit.NOT_REACHED, error) from None
    name = _target(wanted.target, outputs, declared)
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
    proven = _proven(stack, name, outputs) if record else None
    token = sign_in()
    try:
        token()
    except ClientAuthenticationError as error:
        raise leave(Exit.NOT_REACHED, no_token(error)) from None
    objectives = declared.observability.objectives
    if sweep:
        swept = search(wanted, stack, name, objectives, outputs, token, tell=_tell_stage)
        keep_sweep(ROOT / RUNS / swept.run_id, swept)
        _print_sweep(swept, as_json=as_json)
        raise typer.Exit(swept.code)
    report, calls = measure(wanted, stack, name, objectives, outputs, token)
    folder = ROOT / RUNS / report.run_id
    keep(folder, report, calls)
    if proven and report.code == Exit.YES:
        _record(proven, report, folder)
    if page:
        page.write_text((folder / "report.html").read_text(encoding="utf-8"), encoding="utf-8")
    if as_json:
        typer.echo(json.dumps(report.as_json() | {"folder": str(folder)}, indent=2))
    else:
        _print(report, folder)
    raise typer.Exit(report.code)


def _target(name: str, outputs: "StackOutputs", declared: "Settings") -> str:
    """`account/deployment` that a scenario means."""
    if name.startswith("route "):
        route = outputs.routes.get(name.removeprefix("route "))
        if route is None:
            there = ", ".join(sorted(outputs.routes)) or "none"
            raise leave(Exit.WRONG_USE, f"no {name} in this stack. Fix: one of {there}")
        return route.stable
    account, deployment = declared.target(name)
    held = outputs.accounts.get(account)
    if held is None or deployment not in held.deployments:
        there = ", ".join(
            f"{key}/{each}"
            for key, found in sorted(outputs.accounts.items())
            for each in sorted(found.deployments)
        )
        raise leave(Exit.WRONG_USE, f"no {name} in this stack. Fix: one of {there}")
    return f"{account}/{deployment}"


def _tokens(wanted: "Scenario", calls: int) -> int:
    weights = sum(kind.weight for kind in wanted.mix.values())
    a_call = sum(
        kind.weight * (kind.prompt_tokens + kind.answer_tokens) for kind in wanted.mix.values()
    )
    return round(calls * a_call / weights)


def _proven(stack: str, name: str, outputs: "StackOutputs") -> "Declared":
    """What the stack declares, of which evidence may be recorded if that is what is deployed."""
    from components.stack_file import ROOT
    from scripts import git
    from scripts.readiness import declared

    try:
        found = declared.declared(stack, ROOT, git.head(ROOT))
        account, _, deployment = name.partition("/")
        wanted = found.identity(account, deployment)
    except declared.Undeclared as error:
        raise leave(Exit.WRONG_USE, error) from None
    held = outputs.accounts[account].deployments[deployment]
    differing = [
        f"{what} {there}, declared is {here}"
        for what, there, here in (
            ("model", held.model, wanted.model),
            ("version", held.version, wanted.version),
            ("SKU", held.sku, wanted.sku),
            ("capacity", held.capacity, wanted.capacity),
            ("content filter", held.content_filter, wanted.filter),
        )
        if there != here
    ]
    if differing:
        raise leave(
            Exit.CANNOT_TELL,
            f"{name} has {'; '.join(differing)}. Fix: pulumi up --stack {stack}, then measure",
        )
    return found


def _record(proven: "Declared", report: "Report", folder: Path) -> None:
    """Adds the run to the evidence, through what `plumb readiness record` reads too."""
    from scripts.readiness import evidence_log, recording, run_folder

    account, _, deployment = report.deployment.partition("/")
    result = run_folder.Result(
        kind="loadTest",
        stack=report.stack,
        identity=proven.identity(account, deployment),
        measured_at=evidence_log.written(report.began_at),
        tool=recording.tool("plumb load"),
        data=report.as_evidence(),
    )
    run_folder.write(folder, result)
    try:
        recording.record(proven, [recording.measured(proven, result)], report.began_at)
    except evidence_log.Locked as error:
        raise leave(Exit.NOT_REACHED, error) from None
    except evidence_log.NotRecorded as error:
        raise leave(Exit.NO, error) from None
    typer.echo(f"recorded in {proven.file.relative_to(proven.root)}", err=True)


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
