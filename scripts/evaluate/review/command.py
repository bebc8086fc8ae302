"""`plumb review`: people read answers that a judge has scored, and whether the two agree."""

import json
import secrets
import textwrap
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scripts import options
from scripts.exit import Exit, leave

if TYPE_CHECKING:
    from scripts.evaluate.kept import Kept, Plan
    from scripts.evaluate.review.key import Key
    from scripts.evaluate.review.result import Reviewed
    from scripts.readiness.proven import Proven

PRECISION = 0.07

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="""Have people read answers that were evaluated, and see whether the judge agrees.

    \b
    Examples:
      plumb review export 20261122-051500-evaluate-1f2e
      plumb review import 20261122-051500-evaluate-1f2e --ratings ratings-3f9a12bc.csv --record
    """,
)

Run = Annotated[str, typer.Argument(metavar="RUN", help="An evaluation, as .plumb/runs names it.")]


@app.command("export")
def export_command(
    run: Run,
    precision: Annotated[
        float,
        typer.Option(
            metavar="SHARE",
            min=0.01,
            max=0.5,
            help="To how much the share that people let pass shall be known, 19 times in 20.",
        ),
    ] = PRECISION,
    sample: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="So many answers, in its place.")
    ] = None,
    seed: Annotated[
        int, typer.Option(metavar="N", help="Another one, another sample in another order.")
    ] = 1,
    as_json: options.AsJson = False,
) -> None:
    """Write a sheet of answers for people to rate.

    Shuffled, without scores, models or names. Up to half of it are answers that the judge refused;
    which, it does not say. page.html is filled in and saved in a browser, sheet.csv in a
    spreadsheet; `plumb review import` takes either's file.

    Exit code: 0 written, 2 wrong use, 3 no answer of the run was judged.

    \b
    Examples:
      plumb review export 20261122-051500-evaluate-1f2e
      plumb review export 20261122-051500-evaluate-1f2e --precision 0.05 --seed 2
    """
    from scripts.evaluate.review import key, page, sheet
    from scripts.evaluate.review import sample as samples
    from scripts.evaluate.review.result import bar

    kept, plan = _kept(run)
    rows = _rows(kept)
    answers = sum(samples.opinion(row) is not None for row in rows)
    if not answers:
        raise leave(Exit.CANNOT_TELL, f"{run}: no answer was judged. Fix: plumb evaluate --again")
    asked = bar(plan.profile)
    wanted = sample or max(asked.reviewed, samples.size_for(precision, answers))
    drawn = samples.draw(rows, wanted, seed)
    found = key.key(plan.run_id, seed, drawn)
    folder = kept.folder / key.FOLDER
    key.write(folder, found)
    shown = [each.row for each in drawn.rows]
    (folder / "sheet.csv").write_text(sheet.text(found.sheet, shown), "utf-8-sig", newline="")
    (folder / "page.html").write_text(page.page(found.sheet, shown), "utf-8")
    known = samples.precision_of(len(shown), answers)
    if as_json:
        told: dict[str, Any] = {
            "sheet": found.sheet,
            "answers": len(shown),
            "of": answers,
            "precision": round(known, 4),
            "folder": str(folder),
        }
        typer.echo(json.dumps(told, indent=2))
        return
    typer.echo(
        f"sheet {found.sheet}: {len(shown)} of {answers} judged answers; the share that people let "
        f"pass will be known to about {100 * known:.0f} points"
    )
    if len(shown) < asked.reviewed:
        typer.echo(f"Too few for evidence: {asked.reviewed} are needed. Fix: more questions")
    for name in ("page.html", "sheet.csv"):
        typer.echo(f"  {_short(folder / name)}")
    typer.echo(f"Next: plumb review import {plan.run_id} --ratings FILE")


@app.command("import")
def import_command(
    run: Run,
    ratings: Annotated[
        Path, typer.Option("--ratings", metavar="FILE", help="The sheet as it was filled in.")
    ],
    record: options.Record = False,
    record_for: options.RecordFor = None,
    as_json: options.AsJson = False,
) -> None:
    """Read a sheet that people filled in.

    It tells how much they let pass, and whether the judge agrees with them. All that is wrong with
    the sheet is said at once. Agreement is Cohen's kappa; where it is under .6, the judge measures
    something else than people mean, and its scores prove nothing.

    Exit code: 0 people let pass enough and agree with the judge, 1 they let too little pass,
    2 wrong use or a wrong sheet, 3 cannot tell (too few, or a judge that is not to be trusted),
    4 not reached or not allowed.

    \b
    Examples:
      plumb review import 20261122-051500-evaluate-1f2e --ratings ratings-3f9a12bc.csv
      plumb review import 20261122-051500-evaluate-1f2e --ratings ratings.csv --record-for prod
    """
    from components.stack_file import ROOT
    from scripts.evaluate.review import key
    from scripts.evaluate.review.ratings import WrongRatings
    from scripts.evaluate.review.ratings import read as read_ratings
    from scripts.evaluate.review.recompute import RATINGS
    from scripts.evaluate.review.result import bar, reviewed, verdict
    from scripts.readiness import proven as proven_run
    from scripts.readiness.run_folder import RUNS

    kept, plan = _kept(run)
    try:
        sheet = key.read(kept.folder / key.FOLDER)
        content = ratings.read_bytes()
        found = reviewed(sheet, read_ratings(content, sheet, str(ratings)), content)
    except (key.NoKey, WrongRatings) as error:
        raise leave(Exit.WRONG_USE, error) from None
    except OSError as error:
        raise leave(Exit.WRONG_USE, f"{ratings}: {error.strerror}. Fix: --ratings FILE") from None
    _check_unchanged(kept, sheet)
    proven = _proven(plan, own=record, others=record_for or ())
    now = datetime.now(UTC)
    folder = ROOT / RUNS / f"{now:%Y%m%d-%H%M%S}-review-{secrets.token_hex(2)}"
    key.write(folder, sheet)
    (folder / RATINGS).write_bytes(content)
    code, reasons = verdict(found, bar(plan.profile))
    told = _as_json(found, code, [each.text for each in reasons]) | {"folder": str(folder)}
    (folder / "review.json").write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    if proven and code == Exit.YES:
        proven_run.keep(
            proven,
            plan.target.name,
            "humanReview",
            found.as_evidence(),
            folder,
            tool="plumb review",
            measured_at=now,
        )
    if as_json:
        typer.echo(json.dumps(told, indent=2))
    else:
        words = {Exit.YES: "ok", Exit.NO: "no", Exit.CANNOT_TELL: "? "}
        typer.echo(_table(found))
        for each in reasons:
            told_so = f"{words[each.code]} {each.text}"
            typer.echo(textwrap.fill(told_so, 100, subsequent_indent="   "))
        typer.echo(f"kept in {_short(folder)}")
    raise typer.Exit(code)


