"""`plumb readiness`: write down what was proven, approve it, and see that nobody changed it."""

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from scripts import offered, short_lived
from scripts.exit import Exit, leave

if TYPE_CHECKING:
    from components.evidence_kinds import Person
    from scripts.readiness.declared import Declared
    from scripts.readiness.evidence_log import Draft

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"max_content_width": 100},
    help="""Record what was proven of a stack, approve it, report it, verify the record.

    Evidence is in evidence/<stack>.yaml: entries are only ever added, and each names the hash of
    the one before it, so that a change is found. docs/evidence.md has the kinds.

    \b
    Examples:
      plumb readiness record loadTest --stack prod --from .plumb/runs/20261120-load-1
      plumb readiness approve --stack prod --role security --ticket CHG-1402
      plumb readiness verify --against origin/main
    """,
)

Recordable = Literal[
    "evaluation",
    "humanReview",
    "loadTest",
    "demand",
    "rollback",
    "capacityPlan",
    "cost",
    "attestation",
]
Role = Literal["product", "security", "responsible-ai", "operations", "finance"]
Stack = Annotated[
    str,
    typer.Option(
        metavar="STACK",
        autocompletion=offered.stacks,
        help="Whose evidence: what it declares today is what must be proven.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Answer for a program.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be written; write it not.")]


