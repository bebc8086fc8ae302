"""`plumb finetune`: is a job's model fit to be deployed, and then into the stack file with it."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scripts import options
from scripts.exit import Exit, leave

if TYPE_CHECKING:
    from scripts.finetune.report import Report

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"max_content_width": 100},
    help="""Verify a fine-tuning job, and write its model into the stack file.

    A job is made with the openai client (docs/finetune.md). What is deployed is what the stack file
    says, and nothing else: a fine-tuned model gets there as a change to that file.

    \b
    Examples:
      plumb finetune verify ftjob-7f3a90c2 --stack dev --wait
      plumb finetune deploy ftjob-7f3a90c2 --stack dev --dry-run
    """,
)

JobId = Annotated[str, typer.Argument(metavar="JOB", help="The job's id: ftjob-…")]
Deployment = Annotated[
    str | None,
    typer.Option(
        metavar="[ACCOUNT/]DEPLOYMENT",
        help="Where the model is to be; left out: the stack's fine-tuned deployment.",
    ),
]
Like = Annotated[
    str | None,
    typer.Option(metavar="DEPLOYMENT", help="Of a new deployment: whose settings it takes."),
]


@app.command("verify")
def verify_command(
    job: JobId,
    stack: options.Stack,
    deployment: Deployment = None,
    like: Like = None,
    suffix: Annotated[
        str | None,
        typer.Option(
            metavar="SUFFIX",
            help="Which suffix the model's name has, where the stack file has none.",
        ),
    ] = None,
    trained_in: Annotated[
        str | None,
        typer.Option(
            metavar="[STACK/]ACCOUNT", help="Which account ran the job, if it is another one."
        ),
    ] = None,
    evaluation: Annotated[
        Path | None,
        typer.Option(
            metavar="RUN",
            help="The folder of a `plumb evaluate` of it beside its base; left out: the newest.",
        ),
    ] = None,
    wait: Annotated[
        bool, typer.Option("--wait", help="Until the job has ended, telling what happens.")
    ] = False,
    page: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="The run as a page, here too.")
    ] = None,
    deadline: options.Deadline = 120,
    as_json: options.AsJson = False,
) -> None:
    """See whether a job made what the stack file wants, and whether it is fit to be deployed there.

    Looks at status, name, losses, checkpoints, Azure's own safety evaluation, answers beside those
    of its base on questions held out, capacity, number and end of fine-tuned deployments. All of
    it is kept in .plumb/runs/<id>/, where `plumb finetune deploy` looks for it.

    Exit code: 0 verified, 1 not to be deployed, 2 wrong use, 3 cannot tell (the job runs, too few
    steps or questions, cut off), 4 not reached or not allowed.

    \b
    Examples:
      plumb finetune verify ftjob-7f3a90c2 --stack dev --wait --deadline 7200
      plumb finetune verify ftjob-7f3a90c2 --stack staging --deployment triage-v2 --like triage-v1
      plumb finetune verify ftjob-7f3a90c2 --stack prod --trained-in dev/primary --html job.html
    """
    # Here, not above: `plumb --help` must not wait for openai and pydantic.
    from scripts.finetune import verify

    report = verify.run(
        verify.Request(
            job=job,
            stack=stack,
            deployment=deployment,
            like=like,
            suffix=suffix,
            trained_in=trained_in,
            evaluation=evaluation,
            wait=wait,
            deadline_s=deadline,
        )
    )
    if page:
        try:
            page.write_text((verify.folder(report) / verify.PAGE).read_text("utf-8"), "utf-8")
        except OSError as error:
            raise leave(Exit.WRONG_USE, f"{page}: {error.strerror}") from None
    if as_json:
        typer.echo(json.dumps(report.as_json(), indent=2))
    else:
        _print(report)
    raise typer.Exit(report.verdict.code)


@app.command("deploy")
def deploy_command(
    job: JobId,
    stack: options.Stack,
    deployment: Deployment = None,
    like: Like = None,
    in_place: Annotated[
        bool,
        typer.Option(
            "--in-place", help="Also if callers have nobody to ask until the new model is up."
        ),
    ] = False,
    up: Annotated[
        bool,
        typer.Option("--up", help="Run `pulumi up` under the account's lock, then smoke it."),
    ] = False,
    lock_timeout: Annotated[
        float,
        typer.Option(
            metavar="S", callback=options.seconds, help="Seconds to wait for whoever has the lock."
        ),
    ] = 60,
    dry_run: options.DryRun = False,
    as_json: options.AsJson = False,
) -> None:
    """Write a verified job's model into the stack file, and with --up deploy and ask it.

    The change is to the one deployment and nothing else; comments, order and quotes stay. It wants
    a verdict of `plumb finetune verify` for this stack and deployment, not older than a day. Done
    once, there is nothing left to do.

    Exit code: 0 done, or nothing to do, 1 not verified, or refused by gate or Azure, 2 wrong use,
    3 stopped, or nobody can tell whether it answers, 4 not reached, not allowed, or locked.

    
    Examples:
      plumb finetune deploy ftjob-7f3a90c2 --stack dev --dry-run
      plumb finetune deploy ftjob-7f3a90c2 --stack staging --deployment triage-v2 --like triage-v1
      plumb finetune deploy ftjob-7f3a90c2 --stack staging --deployment triage-v2 --up
    """
    # Here, not above: `plumb --help` must not wait for pydantic.
    from scripts.finetune import deploy

    request = deploy.Request(
        job=job,
        stack=stack,
        deployment=deployment,
        like=like,
        in_place=in_place,
        up=up,
        dry_run=dry_run,
        lock_timeout_s=lock_timeout,
    )
    done = deploy.run(request)
    if as_json:
        typer.echo(json.dumps(deploy.as_json(done, request), indent=2))
    else:
        typer.echo(done.diff if dry_run else "", nl=False)
        typer.echo(f"{stack}, {done.place}: {done.said}", err=dry_run)


def _print(report: "Report") -> None:
    import sys

    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from scripts.finetune import verify

    words = {
        Exit.YES: "[green]ok[/]",
        Exit.NO: "[red]no[/]",
        Exit.CANNOT_TELL: "[yellow]?[/]",
        Exit.NOT_REACHED: "[yellow]?[/]",
    }
    table = Table(box=None, pad_edge=False, show_header=False)
    for _ in range(3):
        table.add_column(overflow="fold")
    for each in report.verdict.findings:
        word = "[yellow]look[/]" if each.warns else words[each.code]
        table.add_row(word, each.check, escape(each.text))
    console = Console(width=None if sys.stdout.isatty() else 100, highlight=False)
    console.print(table)
    wanted = report.facts.surroundings.wanted
    console.print(f"{report.facts.job.id} for {wanted.stack}, {report.place}: {report.words}")
    console.print(f"kept in {verify.shown(verify.folder(report))}", markup=False)
