"""/_plumb/catalog: what is offered, and what a test wants to be otherwise."""

from typing import Any

from pydantic import Field
from starlette.requests import Request

from components import catalog
from sandbox import offers
from sandbox.arm.cognitiveservices import quota
from sandbox.around import Around
from sandbox.control import Order, Wanted, body_of
from sandbox.offers import Change


class CatalogWanted(Wanted):
    models: dict[str, Change] = Field(default_factory=dict)
    """By name/version."""
    quota_limits: dict[str, dict[str, int]] = Field(default_factory=dict)
    """By location and pool."""
    model_capacity: dict[str, dict[str, int]] = Field(default_factory=dict)
    """By location and SKU: what the region has left, whatever the quota."""


def orders(around: Around) -> list[Order]:
    """GET, POST and DELETE of /_plumb/catalog."""

    async def catalogued(request: Request) -> Any:
        settings = around.settings
        if request.method == "POST":
            wanted = CatalogWanted.model_validate(await body_of(request))
            offers.change(settings, wanted.models)
            for name, said in (
                (quota.LIMITS, wanted.quota_limits),
                (quota.CAPACITY, wanted.model_capacity),
            ):
                if said:
                    settings.set(name, _merged(settings.get(name, {}), said))
        if request.method == "DELETE":
            for name in (offers.CHANGES, quota.LIMITS, quota.CAPACITY):
                settings.unset(name)
        return shown(around)

    return [Order(path="/catalog", methods=("GET", "POST", "DELETE"), handler=catalogued)]


def shown(around: Around) -> dict[str, Any]:
    """All models as they are offered, and what was changed."""
    settings = around.settings
    return {
        "models": [
            {
                "name": each.name,
                "version": each.version,
                "format": each.format,
                "lifecycle": each.lifecycle,
                "retires": each.retires,
                "skus": {sku: sorted(where) for sku, where in each.skus.items()},
                "pools": each.usage_names,
            }
            for each in offers.models(settings)
        ],
        "default_quota": {sku: catalog.default_quota(sku) for sku in quota.OFFER_NAMES},
        "changed": {
            "models": offers.changes(settings),
            "quota_limits": settings.get(quota.LIMITS, {}),
            "model_capacity": settings.get(quota.CAPACITY, {}),
        },
    }


def _merged(
    known: dict[str, dict[str, int]], said: dict[str, dict[str, int]]
) -> dict[str, dict[str, int]]:
    return {**known, **{where: {**known.get(where, {}), **each} for where, each in said.items()}}
