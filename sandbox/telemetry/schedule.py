"""When a rule is looked at: at each turn of its frequency where the answer may have changed."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from sandbox.telemetry.metrics import floor

MOST_TURNS: Final = 1000
"""At one tick; of a longer past only the end is looked at."""


def turns(
    last: datetime,
    now: datetime,
    frequency: timedelta,
    lasting: timedelta,
    minutes: Iterable[datetime],
) -> list[datetime]:
    """The turns after `last`, up to now.

    Args:
        last: up to when the rule has been looked at.
        now: the time.
        frequency: how far apart turns are.
        lasting: how long what happened in a minute can still move the answer.
        minutes: those in which something happened.

    A clock that is put forward by a year has half a million turns of a minute: only those that
    see something are kept, the first after it, which sees it gone, and the very last.
    """
    found: set[datetime] = set()
    latest = floor(now, frequency)
    if latest > last:
        found.add(latest)
    for minute in minutes:
        turn = floor(max(minute, last), frequency) + frequency
        until = min(minute + lasting + 2 * frequency, now)
        while turn <= until:
            found.add(turn)
            turn += frequency
    return sorted(turn for turn in found if turn > last)[-MOST_TURNS:]
