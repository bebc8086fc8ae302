"""What was spent: tokens at list price, and provisioned throughput by the hour."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from components.catalog import PTU_USD_PER_HOUR, model_behind
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
        found = deployments.get(row["id"])
        if _sku(found) in PTU_USD_PER_HOUR:
            continue
        used = Tokens(row["prompt"], row["cached"], row["completion"])
        usd = priced(row["model"], row["version"], _format(found), used)
        yield Cost(day=row["day"], account=row["account_lc"], meter=row["model"], usd=usd)


def priced(model: str, version: str, format: str, used: Tokens) -> float:
    """USD of some tokens of one model."""
    found = model_behind(model, version, format)
    if found is None or found.price is None:
        return 0.0
    price = found.price
    return (
        used.prompt * price.input
        + used.cached * price.cached_input
        + used.completion * price.output
    ) / MILLION


def _hourly(deployment: Stored, start: datetime, now: datetime) -> Iterator[tuple[str, float]]:
    """By the day: whole hours, used or not. An earlier capacity is not remembered."""
    price = PTU_USD_PER_HOUR.get(_sku(deployment))
    if price is None:
        return
    made = deployment.body.get("systemData", {}).get("createdAt", deployment.changed_at)
    begun = max(start, moment(made))
    capacity = int((deployment.body.get("sku") or {}).get("capacity") or 0)
    left = max(0, (now - begun) // HOUR)
    while left:
        midnight = floor(begun, DAY) + DAY
        hours = min(left, -((begun - midnight) // HOUR))
        yield stamp(begun)[:10], hours * price * capacity
        begun, left = begun + hours * HOUR, left - hours


def _sku(deployment: Stored | None) -> str:
    return str(((deployment.body if deployment else {}).get("sku") or {}).get("name") or "")


def _format(deployment: Stored | None) -> str:
    model = properties(deployment.body if deployment else {}).get("model") or {}
    return str(model.get("format") or "OpenAI")
