"""`plumb evaluate`: how well a deployment answers, and how surely that is known."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scripts import options
from scripts.exit import Exit, leave

if TYPE_CHECKING:
    from collections.abc import Callable

    from scripts.evaluate.judges.chosen import Way
    from scripts.evaluate.report import Report

DEADLINE_S = 3600.0
MOST_TOKENS = 500
WAYS: "tuple[Way, ...]" = ("ours", "azure-ai-evaluation")


def evaluate_command(
    stack: options.Stack,
    dataset: Annotated[
        Path | None,
        typer.Argument(metavar="DATASET", help="What is asked, as in datasets/cora.jsonl."),
    ] = None,
    target: Annotated[
        str | None,
        typer.Option(metavar="DEPLOYMENT", help="Who is asked: [ACCOUNT/]NAME, or `route NAME`."),
    ] = None,
    judge: Annotated[
        str | None,
        typer.Option(
            metavar="DEPLOYMENT",
            help="Who judges: [STACK:][ACCOUNT/]NAME; not who is asked.",
        ),
    ] = None,
    judge_way: Annotated[
        str,
        typer.Option(
            "--judge-by", metavar="|".join(WAYS), help="Whose prompts the judge is asked."
        ),
    ] = WAYS[0],
    baseline: Annotated[
        str | None,
        typer.Option(
            metavar="live|DEPLOYMENT", help="Asked as well: the answers must be no worse than its."
        ),
    ] = None,
    online: Annotated[
        bool,
        typer.Option(
            "--online",
            help="DATASET is an export of production answers: a sample of it is judged.",
        ),
    ] = False,
    again: Annotated[
        str | None,
        typer.Option(metavar="RUN", help="Ask and judge what a run has left open, and no more."),
    ] = None,
    most_tokens: Annotated[
        int, typer.Option("--max-tokens", metavar="N", min=1, help="Of an answer, at most.")
    ] = MOST_TOKENS,
    page: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="The run as a page, here too.")
    ] = None,
    junit: Annotated[
        Path | None, typer.Option("--junit", metavar="FILE", help="As tests, for a build server.")
    ] = None,
    markdown: Annotated[
        Path | None, typer.Option("--markdown", metavar="FILE", help="For a pull request.")
    ] = None,
    deadline: options.Deadline = DEADLINE_S,
    record: options.Record = False,
    record_for: options.RecordFor = None,
    as_json: options.AsJson = False,
    dry_run: options.DryRun = False,
) -> None:
    """Ask a deployment every question of a dataset, have the answers judged, and judge the whole.

    Answers are kept in .plumb/runs/<id>/ before they are judged. Ctrl-C ends a run early; --again
    goes on where it ended. What failed, or got no score, is never a good answer.

    Exit code: 0 it answers well enough, 1 it does not, 2 wrong use, 3 cannot tell (too few, not
    judged, cut off), 4 not reached or not allowed.

    \b
    Examples:
      plumb evaluate datasets/cora.jsonl --stack staging --target chat-v4 --judge compare-v1
      plumb evaluate datasets/cora.jsonl --stack staging --target chat-v4 --judge compare-v1 \\
          --baseline live --record
      plumb evaluate export.jsonl --stack prod --target chat-v3 --judge chat-v4 --online
      plumb evaluate --stack staging --again 20261122-051500-evaluate-1f2e
    """
    from scripts.evaluate import session
    from scripts.evaluate.dataset import WrongDataset
    from scripts.evaluate.judges.chosen import WrongJudge
    from scripts.evaluate.kept import NoRun
    from scripts.evaluate.prompt import WrongPrompt
    from scripts.evaluate.start import WrongRun
    from scripts.style import WrongStyle

    way = next((each for each in WAYS if each == judge_way), None)
    if way is None:
        raise leave(Exit.WRONG_USE, f"--judge-by {judge_way}. Fix: {' or '.join(WAYS)}")
    wanted = session.Words(
        stack=stack,
        dataset=dataset,
        target=target,
        judge=judge,
        judge_way=way,
        baseline=baseline,
        online=online,
        again=again,
        most_tokens=most_tokens,
        deadline_s=deadline,
        record=record,
        record_for=record_for or (),
        dry_run=dry_run,
    )
    try:
        report, folder = session.run(wanted, _tell)
    except (WrongDataset, WrongPrompt, WrongRun, WrongStyle, WrongJudge, NoRun) as error:
        raise leave(Exit.WRONG_USE, error) from None
    for file, name in ((page, "report.html"), (junit, "junit.xml"), (markdown, "report.md")):
        if file:
            file.write_text((folder / name).read_text(encoding="utf-8"), encoding="utf-8")
    if as_json:
        typer.echo((folder / "evaluation.json").read_text(encoding="utf-8").rstrip())
    else:
        _print(report, folder)
    raise typer.Exit(report.code)


def _tell(what: str, many: int) -> "Callable[[], None]":
    """How far it is: a line for whoever reads later, a count for whoever watches."""
    import sys

    typer.echo(f"{what}: {many}", err=True)
    done = 0

    def step() -> None:
        nonlocal done
        done += 1
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{what}: {done} of {many}" + ("\n" if done == many else ""))
            sys.stderr.flush()

    return step


def _print(report: "Report", folder: Path) -> None:
    import sys

    from rich.console import Console

    from components.stack_file import ROOT
    from scripts.evaluate.table import print_report

    console = Console(width=None if sys.stdout.isatty() else 100, highlight=False)
    print_report(report, console)
    console.print(f"kept in {folder.relative_to(ROOT)}", markup=False)
