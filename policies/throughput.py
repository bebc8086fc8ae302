"""What a route's callers ask for, in the units that capacity is sold in."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, get_args

from components.catalog import PROVISIONED_SKUS, Model, Provisioned, StandardSku

RATED_SKUS: Final[frozenset[str]] = frozenset({*get_args(StandardSku), "DeveloperTier"})
"""Billed by token and held to a rate; batches only queue."""

NOISE: Final = 1e-9
"""What binary fractions may be off by."""

MOST: Final = 1e15
"""More than anybody sells, and still a whole number."""


@dataclass(frozen=True, kw_only=True)
class Demand:
    """A peak minute."""

    requests: float
    prompt_tokens: float
    """A request's, on average."""
    output_tokens: float
    """What callers declare as most: admission counts it, used or not."""
    cache_share: float = 0.0
    """Of the prompt tokens, read from cache; only provisioned throughput is spared these."""

    def times(self, factor: float) -> "Demand":
        return Demand(
            requests=self.requests * factor,
            prompt_tokens=self.prompt_tokens,
            output_tokens=self.output_tokens,
            cache_share=self.cache_share,
        )

    @property
    def tokens(self) -> float:
        return self.requests * (self.prompt_tokens + self.output_tokens)


@dataclass(frozen=True)
class Need:
    """How much of one kind a demand takes, and how much of it one unit of capacity gives."""

    kind: str
    """TPM, RPM or PTU."""
    amount: float
    per_unit: float

    @property
    def units(self) -> int:
        return _up(self.amount / self.per_unit)

    def share(self, capacity: float) -> float:
        """How much of the need a capacity meets; 1 is all of it."""
        return capacity * self.per_unit / self.amount if self.amount else math.inf


def needs(demand: Demand, model: Model, sku: str) -> list[Need]:
    """Everything that a deployment must have enough of; empty if nobody knows its rate."""
    if sku in RATED_SKUS:
        return [
            Need("TPM", demand.tokens, model.tokens_per_unit),
            Need("RPM", demand.requests, model.requests_per_unit),
        ]
    if sku in PROVISIONED_SKUS and model.provisioned:
        raw = _up(units(demand, model.provisioned))
        return [Need("PTU", max(raw, model.capacity(sku).nearest(raw)), 1)]
    return []


def tightest(needed: Sequence[Need], capacity: float) -> Need:
    """The one of which a capacity meets the least."""
    return min(needed, key=lambda need: need.share(capacity))


def units(demand: Demand, rate: Provisioned) -> float:
    """Provisioned throughput as Azure calculates it: an output token weighs as several."""
    prompt = demand.prompt_tokens * (1 - demand.cache_share)
    weighed = demand.requests * (prompt + rate.output_ratio * demand.output_tokens)
    return weighed / rate.tokens_per_minute


def _up(number: float) -> int:
    return math.ceil(min(number, MOST) - NOISE)
