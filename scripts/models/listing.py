"""`plumb models list`: offers as a table and for programs."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from scripts.columns import columns
from scripts.models.offer import Offer
from scripts.models.regional import Region
from scripts.subscription.facts import Unknown

SHORT: Final = {"GenerallyAvailable": "GA"}
HEADINGS: Final = ("MODEL", "SKU", "UNTIL", "LIFE", "LEFT", "PRICE")


def lines(regions: Mapping[str, Region], currency: str) -> Iterator[str]:
    """A table for each region."""
    for location, region in regions.items():
        if isinstance(region.offers, Unknown):
            yield f"{location}: {region.offers}"
            yield ""
            continue
        models = len({each.model.key for each in region.offers})
        yield f"{location}: {models} models, {len(region.offers)} ways to deploy them"
        if region.offers:
            yield from columns([HEADINGS, *map(_row, region.offers)], right=[4])
        if region.quota:
            yield f"{region.quota}"
        yield ""
    yield "LEFT: of the quota pool, which others may share."
    yield f"PRICE: {currency} a million tokens in/out, or a throughput unit an hour; dated list."


def as_json(
    regions: Mapping[str, Region], now: datetime, currency: str, source: str
) -> dict[str, Any]:
    """`plumb.models.list/1`."""
    return {
        "schema": "plumb.models.list/1",
        "at": f"{now:%Y-%m-%dT%H:%M:%SZ}",
        "source": source,
        "currency": currency,
        "unknown": {
            location: [str(each) for each in (region.offers, region.quota) if _is_unknown(each)]
            for location, region in regions.items()
            if _is_unknown(region.offers) or _is_unknown(region.quota)
        },
        "offers": [
            _object(each, now)
            for region in regions.values()
            if not isinstance(region.offers, Unknown)
            for each in region.offers
        ],
    }


def _is_unknown(told: object) -> bool:
    return isinstance(told, Unknown)


def _row(offer: Offer) -> tuple[str, ...]:
    key = offer.model.key
    return (
        f"{key.name}/{key.version}",
        offer.sku.name,
        f"{offer.ends:%Y-%m-%d}" if offer.ends else "",
        SHORT.get(offer.model.lifecycle, offer.model.lifecycle),
        "" if offer.left is None else f"{offer.left:g}",
        offer.price,
    )


def _object(offer: Offer, now: datetime) -> dict[str, Any]:
    key, sku, heir = offer.model.key, offer.sku, offer.model.replacement
    return {
        "location": offer.location,
        "format": key.format,
        "model": key.name,
        "version": key.version,
        "default_version": offer.model.is_default,
        "sku": sku.name,
        "lifecycle": offer.model.lifecycle,
        "until": f"{offer.ends:%Y-%m-%d}" if offer.ends else None,
        "days": offer.days(now),
        "replacement": f"{heir.name} {heir.version}".rstrip() if heir else None,
        "usage_name": sku.usage_name,
        "quota_left": offer.left,
        "capacity": {"minimum": sku.minimum, "step": sku.step, "maximum": sku.maximum},
        "tokens_per_minute_per_unit": sku.per_minute("token"),
        "requests_per_minute_per_unit": sku.per_minute("request"),
        "price": offer.price or None,
    }
