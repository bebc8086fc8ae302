"""The quota that a deployment draws on, and what of it is left for growth."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from components.catalog import PROVISIONED_CAPACITY_MAXIMUM, CapacityStep, Model
from scripts.preflight import pool as pools
from scripts.preflight.seen import Seen
from scripts.preflight.wanted import Wanted, WantedDeployment
from scripts.subscription.facts import Sku, Unknown


@dataclass(frozen=True, kw_only=True)
class Left:
    """One quota. Deployments of one model, SKU, region and subscription share it."""

    name: str
    limit: float
    used: float
    """By everybody in the subscription."""
    left: float
    """For the one deployment that is planned: its own share, and what nobody else has."""
    neighbours: Sequence[str]
    """This stack's other deployments on it, as `account/deployment`."""


def left(seen: Seen, wanted: Wanted, planned: WantedDeployment) -> Left | Unknown:
    """What a deployment may grow to, whatever else the stack declares."""
    found, untold = pools.pools(wanted, seen)
    for each, why in untold:
        if each == planned:
            return why
    pool = next(
        (each for each in found if any(share.wanted == planned for share in each.shares)), None
    )
    if pool is None:
        return Unknown(
            reason=f"{planned.location} does not sell {planned.offered} on {planned.sku}",
            fix=f"plumb preflight --stack {wanted.stack} says where it is to be had",
        )
    if isinstance(pool.usage, Unknown):
        return pool.usage
    live = seen.deployments[planned.account]
    if isinstance(live, Unknown):
        return live
    others = [share for share in pool.shares if share.wanted != planned]
    return Left(
        name=pool.name,
        limit=pool.usage.limit,
        used=pool.usage.used,
        left=max(pool.available(pool.usage) - sum(share.need for share in others), 0.0),
        neighbours=[f"{share.wanted.account}/{share.wanted.name}" for share in others],
    )


def step(sku: Sku) -> CapacityStep:
    """The capacities that may be typed."""
    most = PROVISIONED_CAPACITY_MAXIMUM if sku.maximum is None else sku.maximum
    return CapacityStep(minimum=sku.minimum, step=sku.step, maximum=most)


def rated(model: Model, sku: Sku) -> Model:
    """The model with the rates that its region told, where it told any."""
    tokens, requests = sku.per_minute("token"), sku.per_minute("request")
    return replace(
        model,
        tokens_per_unit=round(tokens) if tokens else model.tokens_per_unit,
        requests_per_unit=round(requests) if requests else model.requests_per_unit,
    )
