"""What every command to a running sandbox has in common: where it is, and how it is asked."""

from pathlib import Path
from typing import Annotated, Any

import typer

from scripts.exit import Exit, leave
from scripts.local import sandbox

Directory = Annotated[
    Path | None,
    typer.Option(
        "--dir",
        metavar="FOLDER",
        help="Where it lives; default PLUMB_SANDBOX_DIR, else .plumb/sandbox.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]


def reached(folder: Path | None) -> sandbox.Running:
    """The sandbox of a folder. Leaves with one line if none runs."""
    where = sandbox.directory(folder)
    found = sandbox.running(where)
    if found is None:
        raise leave(
            Exit.NOT_REACHED, f"no sandbox runs in {where}. Fix: run `plumb sandbox up` first."
        )
    return found


def ask(found: sandbox.Running, method: str, path: str, body: object = None) -> dict[str, Any]:
    """What the control API answers. Leaves with one line if it refuses, or says nothing."""
    try:
        answer: dict[str, Any] = found.control(method, path, body)
    except sandbox.Refused as error:
        raise leave(Exit.WRONG_USE, error) from None
    except sandbox.NotReached as error:
        raise leave(
            Exit.NOT_REACHED, f"{error}. Fix: `plumb sandbox down`, then `plumb sandbox up`."
        ) from None
    return answer
