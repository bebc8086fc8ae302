"""ISO 8601 durations and intervals, as Azure's APIs take them."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import unquote

DURATION: Final = re.compile(
    r"P(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+(?:\.\d+)?)D)?"
    r"(?:T(?:(?P<hours>\d+(?:\.\d+)?)H)?(?:(?P<minutes>\d+(?:\.\d+)?)M)?"
    r"(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?"
)


class NoPeriod(ValueError):
    """A text that names no span of time."""


def duration(text: str) -> timedelta:
    """PT5M, P1D, P1DT12H as a span of time.

    Raises:
        NoPeriod: it is none, or longer than the calendar.
    """
    match = DURATION.fullmatch(text.strip().upper())
    found = match.groupdict() if match else {}
    parts = {unit: float(number) for unit, number in found.items() if number}
    if not parts:
        raise NoPeriod(f"'{text}' is no duration; write PT5M, PT1H or P1D")
    try:
        return timedelta(**parts)
    except OverflowError:
        raise NoPeriod(f"'{text}' is too long") from None


def interval(text: str, now: datetime) -> tuple[datetime, datetime]:
    """start/end, start/duration, duration/end, or a duration up to now.

    Raises:
        NoPeriod: it is none of these.
    """
    # az encodes its interval twice.
    first, slash, last = unquote(text).partition("/")
    try:
        if not slash:
            return now - duration(first), now
        if first.upper().startswith("P"):
            end = _moment(last)
            return end - duration(first), end
        start = _moment(first)
        end = start + duration(last) if last.upper().startswith("P") else _moment(last)
    except OverflowError:
        raise NoPeriod(f"'{text}' is too long") from None
    return start, end


def _moment(text: str) -> datetime:
    try:
        # A plus sign of a zone is a blank once it has been through a URL.
        found = datetime.fromisoformat(re.sub(r" (?=\d\d:\d\d$)", "+", text.strip()))
    except ValueError:
        raise NoPeriod(f"'{text}' is no moment; write 2026-11-21T20:00:00Z") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