@app.command("record")
def record_command(
    kind: Annotated[Recordable, typer.Argument(help="What it is: see docs/evidence.md.")],
    stack: Stack,
    source: Annotated[
        Path,
        typer.Option(
            "--from",
            metavar="PATH",
            help="The folder of a run, for what is measured; a YAML file, for what is declared.",
        ),
    ],
    route: Annotated[
        str | None, typer.Option(metavar="ROUTE", help="Which route, for demand and rollback.")
    ] = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Add one entry to a stack's evidence.

    What is measured comes from a run folder alone, and must be about what the stack declares.
    Exit code: 0 recorded, 1 refused, 2 wrong use, 4 somebody else records.

    \b
    Examples:
      plumb readiness record loadTest --stack prod --from .plumb/runs/20261120-load-1
      plumb readiness record demand --stack prod --route chat --from forecast.yaml
    """
    from components.evidence_kinds import MEASURED
    from scripts.readiness import evidence_log, recording, run_folder

    target = _declared(stack)
    now = _now()
    try:
        if kind in MEASURED:
            result = run_folder.read(source)
            if result.kind != kind:
                fix = f"plumb readiness record {result.kind}"
                raise leave(Exit.WRONG_USE, f"{source} is the run of a {result.kind}. Fix: {fix}")
            draft = recording.measured(target, result)
        else:
            data = _mapping(source)
            draft = recording.declared_by_hand(target, kind, data, now, route=route)
    except run_folder.NoResult as error:
        raise leave(Exit.WRONG_USE, error) from None
    except evidence_log.NotRecorded as error:
        raise leave(Exit.NO, error) from None
    _write(target, [draft], now, dry_run=dry_run, as_json=as_json)


@app.command("approve")
def approve_command(
    stack: Stack,
    role: Annotated[Role, typer.Option(help="For which you stand; one a person.")],
    ticket: Annotated[str, typer.Option(metavar="TICKET", help="Where it was decided.")],
    metrics: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="YAML list of success metrics {name, baseline, target, source}; product gives it.",
        ),
    ] = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Approve what serves in a stack, in one role, as whoever is signed in.

    It covers the deployments as they are declared now: another model, version, SKU, filter or
    prompt is not approved. Whatever is measured later asks for a new approval.
    Exit code: 0 approved, 1 refused, 2 wrong use, 4 not signed in, or somebody else records.

    \b
    Examples:
      plumb readiness approve --stack prod --role security --ticket CHG-1402
      plumb readiness approve --stack prod --role product --ticket CHG-1402 --metrics success.yaml
    """
    from scripts.readiness import evidence_log, recording

    target = _declared(stack)
    now = _now()
    by = _signed_in()
    try:
        made = recording.approve(
            target,
            now,
            role=role,
            by=by,
            ticket=ticket,
            success_metrics=_list(metrics) if metrics else (),
            dry_run=dry_run,
        )
    except evidence_log.Locked as error:
        raise leave(Exit.NOT_REACHED, error) from None
    except evidence_log.NotRecorded as error:
        raise leave(Exit.NO, error) from None
    _tell(target, made, dry_run=dry_run, as_json=as_json)


@app.command("verify")
def verify_command(
    stack: Annotated[
        list[str] | None,
        typer.Option(
            metavar="STACK",
            autocompletion=offered.stacks,
            help="Whose evidence; repeat for more. All, if left out.",
        ),
    ] = None,
    against: Annotated[
        str | None,
        typer.Option(
            metavar="COMMIT",
            help="An earlier copy, by commit or branch (or a file, of one stack): all of it must "
            "still be there, and nobody may have approved their own change since.",
        ),
    ] = None,
    recorded_only: Annotated[
        bool,
        typer.Option(
            "--recorded-only",
            help="Only whether it is as it was recorded: what it is about, and its age, the gate "
            "judges by how much they weigh in each stack.",
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """See that evidence is whole, about what is declared, and not too old.

    Exit code: 0 it is, 1 it is not, 2 wrong use or a wrong stack file, 3 nothing is recorded.

    \b
    Examples:
      plumb readiness verify
      plumb readiness verify --stack prod
      plumb readiness verify --against origin/main --recorded-only
    """
    from components import stack_file
    from scripts.git import NoSuchCopy
    from scripts.readiness.declared import Undeclared
    from scripts.readiness.evidence_verification import verified

    short_lived.in_a_process_of_its_own()
    root, now = stack_file.ROOT, _now()
    try:
        found = [verified(name, root, now, against) for name in stack or offered.stacks()]
        found = [each.recorded_only() for each in found] if recorded_only else found
    except (NoSuchCopy, Undeclared) as error:
        raise leave(Exit.WRONG_USE, error) from None
    whole = not any(each.problems for each in found)
    # Of what was compared with an earlier copy, "nothing yet" is an answer.
    nothing = not against and not any(each.entries for each in found)
    if as_json:
        stacks = [each.as_json() for each in found]
        answer = {"schema": "plumb.verify/1", "whole": whole, "stacks": stacks}
        typer.echo(json.dumps(answer, indent=2))
    else:
        for each in found:
            typer.echo(each.as_text())
    raise typer.Exit(Exit.NO if not whole else Exit.CANNOT_TELL if nothing else Exit.YES)


@app.command("report")
def report_command(
    stack: Stack,
    page: Annotated[
        Path | None,
        typer.Option("--html", metavar="FILE", help="Write a page for whoever signs."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show what was proven of a stack: each number with its limit and age, and what is missing.

    Exit code: 0 ready, 1 not, 2 wrong use or a wrong stack file, 3 nothing lacks but approvals.

    \b
    Examples:
      plumb readiness report --stack prod
      plumb readiness report --stack prod --html readiness.html
    """
    from scripts.readiness import dossier_page, dossier_text
    from scripts.readiness.dossiers import NoDossier, compiled

    found = _declared(stack)
    try:
        dossier = compiled(found, _now())
    except NoDossier as error:
        raise leave(Exit.WRONG_USE, error) from None
    if page:
        try:
            page.write_text(dossier_page.as_page(dossier), encoding="utf-8")
        except OSError as error:
            raise leave(Exit.WRONG_USE, f"{page}: {error.strerror}") from None
    if as_json:
        typer.echo(json.dumps(dossier_text.as_json(dossier), indent=2))
    else:
        typer.echo(dossier_text.as_text(dossier), nl=False)
    if dossier.is_ready:
        raise typer.Exit(Exit.YES)
    raise typer.Exit(Exit.CANNOT_TELL if dossier.awaits_only_approval else Exit.NO)


def _now() -> datetime:
    from policies import clock

    return clock.now()


def _declared(stack: str) -> "Declared":
    from components.stack_file import ROOT
    from scripts import git
    from scripts.readiness import declared

    short_lived.in_a_process_of_its_own()
    try:
        return declared.declared(stack, ROOT, git.head(ROOT))
    except declared.EvidenceUnreadable as error:
        raise leave(Exit.NO, error) from None
    except declared.Undeclared as error:
        raise leave(Exit.WRONG_USE, error) from None


def _signed_in() -> "Person":
    from scripts.readiness import signed_in

    try:
        return signed_in.whoever_runs_this()
    except signed_in.NotSignedIn as error:
        raise leave(Exit.NOT_REACHED, error) from None
    except signed_in.NoPerson as error:
        raise leave(Exit.NO, error) from None


def _write(
    target: "Declared", drafts: "Sequence[Draft]", now: datetime, *, dry_run: bool, as_json: bool
) -> None:
    from scripts.readiness import evidence_log, recording

    try:
        made = recording.record(target, drafts, now, dry_run=dry_run)
    except evidence_log.Locked as error:
        raise leave(Exit.NOT_REACHED, error) from None
    except evidence_log.NotRecorded as error:
        raise leave(Exit.NO, error) from None
    _tell(target, made, dry_run=dry_run, as_json=as_json)


def _tell(target: "Declared", made: list[dict[str, Any]], *, dry_run: bool, as_json: bool) -> None:
    file = target.settings.readiness.evidence
    if as_json:
        answer = {"schema": "plumb.record/1", "file": file, "written": not dry_run, "entries": made}
        typer.echo(json.dumps(answer, indent=2))
        return
    for entry in made:
        subject = entry["subject"]
        about = [subject[part] for part in ("account", "deployment", "route") if part in subject]
        which = entry["data"].get("role") or "/".join(about) or target.stack
        does = "would be" if dry_run else "is"
        typer.echo(f"{entry['kind']} of {which} {does} entry {entry['seq']} of {file}")
        for each in entry["data"].get("covers", ()):
            model = " ".join(str(each[part]) for part in ("model", "version", "sku", "capacity"))
            typer.echo(f"  covers {each['account']}/{each['deployment']}: {model}")
        typer.echo(f"  hash {entry['hash']}")
    if made and not dry_run:
        typer.echo("Commit it: what is not in git can be lost, and CI cannot hold it against you.")


def _content(file: Path) -> Any:
    from components import document

    try:
        return document.read(file.read_text(encoding="utf-8"))[1]
    except document.Unreadable as error:
        raise leave(Exit.WRONG_USE, f"{file}:{error.line}: {error}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise leave(Exit.WRONG_USE, f"{file}: {error}. Fix: name a YAML file") from None


def _mapping(file: Path) -> dict[str, Any]:
    content = _content(file)
    if not isinstance(content, dict):
        raise leave(Exit.WRONG_USE, f"{file}: no map. Fix: write the kind's data: docs/evidence.md")
    return content


def _list(file: Path) -> list[dict[str, Any]]:
    content = _content(file)
    if not isinstance(content, list) or not all(isinstance(each, dict) for each in content):
        raise leave(Exit.WRONG_USE, f"{file}: no list. Fix: - {{name, baseline, target, source}}")
    return content
