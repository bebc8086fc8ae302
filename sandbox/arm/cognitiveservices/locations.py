"""What the cognitive services answer by region: quota, models, capacity, deleted accounts."""

from collections.abc import Mapping
from typing import Any

from components import catalog
from sandbox import offers
from sandbox.arm.cognitiveservices import accounts, models, names, quota, throughput
from sandbox.arm.errors import ArmError, bad_request
from sandbox.arm.kind import Answer, Call, Route, properties, reads
from sandbox.arm.paging import page
from sandbox.directory import SUBSCRIPTION_ID
from sandbox.regions import region
from sandbox.store import OF_THE_CLOUD, Body, Stored

TIER_POLICY = f"{OF_THE_CLOUD}tier_upgrade_policy"
BASE = f"/subscriptions/{SUBSCRIPTION_ID}/providers/{names.NAMESPACE}"


def list_models(call: Call, at: Mapping[str, str]) -> Answer:
    location = region(at["location"])
    if location == "global":
        raise bad_request("The location 'global' is not supported.")
    return page(call, models.rows(location, offers.models(call.around.settings)))


def list_usages(call: Call, at: Mapping[str, str]) -> Answer:
    """Every pool of a region, with what is used of it."""
    location = region(at["location"])
    used = quota.used(quota.deployments(call.store, location))
    pools = {
        (model.usage_names[sku], sku)
        for model in catalog.models()
        for sku, where in model.skus.items()
        if location in where
    }
    pools |= {
        (f"{quota.usage_name({'name': f'{m.name}-{m.version}.ft-x'}, 'Standard')}", "Standard")
        for m in catalog.models()
        if m.fine_tunable
    }
    rows = [
        {
            "name": {"value": usage, "localizedValue": quota.label(usage)},
            "currentValue": used.get(usage, 0),
            "limit": quota.limit(call.store, location, usage, sku),
            "unit": "Count",
        }
        for usage, sku in sorted(pools)
    ]
    return page(call, rows)


def capacities(call: Call, at: Mapping[str, str]) -> Answer:
    """Where a model has room: by region if the path names one."""
    format = call.query.get("modelformat", "OpenAI")
    name, version = call.query.get("modelname", ""), call.query.get("modelversion", "")
    model = catalog.find_model(name, version, format)
    if model is None:
        return Answer(status=200, body={"value": []})
    only = region(at["location"]) if "location" in at else None
    rows = [
        _capacity(call, model, sku, where)
        for sku, regions in model.skus.items()
        for where in sorted(regions)
        if only in (None, where)
    ]
    return page(call, rows)


def _capacity(call: Call, model: catalog.Model, sku: str, location: str) -> Body:
    told = quota.room(call.store, location, sku)
    tuned = quota.usage_name({"name": f"{model.name}-{model.version}.ft-x"}, sku)
    free, free_tuned = (
        max(0, quota.pool(call.store, location, pool, sku).free if told is None else told)
        for pool in (model.usage_names[sku], tuned)
    )
    id = f"{BASE}/locations/{location}/models/{model.format}.{model.name}.{model.version}"
    return {
        "id": f"{id}/skuCapacities/{sku}",
        "name": sku,
        "type": f"{names.NAMESPACE}/locations/models/skuCapacities",
        "location": location,
        "properties": {
            "model": {"format": model.format, "name": model.name, "version": model.version},
            "skuName": sku,
            "availableCapacity": free,
            "availableFinetuneCapacity": free_tuned if model.fine_tunable else 0,
        },
    }


def check_domain(call: Call, at: Mapping[str, str]) -> Answer:
    name = str(call.body.get("subdomainName", ""))
    taken = accounts.subdomain_taken(call.store, name)
    said = {"isSubdomainAvailable": not taken, "subdomainName": name, "type": call.body.get("type")}
    if call.body.get("kind"):
        said["kind"] = call.body["kind"]
    if taken:
        said["reason"] = f"Sub domain name '{name}' is already used. Please pick a different name."
    return Answer(status=200, body=said)


def list_deleted(call: Call, at: Mapping[str, str]) -> Answer:
    return page(call, [_deleted(each) for each in call.store.of_type(names.ACCOUNT, deleted=True)])


def get_deleted(call: Call, at: Mapping[str, str]) -> Answer:
    return Answer(status=200, body=_deleted(_find_deleted(call, at)))


def purge(call: Call, at: Mapping[str, str]) -> Answer:
    """Forget a deleted account at once; the right is needed on the subscription."""
    gone = _find_deleted(call, at)
    call.store.purge(gone.id)
    return Answer(status=200)


