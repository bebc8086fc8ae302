"""The `plumb` command: every sub-command, and nothing else."""

import os
import sys

import typer

from scripts.checking.command import EXTRA_WORDS, check_command
from scripts.exit import Exit
from scripts.load.command import load_command
from scripts.local.command import app as sandbox
from scripts.readiness.command import app as readiness
from scripts.smoke.command import smoke_command

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"max_content_width": 100},
    help="""Operate Azure AI: judge a stack, ask it, or run a local Azure to try both on.

    Exit codes: 0 yes, 1 no, 2 wrong use or configuration, 3 cannot tell, 4 not reached or not
    allowed.

    \b
    Examples:
      plumb check                      # the stack files here, without any cloud
      plumb sandbox up                 # a local Azure, for `make up` and the next line
      plumb smoke --stack dev          # does what is deployed answer?
      plumb load scenarios/chat.yaml --stack dev --duration 60   # how much of it?
    """,
)
app.command("check", context_settings=EXTRA_WORDS)(check_command)
app.command("smoke")(smoke_command)
app.command("load")(load_command)
app.add_typer(readiness, name="readiness")
app.add_typer(sandbox, name="sandbox")


def main() -> None:
    """Runs `plumb`. An answer that nobody could read is no answer, whatever it was.

    A reader that has gone (`plumb check | head -1`) has seen what it wanted, and is no error.
    """
    code: int | str | None
    try:
        app()
        code = Exit.YES
    except SystemExit as left:
        code = left.code
    except OSError as error:
        code = _unread(error)
    try:
        if sys.stdout:
            sys.stdout.flush()
    except OSError as error:
        code = _unread(error)
    raise SystemExit(code)


def _unread(error: OSError) -> Exit:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)  # what is still buffered would fail once more on the way out
    if not isinstance(error, BrokenPipeError):
        print(f"plumb cannot write its answer: {error.strerror}.", file=sys.stderr)
    return Exit.CANNOT_TELL
