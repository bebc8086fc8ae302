"""What a subscription may deploy in a region, one row a model and SKU."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from components import catalog
from components.prices import PriceList
from scripts.subscription.facts import FOUNDRY, OfferedModel, Sku, Usage


@dataclass(frozen=True, kw_only=True)
class Offer:
    location: str
    model: OfferedModel
    sku: Sku
    ends: datetime | None
    """When the model or the SKU ends, whichever is first."""
    left: float | None
    """Of the quota pool; None where nobody told it."""
    price: str
    """Input/output per million tokens, or a throughput unit's by the hour; "" if unknown."""

    @property
    def is_open(self) -> bool:
        """Whether Azure takes a new deployment of it."""
        return self.model.lifecycle not in ("Deprecating", "Deprecated")

    def days(self, now: datetime) -> int | None:
        return (self.ends - now).days if self.ends else None


def offers(
    location: str,
    models: tuple[OfferedModel, ...],
    usages: tuple[Usage, ...] | None,
    prices: PriceList,
    now: datetime,
) -> Iterator[Offer]:
    """What accounts of our kind may have, in the order in which Azure lists it."""
    free: Mapping[str, float] = {each.name: each.limit - each.used for each in usages or ()}
    for model in models:
        if model.kind != FOUNDRY:
            continue
        for sku in model.skus:
            if sku.scope == "Finetune":
                continue
            dates = [each for each in (model.retires, sku.retires) if each]
            yield Offer(
                location=location,
                model=model,
                sku=sku,
                ends=min(dates, default=None),
                left=free.get(sku.usage_name or ""),
                price=price(model, sku.name, location, prices, now),
            )


def price(model: OfferedModel, sku: str, location: str, prices: PriceList, now: datetime) -> str:
    """From the dated list: Azure's own lists of models carry none."""
    if sku in catalog.PROVISIONED_SKUS:
        hourly = prices.provisioned.get(sku)
        return f"{hourly.hour:g}/h" if hourly else ""
    found = prices.find(model.key.name, model.key.version, sku, location, now.date())
    return f"{found.price.input:g}/{found.price.output:g}" if found else ""
