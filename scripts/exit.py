"""What a command answers with, and how it leaves."""

from collections.abc import Iterable
from enum import IntEnum
from typing import Final

import typer


class Exit(IntEnum):
    """The exit codes of every `plumb` command. Missing data is never YES."""

    YES = 0
    NO = 1
    WRONG_USE = 2  # Typer's own, for a bad option; ours, for a wrong stack file
    CANNOT_TELL = 3
    NOT_REACHED = 4


GRAVEST_FIRST: Final = (Exit.WRONG_USE, Exit.NO, Exit.NOT_REACHED, Exit.CANNOT_TELL)


def gravest(codes: Iterable[Exit]) -> Exit:
    """What a command answers when several apply; of none, YES."""
    found = set(codes)
    return next((each for each in GRAVEST_FIRST if each in found), Exit.YES)


def leave(code: Exit, message: object) -> typer.Exit:
    """To be raised: the message goes to stderr, the code to the shell."""
    typer.echo(message, err=True)
    return typer.Exit(code)
