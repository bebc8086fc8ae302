"""Quota pools: what a subscription may use of one model and SKU in one region."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from components import catalog
from sandbox.arm.cognitiveservices import names
from sandbox.arm.kind import properties
from sandbox.around import Settings
from sandbox.faults import Faults
from sandbox.store import Body, Store

CAPACITY = "model_capacity"
"""Setting: {location: {sku: capacity that the region has left}}; else it has what quota leaves."""

LIMITS = "quota_limits"
"""Setting: {location: {usage name: limit}}; what is not in it has the catalogue's default."""

OFFER_NAMES = {
    "Standard": "Tokens Per Minute (thousands)",
    "DataZoneStandard": "Tokens Per Minute (thousands) - DataZone",
    "GlobalStandard": "Tokens Per Minute (thousands) - Global",
    "DeveloperTier": "Tokens Per Minute (thousands) - Developer",
    "GlobalBatch": "Enqueued Tokens (thousands) - Global Batch",
    "DataZoneBatch": "Enqueued Tokens (thousands) - DataZone Batch",
    "ProvisionedManaged": "Provisioned Managed Throughput Unit",
    "DataZoneProvisionedManaged": "DataZone Provisioned Managed Throughput Unit",
    "GlobalProvisionedManaged": "Global Provisioned Managed Throughput Unit",
}


@dataclass(frozen=True)
class Pool:
    """One quota as it stands."""

    usage_name: str
    label: str
    limit: int
    used: int

    @property
    def free(self) -> int:
        return self.limit - self.used


def usage_name(model: Mapping[str, Any], sku: str) -> str:
    """The pool that a deployment of a model draws on; provisioned pools carry no model."""
    format, name = str(model.get("format", "OpenAI")), str(model.get("name"))
    base = catalog.base_model(name)
    if base:
        if sku in catalog.PROVISIONED_SKUS:
            return catalog.usage_name(base.format, base.name, sku)
        return catalog.usage_name(base.format, base.name, sku) + "-finetune"
    found = catalog.find_model(name, str(model.get("version")), format)
    if found and sku in found.usage_names:
        return found.usage_names[sku]
    return catalog.usage_name(format, name, sku)


def label(usage: str) -> str:
    """A pool's name for people: Tokens Per Minute (thousands) - gpt-4o."""
    _, sku, *model = usage.split(".", 2)
    offer = OFFER_NAMES.get(sku, sku)
    return f"{offer} - {model[0]}" if model else offer


def capacity(deployment: Body) -> int:
    """What a deployment holds of its pool; one unit where it does not say."""
    return int((deployment.get("sku") or {}).get("capacity") or 1)


def used(deployments: Iterable[Body]) -> dict[str, int]:
    """Capacity held, by pool."""
    held: dict[str, int] = {}
    for each in deployments:
        name = usage_name(properties(each).get("model") or {}, each["sku"]["name"])
        held[name] = held.get(name, 0) + capacity(each)
    return held


def deployments(store: Store, location: str) -> list[Body]:
    """Those of a region that hold quota: live ones and those of accounts not yet purged."""
    found = []
    for gone in (False, True):
        for account in store.of_type(names.ACCOUNT, deleted=gone):
            if account.body["location"] == location:
                found.append(account.id.lower())
    standing = [
        *store.of_type(names.DEPLOYMENT),
        *store.of_type(names.DEPLOYMENT, deleted=True),
    ]
    return [each.body for each in standing if each.id.lower().rsplit("/", 2)[0] in found]


def pool(store: Store, location: str, usage: str, sku: str) -> Pool:
    return Pool(
        usage_name=usage,
        label=label(usage),
        limit=limit(store, location, usage, sku),
        used=used(deployments(store, location)).get(usage, 0),
    )


def room(store: Store, location: str, sku: str) -> int | None:
    """What a region has left of a SKU, whatever the quota says; None where nobody has said."""
    told = Settings(store).get(CAPACITY, {}).get(location, {}).get(sku)
    return None if told is None else int(told)


def limit(store: Store, location: str, usage: str, sku: str) -> int:
    limits = Settings(store).get(LIMITS, {})
    granted = limits.get(location, {}).get(usage)
    whole = int(granted) if granted is not None else catalog.default_quota(sku)
    return int(whole * Faults(store).quota())
