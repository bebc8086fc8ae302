"""`plumb sandbox save` and `restore`: the whole of it in one file."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from scripts.exit import Exit, leave
from scripts.local.reach import AsJson, Directory, ask, reached

SAVE_HELP = """Write all that it holds into one file: resources, traffic, alerts, faults, the time,
and what Pulumi knows of it.

The file is for its owner alone: it holds the keys of accounts and stores.

\b
Examples:
  plumb sandbox save before.sandbox
  plumb sandbox save ~/cases/throttled.sandbox --json
"""

RESTORE_HELP = """Put a saved state in place of the present one. Its clock goes to the saved time.

Ports, the people and open shells stay as they are. A file that is damaged, or from another
version, is refused, and nothing changes.

\b
Examples:
  plumb sandbox restore before.sandbox
  plumb sandbox restore before.sandbox --dry-run     # what is in it
  plumb sandbox restore before.sandbox --yes
"""

File = Annotated[Path, typer.Argument(metavar="FILE")]


def save(file: File, folder: Directory = None, as_json: AsJson = False) -> None:
    told = ask(reached(folder), "POST", "/save", {"file": str(file.expanduser().absolute())})
    typer.echo(json.dumps(told) if as_json else f"saved: {in_words(told)}")


def restore(
    file: File,
    folder: Directory = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what is in it.")] = False,
    as_json: AsJson = False,
) -> None:
    found, wanted = reached(folder), {"file": str(file.expanduser().absolute())}
    held = ask(found, "POST", "/restore", {**wanted, "dry_run": True})
    if not as_json:
        typer.echo(f"in it: {in_words(held)}")
    if dry_run:
        if as_json:
            typer.echo(json.dumps(held))
        return
    if not yes and not typer.confirm("Put it in place of all that is there now?", err=True):
        raise leave(Exit.NO, "nothing was changed")
    told = ask(found, "POST", "/restore", wanted)
    typer.echo(json.dumps(told) if as_json else "restored")


def in_words(told: dict[str, Any]) -> str:
    """How much there is, and of when."""
    resources = sum(told["resources"].values())
    return (
        f"{resources:,} {'resource' if resources == 1 else 'resources'}, "
        f"{told['events']:,} {'request' if told['events'] == 1 else 'requests'} to models, "
        f"as of {told['now'][:19].replace('T', ' ')} UTC"
    )
