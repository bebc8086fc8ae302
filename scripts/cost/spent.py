"""What days cost: tokens that were used, and what stood there."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, TypeVar

from components.catalog import PROVISIONED_SKUS, base_model
from components.prices import PriceList
from scripts.cost.price import Money, Priced, Sold, Used, priced
from scripts.cost.usage import Day

Key = TypeVar("Key")

NOON: Final = time(12, tzinfo=UTC)
HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Stands:
    """A deployment as it is deployed."""

    name: str
    """`account/deployment`."""
    sold: Sold
    capacity: int
    since: datetime

    @property
    def fine_tuned(self) -> bool:
        return base_model(self.sold.model) is not None

    @property
    def by_the_hour(self) -> bool:
        return self.sold.sku in PROVISIONED_SKUS or self.fine_tuned


@dataclass(frozen=True, kw_only=True)
class Spent:
    """Of one deployment on one day."""

    deployment: str
    day: date
    used: Used
    hours: float
    cost: Priced


def spending(
    stands: Sequence[Stands],
    used: Iterable[Day],
    since: date,
    now: datetime,
    prices: PriceList,
) -> Iterator[Spent]:
    """Each deployment and day on which there is something to pay. An earlier capacity is not known.

    What was used of a deployment that is there no more has no price: nobody knows what it was.
    """
    tokens = {(f"{each.account}/{each.deployment}", each.day): each.used for each in used}
    there = {each.name for each in stands}
    nothing = Money(0.0, prices.currency)
    for (name, day), spent in tokens.items():
        if name not in there:
            why = (
                f"{name} used tokens on {day:%Y-%m-%d} and is not the stack's, or is there no "
                "more. Fix: see Cost Management for what it was"
            )
            gone = Priced(by_token=nothing, by_hour=nothing, unpriced=[why])
            yield Spent(deployment=name, day=day, used=spent, hours=0.0, cost=gone)
    for each in stands:
        for day in _days(since, now):
            hours = _hours(each, day, now)
            spent = tokens.get((each.name, day), Used())
            if hours or spent != Used():
                cost = priced(
                    each.sold,
                    spent,
                    hours,
                    each.capacity,
                    fine_tuned=each.fine_tuned,
                    prices=prices,
                    at=datetime.combine(day, NOON),
                )
                yield Spent(deployment=each.name, day=day, used=spent, hours=hours, cost=cost)


def _days(since: date, now: datetime) -> Iterator[date]:
    day, last = since, now.astimezone(UTC).date()
    while day <= last:
        yield day
        day += timedelta(days=1)


def _hours(each: Stands, day: date, now: datetime) -> float:
    """For how long it stood on a day; none of what is not paid by the hour."""
    if not each.by_the_hour:
        return 0.0
    midnight = datetime.combine(day, time(), UTC)
    begins, ends = max(midnight, each.since), min(midnight + timedelta(days=1), now)
    return max((ends - begins) / HOUR, 0.0)


def daily(found: Iterable[Spent]) -> dict[date, float]:
    return _sums((each.day, each.cost.whole.amount) for each in found)


def dearest(found: Sequence[Spent], day: date) -> str:
    """The deployment that cost most on a day."""
    there = (each for each in found if each.day == day)
    return max(there, key=lambda each: each.cost.whole.amount).deployment


def by_deployment(found: Iterable[Spent], since: date) -> dict[str, float]:
    """Since a day."""
    return _sums((each.deployment, each.cost.whole.amount) for each in found if each.day >= since)


def _sums(pairs: Iterable[tuple[Key, float]]) -> dict[Key, float]:
    found: dict[Key, float] = {}
    for key, amount in pairs:
        found[key] = found.get(key, 0.0) + amount
    return found
