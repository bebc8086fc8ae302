"""`plumb sandbox clock`: what time it is there, and how to let it pass."""

import json
from typing import Annotated, Any

import typer

from scripts.checking.span import NoSpan, seconds
from scripts.exit import Exit, leave
from scripts.local.reach import AsJson, Directory, ask, reached

app = typer.Typer(
    no_args_is_help=True,
    help="""The sandbox's own time: look at it, let it pass, or stop it.

    What falls due on the way happens: operations finish, soft-deleted accounts go for good, role
    assignments take effect, faults run out, alerts are evaluated. A shell hears of it, and its gate
    takes evidence to be so much older, after another `eval "$(plumb sandbox env)"`.

    \b
    Examples:
      plumb sandbox clock show
      plumb sandbox clock advance 48h      # a deleted account is purged
      plumb sandbox clock freeze           # operations stay under way until it is advanced
      plumb sandbox clock thaw
    """,
)

FIRED = {
    "finished": ("operation finished", "operations finished"),
    "failed": ("operation failed", "operations failed"),
    "purged": ("soft-deleted account gone for good", "soft-deleted accounts gone for good"),
    "faults": ("fault over", "faults over"),
    "alerts": ("alert fired", "alerts fired"),
}
"""What the control API counts, in words for one and for more."""


@app.command()
def show(folder: Directory = None, as_json: AsJson = False) -> None:
    """What time it is there, and whether it passes."""
    _tell(ask(reached(folder), "GET", "/clock"), as_json)


@app.command()
def advance(
    by: Annotated[str, typer.Argument(metavar="SPAN", help="90s, 15m, 24h, 2d or 1h30m.")],
    folder: Directory = None,
    as_json: AsJson = False,
) -> None:
    """Let time pass at once, and say what fell due.

    \b
    Examples:
      plumb sandbox clock advance 15m
      plumb sandbox clock advance 1d12h --json
    """
    try:
        span = seconds(by)
    except NoSpan as error:
        raise leave(Exit.WRONG_USE, error) from None
    _tell(ask(reached(folder), "POST", "/clock", {"advance": f"{span:.3f}s"}), as_json)


@app.command()
def freeze(folder: Directory = None, as_json: AsJson = False) -> None:
    """Stop it. It still goes on by `advance`."""
    _tell(ask(reached(folder), "POST", "/clock", {"freeze": True}), as_json)


@app.command()
def thaw(folder: Directory = None, as_json: AsJson = False) -> None:
    """Let it run again, from where it stands."""
    _tell(ask(reached(folder), "POST", "/clock", {"freeze": False}), as_json)


def _tell(answer: dict[str, Any], as_json: bool) -> None:
    typer.echo(json.dumps(answer) if as_json else "\n".join(in_words(answer)))


def in_words(answer: dict[str, Any]) -> list[str]:
    """The time, how it runs, and what fell due."""
    rate = answer["rate"]
    runs = {0: ", frozen", 1: ""}.get(rate, f", {rate:g} times as fast as here")
    lines = [f"{answer['now'][:19].replace('T', ' ')} UTC{runs}"]
    for what, (one, more) in FIRED.items():
        if number := answer.get("fell_due", {}).get(what):
            lines.append(f"{number} {one if number == 1 else more}")
    return lines
