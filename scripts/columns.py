"""Rows as lines of columns for a terminal, the same in a pipe."""

from collections.abc import Collection, Iterator, Sequence
from typing import Final

WIDTH: Final = 100
"""Columns of a terminal that no table of ours exceeds."""


def columns(
    rows: Sequence[Sequence[str]], *, right: Collection[int] = (), longest: int = 0
) -> Iterator[str]:
    """Each row on a line, the first as headings; the column `longest` is cut where it must be.

    right: columns of numbers.
    """
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    excess = sum(widths) + 2 * (len(widths) - 1) - WIDTH
    if excess > 0:
        widths[longest] = max(1, widths[longest] - excess)
    for row in rows:
        cells = (
            f"{_cut(cell, width):{'>' if at in right else '<'}{width}}"
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield "  ".join(cells).rstrip()


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"
