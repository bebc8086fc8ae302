"""The sheet that people fill in: questions, what the answers may rest on, answers. No scores."""

import csv
import io
from collections.abc import Sequence
from typing import Final

from scripts.evaluate.row import Row

COLUMNS: Final = ("sheet", "number", "question", "context", "answer", "good", "comment")
"""`good` is for the reader: yes, no, or ? for who cannot say."""

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for a command at the beginning of a cell."""


def text(name: str, rows: Sequence[Row]) -> str:
    """The sheet as CSV."""
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\r\n")
    lines.writerow(COLUMNS)
    for number, row in enumerate(rows, start=1):
        said = row.answer.text if row.answer else ""
        shown = (row.item.query, row.item.context, said)
        lines.writerow((name, number, *map(harmless, shown), "", ""))
    return out.getvalue()


def harmless(cell: str) -> str:
    """A text that no spreadsheet runs."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell
