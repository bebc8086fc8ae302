"""How a need grows, when it meets the quota, and when to ask for more."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

DAYS_A_MONTH: Final = 365.25 / 12
LEAD_DAYS: Final = 30
"""Between asking for quota and having it: days if all goes well, weeks if a region is full."""


@dataclass(frozen=True, kw_only=True)
class Month:
    number: int
    """From now on; 0 is today."""
    need: float


@dataclass(frozen=True, kw_only=True)
class Growth:
    """A need over the months, beside what may be used."""

    months: Sequence[Month]
    rate: float
    """A month's, as a share."""
    quota: float
    months_to_quota: float
    """Infinite if it never gets there; 0 if it is over already."""
    ends: date | None
    """The day on which the need is the quota; None if it is not within a lifetime of plans."""
    ask_by: date | None
    """The last day on which asking for more is early enough."""
    ask_now: bool
    """That day is today, or past."""

    @property
    def horizon(self) -> int:
        return self.months[-1].number

    @property
    def ends_within(self) -> bool:
        return self.months_to_quota <= self.horizon


def need_after(need: float, rate: float, months: float) -> float:
    return need * math.pow(1 + rate, months)


def months_to_quota(need: float, quota: float, rate: float) -> float:
    """Until the need is the quota: 0 if it is over already, infinite if it does not grow."""
    if need > quota:
        return 0.0
    if rate <= 0 or need <= 0:
        return math.inf
    return math.log(quota / need) / math.log1p(rate)


def grow(
    need: float,
    quota: float,
    *,
    rate: float,
    months: int,
    today: date,
    lead_days: int = LEAD_DAYS,
) -> Growth:
    """The need of each month, and the days that follow from it."""
    left = months_to_quota(need, quota, rate)
    ends = _after(today, left)
    ask_by = ends - timedelta(days=lead_days) if ends else None
    return Growth(
        months=[Month(number=n, need=need_after(need, rate, n)) for n in range(months + 1)],
        rate=rate,
        quota=quota,
        months_to_quota=left,
        ends=ends,
        ask_by=ask_by,
        ask_now=ask_by is not None and ask_by <= today,
    )


def _after(today: date, months: float) -> date | None:
    days = months * DAYS_A_MONTH
    if days > (date.max - today).days:
        return None
    return today + timedelta(days=math.floor(days))
