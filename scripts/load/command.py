"""`plumb load`: what a deployment bears, asked as its callers would ask."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from scripts import offered, options
from scripts.exit import Exit, leave

if TYPE_CHECKING:
    from scripts.load.address import Address
    from scripts.load.measure import Limits
    from scripts.load.plan import Sender
    from scripts.load.report import Report
    from scripts.load.run import Run
    from scripts.load.swept import Sweep
    from scripts.opened import Opened
    from scripts.readiness.proven import Proven


def load_command(
    scenario: Annotated[
        Path,
        typer.Argument(
            metavar="SCENARIO|RUN",
            help="What is asked, as in scenarios/chat.yaml; or the folder of a run, to judge again "
            "what it has kept.",
        ),
    ],
    stack: Annotated[
        str,
        typer.Option(
            metavar="STACK",
            autocompletion=offered.stacks,
            help="Which stack: its file says what there should be.",
            show_default=False,
        ),
    ] = "",
    target: Annotated[
        str | None,
        typer.Option(metavar="ACCOUNT/DEPLOYMENT", help="In place of the scenario's target."),
    ] = None,
    calls_per_second: Annotated[
        float | None,
        typer.Option("--rps", metavar="N", help="In place of the scenario's calls_per_second."),
    ] = None,
    duration_s: Annotated[
        float | None,
        typer.Option("--duration", metavar="S", help="Seconds, in place of the scenario's."),
    ] = None,
    warm_up_s: Annotated[
        float | None,
        typer.Option("--warm-up", metavar="S", help="Seconds, in place of the scenario's."),
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
    workers: Annotated[
        int | None,
        typer.Option(
            metavar="N", min=1, max=1_000, help="Processes that send it together, led by this one."
        ),
    ] = None,
    listen: Annotated[
        str | None,
        typer.Option(
            metavar="HOST:PORT", help="Start no workers; wait here for those of other machines."
        ),
    ] = None,
    join: Annotated[
        str | None,
        typer.Option(metavar="HOST:PORT", help="Be a worker of the run that listens there."),
    ] = None,
    most_cost: Annotated[
        float | None,
        typer.Option(
            metavar="AMOUNT",
            min=0,
            help="In the price list's currency; the run ends when it is spent.",
        ),
    ] = None,
    deadline_s: Annotated[
        float | None,
        typer.Option(
            "--deadline",
            metavar="S",
            callback=options.seconds,
            help="Seconds after which it ends with what it has.",
        ),
    ] = None,
    record: options.Record = False,
    record_for: options.RecordFor = None,
    as_json: options.AsJson = False,
    dry_run: options.DryRun = False,
) -> None:
    """Ask a deployment as often as its callers will, and judge latency, errors and throttling.

    Calls leave when they are due, whatever became of those before, and each is timed from then on.
    Each is kept in .plumb/runs/<id>/ as it ends. Ctrl-C ends a run early; what was measured is
    kept, and so it is after a kill: name the run's folder to see what it came to.

    Exit code: 0 the objectives hold, 1 they do not, 2 wrong use, 3 cannot tell (too few calls, cut
    off), 4 not reached or not allowed.

    \b
    Examples:
      plumb load scenarios/chat.yaml --stack dev --duration 60 --warm-up 5
      plumb load scenarios/chat.yaml --stack staging --rps 2 --html load.html
      plumb load scenarios/chat.yaml --stack staging --rps 1 --sweep
      plumb load scenarios/chat.yaml --stack staging --target primary/chat-v4 \\
          --record-for prod
      plumb load scenarios/chat.yaml --stack staging --rps 900 --workers 4
      plumb load .plumb/runs/20261122-031502-load-17ed      # what a killed run came to
    """
    if scenario.is_dir():
        _judge_again(scenario, page=page, as_json=as_json)
    if not stack:
        raise leave(Exit.WRONG_USE, "Missing option '--stack'. Fix: --stack dev")
    recorded = record or bool(record_for)
    if sweep and (recorded or page or listen):
        raise leave(
            Exit.WRONG_USE,
            "--sweep finds a rate. Fix: --record, --html and --listen at the rate that it finds",
        )
    if listen and not workers:
        raise leave(Exit.WRONG_USE, "--listen waits for how many? Fix: --workers, such as 2")
    if join and (workers or sweep or recorded):
        raise leave(Exit.WRONG_USE, "--join sends what another run leads. Fix: --join alone")

    # Here, not above: `plumb --help` must not wait for pydantic and scipy.
    from scripts.load import plan
    from scripts.load.measure import Limits
    from scripts.opened import open_stack
    from scripts.readiness import proven as proven_runs
    from scripts.tokens import tokens

    limits = Limits.of(most_cost, deadline_s)
    wanted = plan.scenario_of(
        scenario,
        sweep=sweep,
        target=target,
        calls_per_second=calls_per_second,
        duration_s=duration_s,
        warm_up_s=warm_up_s,
    )
    heard, master = _address(listen), _address(join)
    opened = open_stack(stack)
    capped = most_cost is not None
    run = plan.run_of(opened, wanted, sweep=sweep, processes=workers or 1, capped=capped)
    plan.announce(run, record=recorded)
    if dry_run:
        raise typer.Exit(Exit.YES)
    token = tokens()
    if master:
        plan.join(master, plan.work_of(opened, run), token)
    sender = plan.sender(token, workers, heard)
    if sweep:
        _sweep(opened, run, sender, limits, as_json=as_json)
    proven = proven_runs.as_declared(
        opened, run.deployment, "loadTest", own=record, others=record_for or ()
    )
    _measure(opened, run, sender, limits, page, proven, as_json=as_json)


def _address(text: str | None) -> "Address | None":
    from scripts.load import address

    try:
        return address.parsed(text) if text else None
    except ValueError as error:
        raise leave(Exit.WRONG_USE, error) from None


def _measure(
    opened: "Opened",
    run: "Run",
    sender: "Sender",
    limits: "Limits",
    page: Path | None,
    proven: "Proven | None",
    *,
    as_json: bool,
) -> NoReturn:
    from components.stack_file import ROOT
    from scripts.load.measure import measure
    from scripts.load.plan import work_of
    from scripts.readiness import proven as proven_runs
    from scripts.readiness.run_folder import RUNS

    folder = ROOT / RUNS / run.run_id
    with sender(work_of(opened, run)) as send:
        report = measure(run, folder, send, limits)
    if proven and report.code == Exit.YES:
        proven_runs.keep(
            proven,
            run.deployment,
            "loadTest",
            report.as_evidence(),
            folder,
            tool="plumb load",
            measured_at=run.began_at,
        )
    _show(report, folder, page, as_json=as_json)


def _sweep(
    opened: "Opened", run: "Run", sender: "Sender", limits: "Limits", *, as_json: bool
) -> NoReturn:
    from components.stack_file import ROOT
    from scripts.load import printed
    from scripts.load.measure import measure
    from scripts.load.plan import work_of
    from scripts.load.search import search
    from scripts.readiness.run_folder import RUNS

    def stage(stage_run: "Run", kept: Path) -> "Report":
        with sender(work_of(opened, stage_run)) as send:
            return measure(stage_run, kept, send, limits)

    folder = ROOT / RUNS / run.run_id
    swept = search(run, folder, stage, tell=printed.tell_stage)
    _show_sweep(swept, folder, as_json=as_json)


def _judge_again(folder: Path, page: Path | None, *, as_json: bool) -> NoReturn:
    from scripts.load import recompute
    from scripts.load.measure import keep
    from scripts.load.run import NoRun
    from scripts.load.search import STAGES

    folder = folder.resolve()
    try:
        if (folder / STAGES).is_dir():
            _show_sweep(recompute.swept(folder), folder, as_json=as_json)
        report = recompute.judged(folder)
    except NoRun as error:
        raise leave(Exit.WRONG_USE, error) from None
    keep(folder, report)
    _show(report, folder, page, as_json=as_json)


def _show(report: "Report", folder: Path, page: Path | None, *, as_json: bool) -> NoReturn:
    from scripts.load.printed import print_report

    if page:
        page.write_text((folder / "report.html").read_text(encoding="utf-8"), encoding="utf-8")
    if as_json:
        typer.echo(json.dumps(report.as_json() | {"folder": str(folder)}, indent=2))
    else:
        print_report(report, folder)
    raise typer.Exit(report.code)


def _show_sweep(swept: "Sweep", folder: Path, *, as_json: bool) -> NoReturn:
    from scripts.load.printed import print_sweep
    from scripts.load.search import keep_sweep

    keep_sweep(folder, swept)
    if as_json:
        typer.echo(json.dumps(swept.as_json() | {"folder": str(folder)}, indent=2))
    else:
        print_sweep(swept, folder)
    raise typer.Exit(swept.code)
