"""The options that commands have in common, so that each means the same everywhere."""

from typing import Annotated, Final

import typer

from scripts import offered

LONGEST_S: Final = 7 * 24 * 3600.0


def seconds(value: float | None) -> float | None:
    """A time that a command may take. Neither NaN nor infinity would ever be over.

    Raises:
        typer.BadParameter: it is none.
    """
    if value is not None and not 0 < value <= LONGEST_S:
        raise typer.BadParameter(f"{value:g}. Fix: seconds, above 0 and at most {LONGEST_S:g}")
    return value


Stack = Annotated[
    str,
    typer.Option(
        metavar="STACK",
        autocompletion=offered.stacks,
        help="Which stack: its file says what there should be.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Answer for a program.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done; do nothing.")]
Record = Annotated[
    bool, typer.Option("--record", help="Add what was measured to the stack's evidence.")
]
RecordFor = Annotated[
    list[str] | None,
    typer.Option(
        "--record-for",
        metavar="STACK",
        autocompletion=offered.stacks,
        help="Add it to the evidence of another stack that declares the same; repeat for more.",
    ),
]
Deadline = Annotated[
    float,
    typer.Option(
        "--deadline",
        metavar="S",
        callback=seconds,
        help="Seconds after which it ends with what it has.",
    ),
]