def _find_deleted(call: Call, at: Mapping[str, str]) -> Stored:
    id = (
        f"/subscriptions/{SUBSCRIPTION_ID}/resourceGroups/{at['group']}/providers/"
        f"{names.ACCOUNT}/{at['account']}"
    )
    found = call.store.soft_deleted(id)
    if found is None or found.body["location"] != region(at["location"]):
        raise ArmError(
            404,
            "ResourceNotFound",
            f"The deleted account '{at['account']}' was not found in location "
            f"'{at['location']}' and resource group '{at['group']}'.",
        )
    return found


def _deleted(stored: Stored) -> Body:
    parts = stored.id.split("/")
    id = (
        f"{BASE}/locations/{stored.body['location']}/resourceGroups/{parts[4]}"
        f"/deletedAccounts/{stored.body['name']}"
    )
    return {**stored.body, "id": id, "type": f"{names.NAMESPACE}/deletedAccounts"}


def content_filters(call: Call, at: Mapping[str, str]) -> Answer:
    """The valid pairs of filter and source."""
    location = region(at["location"])
    rows = [
        {
            "id": f"{BASE}/locations/{location}/raiContentFilters/{each.name}",
            "name": each.name,
            "type": f"{names.NAMESPACE}/locations/raiContentFilters",
            "properties": {
                "name": each.name,
                "isMultiLevelFilter": each.graded,
                "source": source,
            },
        }
        for each in catalog.CONTENT_FILTERS
        for source in each.sources
    ]
    return page(call, rows)


def quota_tier(call: Call, at: Mapping[str, str]) -> Answer:
    policy = properties(call.body).get("tierUpgradePolicy")
    if call.method == "PATCH" and policy:
        call.around.settings.set(TIER_POLICY, policy)
    return Answer(
        status=200,
        body={
            "id": f"{BASE}/quotaTiers/default",
            "name": "default",
            "type": f"{names.NAMESPACE}/quotaTiers",
            "properties": {
                "currentTierName": "Tier 1",
                "tierUpgradePolicy": call.around.settings.get(
                    TIER_POLICY, "OnceUpgradeIsAvailable"
                ),
            },
        },
    )


def resource_skus(call: Call, at: Mapping[str, str]) -> Answer:
    rows = [
        {
            "resourceType": "accounts",
            "name": "S0",
            "tier": "Standard",
            "kind": kind,
            "locations": [where],
            "restrictions": [],
        }
        for kind in ("AIServices", "OpenAI")
        for where in sorted(catalog.regions("global"))
    ]
    return page(call, rows)


ROOT = f"/subscriptions/{{subscription}}/providers/{names.NAMESPACE}"
HERE = f"{ROOT}/locations/{{location}}"
DELETED = f"{HERE}/resourceGroups/{{group}}/deletedAccounts/{{account}}"
NS = names.NAMESPACE
DELETED_ACTION = f"{NS}/locations/resourceGroups/deletedAccounts"


def _get(path: str, action: str, answer: Any) -> Route:
    return reads(path, f"{NS}/{action}/read", answer)


ROUTES = (
    _get(f"{HERE}/models", "locations/models", list_models),
    _get(f"{HERE}/usages", "locations/usages", list_usages),
    _get(f"{HERE}/modelCapacities", "locations/modelCapacities", capacities),
    _get(f"{HERE}/raiContentFilters", "locations/raiContentFilters", content_filters),
    _get(f"{ROOT}/modelCapacities", "modelCapacities", capacities),
    _get(f"{ROOT}/deletedAccounts", "deletedAccounts", list_deleted),
    _get(f"{ROOT}/skus", "skus", resource_skus),
    _get(f"{ROOT}/quotaTiers/default", "quotaTiers", quota_tier),
    _get(DELETED, "locations/resourceGroups/deletedAccounts", get_deleted),
    Route(method="DELETE", path=DELETED, action=f"{DELETED_ACTION}/delete", answer=purge),
    Route(
        method="PATCH",
        path=f"{ROOT}/quotaTiers/default",
        action=f"{NS}/quotaTiers/write",
        answer=quota_tier,
    ),
    Route(
        method="POST",
        path=f"{ROOT}/calculateModelCapacity",
        action=f"{NS}/calculateModelCapacity/action",
        answer=throughput.calculate,
    ),
    Route(
        method="POST",
        path=f"{ROOT}/checkDomainAvailability",
        action=f"{NS}/checkDomainAvailability/action",
        answer=check_domain,
    ),
)