def _kept(run: str) -> "tuple[Kept, Plan]":
    from components.stack_file import ROOT
    from scripts.evaluate.kept import Kept, NoRun
    from scripts.readiness.run_folder import RUNS

    kept = Kept(ROOT / RUNS / Path(run).name)
    try:
        return kept, kept.plan()
    except NoRun as error:
        raise leave(Exit.WRONG_USE, error) from None


def _rows(kept: "Kept") -> Any:
    from scripts.evaluate.kept import NoRun

    try:
        return kept.rows("target", kept.dataset())
    except NoRun as error:
        raise leave(Exit.WRONG_USE, error) from None


def _check_unchanged(kept: "Kept", sheet: "Key") -> None:
    """People rated the answers of the sheet, and no others."""
    from scripts.evaluate.review.key import of
    from scripts.evaluate.review.sample import opinion

    now = {row.item.id: row for row in _rows(kept)}
    for line in sheet.lines:
        row = now.get(line.id)
        if row is None or of(row) != line.answer_sha256 or opinion(row) != line.judge:
            raise leave(
                Exit.WRONG_USE,
                f"{sheet.run_id} was asked or judged again after the sheet was made. "
                "Fix: plumb review export, and have it read anew",
            )


def _proven(plan: "Plan", *, own: bool, others: list[str] | tuple[str, ...]) -> "Proven | None":
    """Whose evidence it will be: of what the run measured, if that is still what is declared."""
    from components.evidence_kinds import KINDS, differences
    from scripts.opened import open_stack
    from scripts.readiness import proven as proven_run

    if not own and not others:
        return None
    if plan.identity is None:
        raise leave(
            Exit.WRONG_USE,
            f"{plan.run_id} was made without --record: what its answers went through is not known. "
            "Fix: plumb evaluate with --record or --record-for, and have that read",
        )
    name = plan.target.name
    proven = proven_run.as_declared(
        open_stack(plan.stack), name, "humanReview", own=own, others=others
    )
    if proven is None:
        return None
    now = proven.measured.identity(plan.target.account, plan.target.deployment).written()
    if wrong := differences(KINDS["humanReview"].compares, plan.identity, now):
        said = "; ".join(f"{part} {plan.identity.get(part)}, not {now.get(part)}" for part in wrong)
        raise leave(
            Exit.WRONG_USE,
            f"the answers are of {name} with {said} as {plan.stack} declares. "
            "Fix: evaluate what is declared",
        )
    return proven


def _as_json(found: "Reviewed", code: Exit, reasons: list[str]) -> dict[str, Any]:
    """`plumb.review/1`."""
    agreed = found.agreement
    return {
        "schema": "plumb.review/1",
        "run_id": found.key.run_id,
        "sheet": found.key.sheet,
        "sheet_sha256": found.sheet_sha256,
        "exit_code": int(code),
        "reasons": reasons,
        "reviewed": found.rated,
        "judged": found.judged,
        "table": {
            f"judge {judge}, people {people}": found.count(judge, people)
            for judge in found.judged
            for people in found.judged
        },
        "pass_share": _number(agreed.good),
        "pass_share_bounds": [agreed.good_bounds.lower, agreed.good_bounds.upper],
        "kappa": _number(agreed.kappa),
        "kappa_bounds": [agreed.kappa_bounds.lower, agreed.kappa_bounds.upper],
    }


def _number(value: float) -> float | None:
    return None if value != value else round(value, 6)


def _table(found: "Reviewed") -> str:
    lines = [f"{'':24}{'people: good':>14}{'bad':>8}{'of all':>9}"]
    for judge, whole in found.judged.items():
        good, bad = found.count(judge, "good"), found.count(judge, "bad")
        lines.append(f"the judge finds {judge:<8}{good:>14}{bad:>8}{whole:>9}")
    return "\n".join(lines)


def _short(path: Path) -> Path:
    from components.stack_file import ROOT

    return path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
