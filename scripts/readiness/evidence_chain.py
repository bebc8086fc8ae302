"""Whether evidence is as it was recorded: each entry bears its hash and that of the one before."""

from collections.abc import Sequence
from dataclasses import dataclass

from components.evidence_entry import NOTHING_BEFORE, is_intact
from components.evidence_file import Recorded


@dataclass(frozen=True)
class Break:
    """The first place at which a file is not what was recorded."""

    line: int
    what: str
    """It names the entry, and says what was done to the file."""


def first_break(recorded: Sequence[Recorded]) -> Break | None:
    """None where every entry stands unchanged in its place.

    What was cut off at the end, or written anew from somewhere on, a file alone cannot show: it
    takes another copy of it (`rewritten`).
    """
    before = NOTHING_BEFORE
    for place, each in enumerate(recorded, 1):
        number, entry = each.entry.get("seq"), each.entry
        if not is_intact(entry):
            return Break(each.line, f"entry {number} was changed after it was recorded")
        if number != place:
            return Break(each.line, _out_of_place(recorded, place))
        if entry.get("prev") != before:
            what = f"entry {place} was recorded after another one than now stands before it"
            return Break(each.line, what)
        before = str(entry["hash"])
    return None


def _out_of_place(recorded: Sequence[Recorded], place: int) -> str:
    number = recorded[place - 1].entry.get("seq")
    lines = [each.line for each in recorded if each.entry.get("seq") == number]
    if len(lines) > 1:
        return f"entry {number} stands here and on line {lines[0]}: one was put in"
    for each in recorded:
        if each.entry.get("seq") == place:
            return f"entry {number} stands where {place} was, which is on line {each.line} now"
    return f"entry {place} is gone: entry {number} stands in its place"


def rewritten(recorded: Sequence[Recorded], earlier: Sequence[Recorded]) -> Break | None:
    """The first entry of an earlier copy that is not where it was; None if all are."""
    for place, each in enumerate(earlier):
        if place >= len(recorded):
            line = recorded[-1].line if recorded else 1
            return Break(line, f"entry {place + 1} is gone, and whatever came after it")
        if recorded[place].entry != each.entry:
            return Break(recorded[place].line, f"entry {place + 1} is not what it was")
    return None
