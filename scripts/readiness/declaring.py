"""How a command that measures no deployment adds what it found to the evidence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import typer

from scripts.exit import Exit, leave


@dataclass(frozen=True, kw_only=True)
class Claim:
    """The data of one entry."""

    kind: str
    data: Mapping[str, Any]
    route: str | None = None


def declare(stack: str, claims: Sequence[Claim], now: datetime, *, tool: str) -> None:
    """Adds claims to a stack's evidence, all or none, and says so.

    tool: the command, as in `plumb cost`.

    Raises:
        typer.Exit: the stack's file is wrong (2), somebody else is writing (4), or it cannot be
            recorded (1).
    """
    # Here, not above: it needs the engine's SDK, and most runs record nothing.
    from components.stack_file import ROOT
    from scripts import git
    from scripts.readiness import declared, evidence_log, recording

    try:
        target = declared.declared(stack, ROOT, git.head(ROOT))
        drafts = [
            recording.declared_by_hand(
                target, each.kind, each.data, now, route=each.route, made_by=tool
            )
            for each in claims
        ]
        recording.record(target, drafts, now)
    except declared.Undeclared as error:
        raise leave(Exit.WRONG_USE, error) from None
    except evidence_log.Locked as error:
        raise leave(Exit.NOT_REACHED, error) from None
    except evidence_log.NotRecorded as error:
        raise leave(Exit.NO, error) from None
    kinds = ", ".join(
        f"{each.kind} of {each.route}" if each.route else each.kind for each in claims
    )
    typer.echo(f"{kinds} recorded in {target.settings.readiness.evidence}", err=True)
