"""How much capacity a peak takes: units to type into sku.capacity, and what they admit."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from components.catalog import PROVISIONED_SKUS, CapacityStep, Model
from policies.throughput import NOISE, Demand, Need, needs, units

Tier = Literal["dev", "small", "medium", "large"]
TIERS: Final[tuple[tuple[Tier, float], ...]] = (
    ("dev", 10_000),
    ("small", 50_000),
    ("medium", 200_000),
    ("large", math.inf),
)
"""By tokens a minute, the upper bound excluded. From large on provisioned throughput is worth
pricing."""

MINUTES_A_DAY: Final = 24 * 60


class NotSized(Exception):
    """Nobody knows what a unit of it carries; the message says of what."""


@dataclass(frozen=True, kw_only=True)
class Size:
    """What a demand takes of one model and SKU."""

    needs: Sequence[Need]
    """TPM and RPM, or PTU; the larger decides."""
    raw: float
    """Units before rounding."""
    capacity: int
    """The smallest legal sku.capacity that is enough."""
    tier: Tier

    @property
    def decisive(self) -> Need:
        return max(self.needs, key=lambda need: need.amount / need.per_unit)


def tier(tokens_per_minute: float) -> Tier:
    return next(name for name, bound in TIERS if tokens_per_minute < bound)


def size(demand: Demand, model: Model, sku: str, step: CapacityStep | None = None) -> Size:
    """What a demand takes.

    step: the legal capacities as Azure told them; by the catalog if left out.

    Raises:
        NotSized: nobody knows what a unit carries.
    """
    found = needs(demand, model, sku)
    if not found:
        raise NotSized(
            f"nobody knows what a unit of {model.name} on {sku} carries. "
            "Fix: a SKU that the catalog rates, or a load run of your own"
        )
    if sku in PROVISIONED_SKUS and model.provisioned:
        raw = units(demand, model.provisioned)
    else:
        raw = max(need.amount / need.per_unit for need in found)
    legal = step or model.capacity(sku)
    return Size(
        needs=found,
        raw=raw,
        capacity=legal.nearest(whole(raw)),
        tier=tier(demand.tokens),
    )


def whole(units: float) -> int:
    """So many units, rounded up, but not for what binary fractions are off by."""
    return math.ceil(units - NOISE)


def calls_per_minute(
    tokens_per_minute: float, tokens_per_call: float, requests_per_minute: float = math.inf
) -> int:
    """How many calls a rate admits: whole ones, since the last one is refused whole."""
    if tokens_per_call <= 0:
        raise ValueError(f"{tokens_per_call:g} tokens a call")
    return math.floor(min(tokens_per_minute / tokens_per_call, requests_per_minute) + NOISE)


def calls_per_day(per_minute: int) -> int:
    return per_minute * MINUTES_A_DAY
