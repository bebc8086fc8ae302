"""What days cost: tokens that were used, and what stood there."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, TypeVar

from components.catalog import PROVISIONED_SKUS, base_model
from components.prices import PriceList
from scripts.cost.price import Money, NoPrice, Sold, Used, call_cost, hourly_cost
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
class Cost:
    """Of one deployment on one day."""

    deployment: str
    day: date
    used: Used
    hours: float
    by_token: Money
    by_hour: Money

    @property
    def whole(self) -> Money:
        return self.by_token.plus(self.by_hour)


def costs(
    stands: Sequence[Stands],
    used: Iterable[Day],
    since: date,
    now: datetime,
    prices: PriceList,
) -> Iterator[Cost]:
    """Each deployment and day on which there is something to pay. An earlier capacity is not known.

    Raises:
        NoPrice: of something that was used; of a deployment that is there no more, too.
    """
    by_name = {each.name: each for each in stands}
    tokens = {(f"{each.account}/{each.deployment}", each.day): each.used for each in used}
    for name, day in tokens:
        if name not in by_name:
            raise NoPrice(
                f"{name} used tokens on {day:%Y-%m-%d} and is there no more, so nobody knows what "
                "it was. Fix: see Cost Management for that day"
            )
    for each in stands:
        for day in _days(since, now):
            hours = _hours(each, day, now)
            spent = tokens.get((each.name, day), Used())
            if hours or spent != Used():
                yield _cost(each, day, spent, hours, prices)


def _cost(each: Stands, day: date, used: Used, hours: float, prices: PriceList) -> Cost:
    nothing = Money(0.0, prices.currency)
    by_token, by_hour = nothing, nothing
    if used != Used():
        by_token = call_cost(each.sold, used, at=datetime.combine(day, NOON), prices=prices)
    if hours:
        an_hour = hourly_cost(each.sold, each.capacity, fine_tuned=each.fine_tuned, prices=prices)
        by_hour = Money(hours * an_hour.amount, an_hour.currency)
    return Cost(
        deployment=each.name,
        day=day,
        used=used,
        hours=hours,
        by_token=by_token,
        by_hour=by_hour,
    )


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


def daily(found: Iterable[Cost]) -> dict[date, float]:
    return _sums((each.day, each.whole.amount) for each in found)


def by_deployment(found: Iterable[Cost], since: date) -> dict[str, float]:
    """Since a day."""
    return _sums((each.deployment, each.whole.amount) for each in found if each.day >= since)


def _sums(pairs: Iterable[tuple[Key, float]]) -> dict[Key, float]:
    found: dict[Key, float] = {}
    for key, amount in pairs:
        found[key] = found.get(key, 0.0) + amount
    return found
