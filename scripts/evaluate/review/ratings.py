"""What people made of the answers: the sheet as it came back, and all that is wrong with it."""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Final

from scripts.evaluate.review.key import Key
from scripts.evaluate.review.sample import Opinion

RATED: Final[Mapping[str, Opinion | None]] = {
    "yes": "good",
    "y": "good",
    "no": "bad",
    "n": "bad",
    "?": None,
}
"""What may stand under `good`. Who cannot say is not counted."""

NEEDED: Final = ("sheet", "number", "good")
SEPARATORS: Final = ",;\t"
"""Spreadsheets save with what their country puts between columns."""

MOST_MISTAKES: Final = 50


class WrongRatings(Exception):
    """All that is wrong with a sheet, a line each."""


def read(content: bytes, key: Key, file: str) -> dict[int, Opinion | None]:
    """A rating for each number of the sheet.

    Raises:
        WrongRatings: what is wrong, all of it.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise WrongRatings(f"{file}: not in UTF-8. Fix: save it as CSV UTF-8") from None
    header = text.partition("\n")[0]
    separator = max(SEPARATORS, key=header.count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        rows = [(lines.line_num, row) for row in lines if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise WrongRatings(f"{file}:{lines.line_num}: {error}. Fix: save it as CSV") from None
    columns = {name.strip().lower(): at for at, name in enumerate(rows[0][1])} if rows else {}
    if missing := [name for name in NEEDED if name not in columns]:
        raise WrongRatings(
            f"{file}: no column {', '.join(missing)}. Fix: fill in the sheet as it was exported"
        )
    found = [(line, _cells(columns, row)) for line, row in rows[1:]]
    sheets = {cells["sheet"] for _, cells in found}
    if sheets and key.sheet not in sheets:
        raise WrongRatings(
            f"{file}: sheet {min(sheets)[:20]!r}, not {key.sheet}. "
            "Fix: the sheet that was exported last"
        )
    ratings: dict[int, Opinion | None] = {}
    mistakes = [
        f"{file}:{line}: {each}" for line, cells in found for each in _taken(cells, key, ratings)
    ]
    if absent := [each.number for each in key.lines if each.number not in ratings]:
        mistakes.append(f"{file}: no line for {_listed(absent)}. Fix: put it back")
    if mistakes:
        more = len(mistakes) - MOST_MISTAKES
        rest = [f"{file}: and {more} more"] if more > 0 else []
        raise WrongRatings("\n".join([*mistakes[:MOST_MISTAKES], *rest]))
    return ratings


def _cells(columns: Mapping[str, int], row: list[str]) -> dict[str, str]:
    return {name: row[at].strip() if at < len(row) else "" for name, at in columns.items()}


def _taken(cells: Mapping[str, str], key: Key, ratings: dict[int, Opinion | None]) -> Iterator[str]:
    """Enters a line among the ratings; what is wrong with it."""
    if cells["sheet"] != key.sheet:
        other = cells["sheet"][:20]
        yield f"sheet {other!r}, not {key.sheet}. Fix: the sheet that was exported last"
        return
    told = cells["number"]
    number = int(told) if told.isdecimal() and len(told) < 10 else 0
    if number not in {each.number for each in key.lines}:
        yield f"number {told[:20]!r} is not on the sheet. Fix: 1 to {len(key.lines)}"
        return
    if number in ratings:
        yield f"number {number} stands there twice. Fix: leave one of them"
        return
    said = cells["good"].lower()
    if said not in RATED:
        yield f"good is {cells['good'][:20]!r} for number {number}. Fix: yes, no or ?"
    ratings[number] = RATED.get(said)


def _listed(numbers: list[int]) -> str:
    shown = ", ".join(map(str, numbers[:10]))
    return shown if len(numbers) <= 10 else f"{shown} and {len(numbers) - 10} more"
