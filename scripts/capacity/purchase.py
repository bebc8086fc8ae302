"""Tokens as they come, throughput by the hour, or a reservation: what a month costs each way."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from components.catalog import Provisioned
from components.prices import Hourly, Price
from policies.throughput import Demand

HOURS_A_MONTH: Final = 730
MONTHS_A_YEAR: Final = 12
MILLION: Final = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Offer:
    """One way to buy."""

    name: str
    monthly: float | None
    """None where the price list does not know."""
    pays_off_at: float | None
    """The mean minute, as a share of the peak minute, from which on it is cheaper than tokens.
    Over 1: never."""
    commits: str
    """For how long, and to what."""


def worth_an_hour(rate: Provisioned, price: Price) -> float:
    """What the tokens that one throughput unit carries in an hour would cost at list price."""
    return rate.tokens_per_minute * price.input * 60 / MILLION


def tokens_an_hour(minute: Demand, price: Price) -> float:
    """What an hour of such minutes costs by the token."""
    cached = minute.prompt_tokens * minute.cache_share
    call = (
        (minute.prompt_tokens - cached) * price.input
        + cached * price.cached_input
        + minute.output_tokens * price.output
    )
    return 60 * minute.requests * call / MILLION


def offers(
    minute: Demand, price: Price, mean_share: float, throughput: int, hourly: Hourly
) -> Sequence[Offer]:
    """Every way to serve the same callers.

    minute: the peak, as answers turn out. mean_share: of the peak, the mean minute of a month.
    throughput: units that the peak takes.
    """
    by_token = tokens_an_hour(minute, price)

    def pays_off(an_hour: float) -> float:
        return throughput * an_hour / by_token if by_token else math.inf

    month, year = hourly.month, hourly.year
    a_month_of_a_year = year / MONTHS_A_YEAR if year is not None else None
    return [
        Offer(
            name="by the token",
            monthly=by_token * mean_share * HOURS_A_MONTH,
            pays_off_at=None,
            commits="nothing",
        ),
        Offer(
            name="throughput by the hour",
            monthly=throughput * hourly.hour * HOURS_A_MONTH,
            pays_off_at=pays_off(hourly.hour),
            commits="nothing; it cannot be paused, only given back",
        ),
        *(
            Offer(
                name=f"reserved for a {name}",
                monthly=throughput * monthly if monthly is not None else None,
                pays_off_at=pays_off(monthly / HOURS_A_MONTH) if monthly is not None else None,
                commits=f"{throughput} units for a {name}, whatever is called",
            )
            for name, monthly in (("month", month), ("year", a_month_of_a_year))
        ),
    ]


def cheapest(offered: Sequence[Offer]) -> Offer:
    known = [each for each in offered if each.monthly is not None]
    return min(known, key=lambda each: each.monthly or 0.0)
