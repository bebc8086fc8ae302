"""What a subscription offers, region by region."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from components.prices import PriceList
from scripts.exit import Exit, gravest
from scripts.models.offer import Offer, offers
from scripts.subscription.asking import Asking
from scripts.subscription.facts import Subscription, Unknown
from scripts.subscription.patience import Patience


@dataclass(frozen=True, kw_only=True)
class Region:
    """One region's offers, or why they are not known."""

    offers: Sequence[Offer] | Unknown
    quota: Unknown | None
    """Why nobody knows what is left of it, if so."""

    def only(self, *, name: str, sku: str | None, everything: bool) -> "Region":
        """Offers with `name` in the model's; unless `everything`, those open to newcomers."""
        if isinstance(self.offers, Unknown):
            return self
        kept = [
            each
            for each in self.offers
            if (everything or each.is_open)
            and name.lower() in each.model.key.name.lower()
            and sku in (None, each.sku.name)
        ]
        return replace(self, offers=kept)


def look(
    regions: Sequence[str],
    asked: Subscription,
    patience: Patience,
    prices: PriceList,
    now: datetime,
) -> dict[str, Region]:
    asking = Asking(patience)
    models = {
        each: asking.ask(f"models of {each}", partial(asked.models, each)) for each in regions
    }
    usages = {each: asking.ask(f"quota of {each}", partial(asked.usages, each)) for each in regions}
    found = {}
    for each in regions:
        told, quota = models[each].get(), usages[each].get()
        free = None if isinstance(quota, Unknown) else quota
        found[each] = Region(
            offers=told
            if isinstance(told, Unknown)
            else list(offers(each, told, free, prices, now)),
            quota=quota if isinstance(quota, Unknown) else None,
        )
    return found


def code(regions: Iterable[Region], *, offline: bool) -> Exit:
    """What a list answers of which parts may be missing. Offline nobody expects quota."""
    return gravest(
        each.code
        for region in regions
        for each in (region.offers, None if offline else region.quota)
        if isinstance(each, Unknown)
    )
