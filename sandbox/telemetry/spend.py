"""What was spent: tokens at list price, and provisioned throughput by the hour."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from components.catalog import PROVISIONED_SKUS, base_model
from components.prices import price_list
from sandbox.arm.cognitiveservices.names import DEPLOYMENT
from sandbox.arm.kind import properties
from sandbox.clock import moment, stamp
from sandbox.ids import parent_of, within
from sandbox.store import Store, Stored
from sandbox.telemetry.metrics import floor

MILLION: Final = 1_000_000
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class Tokens:
    """What one deployment used."""

    prompt: int
    """Without those from the cache."""
    cached: int
    completion: int


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What an account cost on one day by one deployment. Azure bills the account."""

    day: str
    account: str
    """Its id in lower case."""
    meter: str
    usd: float


def spent(
    store: Store,
    scope: str,
    start: datetime,
    now: datetime,
    counts: Callable[[str], bool] = lambda account: True,
) -> float:
    """USD under a scope since a moment, of the accounts that count."""
    return sum(each.usd for each in costs(store, scope, start, now) if counts(each.account))


def costs(store: Store, scope: str, start: datetime, now: datetime) -> Iterator[Cost]:
    """Each cost under a scope since a moment. What has no list price costs nothing."""
    deployments = {
        each.id.lower(): each for each in store.of_type(DEPLOYMENT) if within(each.id, scope)
    }
    for id, each in deployments.items():
        for day, usd in _hourly(each, start, now):
            yield Cost(day=day, account=parent_of(id), meter=_sku(each), usd=usd)
    rows = store.execute(
        "SELECT account_lc, account_lc || '/deployments/' || lower(deployment) AS id, model, "
        "version, substr(at, 1, 10) AS day, "
        "SUM(prompt_tokens - cached_tokens) AS prompt, SUM(cached_tokens) AS cached, "
        "SUM(completion_tokens) AS completion FROM events WHERE status = 200 AND at >= ? "
        "AND at <= ? AND instr(account_lc || '/', ?) = 1 GROUP BY 1, 2, 3, 4, 5",
        (stamp(start), stamp(now), f"{scope.lower().rstrip('/')}/"),
    )
    for row in rows:
        sku = _sku(deployments.get(row["id"])) or "GlobalStandard"  # of what is gone, a guess
        if sku in PROVISIONED_SKUS:
            continue
        used = Tokens(row["prompt"], row["cached"], row["completion"])
        where = _location(store, row["account_lc"])
        usd = priced(row["model"], row["version"], sku, where, now.date(), used)
        yield Cost(day=row["day"], account=row["account_lc"], meter=row["model"], usd=usd)


def priced(model: str, version: str, sku: str, location: str, on: date, used: Tokens) -> float:
    """USD of some tokens of one model."""
    found = price_list().find(model, version, sku, location, on)
    if found is None:
        return 0.0
    price = found.price
    return (
        used.prompt * price.input
        + used.cached * price.cached_input
        + used.completion * price.output
    ) / MILLION


def _hourly(deployment: Stored, start: datetime, now: datetime) -> Iterator[tuple[str, float]]:
    """By the day: whole hours, used or not. An earlier capacity is not remembered."""
    an_hour = _by_the_hour(deployment)
    if not an_hour:
        return
    made = deployment.body.get("systemData", {}).get("createdAt", deployment.changed_at)
    begun = max(start, moment(made))
    left = max(0, (now - begun) // HOUR)
    while left:
        midnight = floor(begun, DAY) + DAY
        hours = min(left, -((begun - midnight) // HOUR))
        yield stamp(begun)[:10], hours * an_hour
        begun, left = begun + hours * HOUR, left - hours


def _sku(deployment: Stored | None) -> str:
    return str(((deployment.body if deployment else {}).get("sku") or {}).get("name") or "")


def _by_the_hour(deployment: Stored) -> float:
    """USD for an hour in which it stands, whatever it is asked."""
    sku, prices = _sku(deployment), price_list()
    if sku in prices.provisioned:
        capacity = int((deployment.body.get("sku") or {}).get("capacity") or 0)
        return prices.provisioned[sku].hour * capacity
    model = properties(deployment.body).get("model") or {}
    hosted = prices.hosting.get(sku) if base_model(str(model.get("name"))) else None
    return hosted.hour if hosted else 0.0


def _location(store: Store, account: str) -> str:
    found = store.get(account)
    return str(found.body.get("location") or "") if found else ""
