"""From a run to the evidence: what a command that measures does with `--record`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from scripts.exit import Exit, leave

if TYPE_CHECKING:
    from components.evidence_kinds import Identity
    from scripts.opened import Opened
    from scripts.readiness.declared import Declared


@dataclass(frozen=True)
class Proven:
    """What a run is about to measure, and whose evidence it will be."""

    measured: "Declared"
    stacks: tuple["Declared", ...]


def as_declared(
    opened: "Opened", target: str, kind: str, *, own: bool, others: Sequence[str] = ()
) -> Proven | None:
    """What the stack declares, if `account/deployment` is deployed so. Ask before measuring.

    own: whether it shall be the stack's own evidence. others: stacks that declare the same, as
    prod does what is measured in staging. None: nobody's.

    Raises:
        typer.Exit: something else is deployed (3), or nothing or something else declared (2).
    """
    from components.stack_file import ROOT
    from scripts import git
    from scripts.readiness import declared

    if not own and not others:
        return None
    account, _, deployment = target.partition("/")
    names = dict.fromkeys([*([opened.stack] if own else []), *others])
    try:
        found = {
            name: declared.declared(name, ROOT, git.head(ROOT))
            for name in dict.fromkeys([opened.stack, *names])
        }
        wanted = {name: each.identity(account, deployment) for name, each in found.items()}
    except declared.Undeclared as error:
        raise leave(Exit.WRONG_USE, error) from None
    _is_deployed(opened, target, wanted[opened.stack])
    _is_alike(wanted[opened.stack], wanted, kind)
    return Proven(found[opened.stack], tuple(found[name] for name in names))


def _is_deployed(opened: "Opened", target: str, wanted: "Identity") -> None:
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


def _is_alike(measured: "Identity", wanted: Mapping[str, "Identity"], kind: str) -> None:
    """Whether what is measured says something of every stack; minutes are lost if it does not."""
    from components.evidence_kinds import KINDS, differences

    mine = measured.written()
    for name, other in wanted.items():
        theirs = other.written()
        if wrong := differences(KINDS[kind].compares, mine, theirs):
            said = "; ".join(f"{part} {theirs.get(part)}, not {mine.get(part)}" for part in wrong)
            raise leave(
                Exit.WRONG_USE,
                f"{name} declares {measured.account}/{measured.deployment} with {said}, so this "
                "would prove nothing of it. Fix: declare the same in both, with no less capacity",
            )


def keep(
    proven: Proven,
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
        stack=proven.measured.stack,
        identity=proven.measured.identity(account, deployment),
        measured_at=evidence_log.written(measured_at),
        tool=recording.tool(tool),
        data=data,
    )
    run_folder.write(folder, result)
    for each in proven.stacks:
        try:
            recording.record(each, [recording.measured(each, result)], measured_at)
        except evidence_log.Locked as error:
            raise leave(Exit.NOT_REACHED, error) from None
        except evidence_log.NotRecorded as error:
            raise leave(Exit.NO, error) from None
        typer.echo(f"recorded in {each.file.relative_to(each.root)}", err=True)
