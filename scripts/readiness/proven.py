"""From a run to the evidence: what a command that measures does with `--record`."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from scripts.exit import Exit, leave

if TYPE_CHECKING:
    from scripts.opened import Opened
    from scripts.readiness.declared import Declared


def as_declared(opened: "Opened", target: str) -> "Declared":
    """What the stack declares, if `account/deployment` is deployed so. Ask before measuring.

    Raises:
        typer.Exit: something else is deployed (3), or nothing is declared (2).
    """
    from components.stack_file import ROOT
    from scripts import git
    from scripts.readiness import declared

    account, _, deployment = target.partition("/")
    try:
        found = declared.declared(opened.stack, ROOT, git.head(ROOT))
        wanted = found.identity(account, deployment)
    except declared.Undeclared as error:
        raise leave(Exit.WRONG_USE, error) from None
    _, held = opened.held(target)
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
            f"{target} has {'; '.join(differing)}. "
            f"Fix: pulumi up --stack {opened.stack}, then measure",
        )
    return found


def keep(
    proven: "Declared",
    target: str,
    kind: str,
    data: dict[str, Any],
    folder: Path,
    *,
    tool: str,
    measured_at: datetime,
) -> None:
    """Leaves the run's result in its folder and adds it to the evidence, and says so.

    tool: the command, as in `plumb load`. data: as the kind of evidence wants it.

    Raises:
        typer.Exit: somebody else is writing (4), or it cannot be recorded (1).
    """
    from scripts.readiness import evidence_log, recording, run_folder

    account, _, deployment = target.partition("/")
    result = run_folder.Result(
        kind=kind,
        stack=proven.stack,
        identity=proven.identity(account, deployment),
        measured_at=evidence_log.written(measured_at),
        tool=recording.tool(tool),
        data=data,
    )
    run_folder.write(folder, result)
    try:
        recording.record(proven, [recording.measured(proven, result)], measured_at)
    except evidence_log.Locked as error:
        raise leave(Exit.NOT_REACHED, error) from None
    except evidence_log.NotRecorded as error:
        raise leave(Exit.NO, error) from None
    typer.echo(f"recorded in {proven.file.relative_to(proven.root)}", err=True)
