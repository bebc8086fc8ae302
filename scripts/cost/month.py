"""What a month comes to, by what its days cost so far."""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

DAYS_LOOKED_AT: Final = 7
DAYS_OF_THE_CHECK: Final = 30
DAY: Final = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """Of the calendar month, in UTC, as Azure bills it."""

    spent: float
    """Since its first day."""
    mean_day: float
    """Of the last full days, at most seven."""
    full_days: int
    days_left: float
    as_thirty: float
    """Thirty such days: a check on the sum, and what a whole month would cost."""

    @property
    def monthly(self) -> float:
        return self.spent + self.mean_day * self.days_left


def first_of(now: datetime) -> date:
    return now.astimezone(UTC).date().replace(day=1)


def days_of(month: date) -> int:
    return calendar.monthrange(month.year, month.month)[1]


def looked_at_since(now: datetime) -> date:
    """The first day whose cost is needed: of the month, or of the last seven full ones."""
    today = now.astimezone(UTC).date()
    return min(first_of(now), today - DAYS_LOOKED_AT * DAY)


def forecast(daily: Mapping[date, float], since: datetime, now: datetime) -> Forecast | None:
    """The month's cost; None without one full day to go by.

    daily: what each day cost; a day that is missing cost nothing. since: when there was first
    something to cost anything: days before it are no days of the mean.
    """
    now, since = now.astimezone(UTC), since.astimezone(UTC)
    today = now.date()
    full = [
        day
        for day in (today - n * DAY for n in range(1, DAYS_LOOKED_AT + 1))
        if datetime.combine(day, time(), UTC) >= since
    ]
    if not full:
        return None
    mean = sum(daily.get(day, 0.0) for day in full) / len(full)
    begins = first_of(now)
    next_month = datetime.combine(begins + days_of(begins) * DAY, time(), UTC)
    return Forecast(
        spent=sum(cost for day, cost in daily.items() if begins <= day <= today),
        mean_day=mean,
        full_days=len(full),
        days_left=(next_month - now) / DAY,
        as_thirty=mean * DAYS_OF_THE_CHECK,
    )
