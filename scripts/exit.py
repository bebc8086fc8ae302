"""What a command answers with, and how it leaves."""

from enum import IntEnum

import typer


class Exit(IntEnum):
    """The exit codes of every `plumb` command. Missing data is never YES."""

    YES = 0
    NO = 1
    WRONG_USE = 2  # Typer's own, for a bad option; ours, for a wrong stack file
    CANNOT_TELL = 3
    NOT_REACHED = 4


def leave(code: Exit, message: object) -> typer.Exit:
    """To be raised: the message goes to stderr, the code to the shell."""
    typer.echo(message, err=True)
    return typer.Exit(code)
