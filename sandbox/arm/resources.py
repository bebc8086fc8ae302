"""Microsoft.Resources: subscriptions, resource groups, providers, and resources by id alone."""

import re
from collections.abc import Mapping
from typing import Any

from sandbox.arm import frame, locks, operations
from sandbox.arm.errors import ArmError, group_being_deleted, group_not_found
from sandbox.arm.kind import Answer, Call, Kind, Route, reads
from sandbox.arm.kinds import GROUP_KIND, KINDS
from sandbox.arm.paging import page, stored_page
from sandbox.directory import SUBSCRIPTION_ID, TENANT_ID
from sandbox.faults import Failure
from sandbox.ids import ArmId, segment, within
from sandbox.regions import display_name, region, regions
from sandbox.store import Body, Stored

GROUP_NAME = re.compile(r"[-\w._()]{1,90}")


def put_group(call: Call, name: str, failure: Failure | None = None) -> Answer:
    """Make a resource group, or change its tags.

    Raises:
        ArmError: 409 InvalidResourceGroupLocation, 400 for a bad name or region.
    """
    if not GROUP_NAME.fullmatch(name) or name.endswith("."):
        raise ArmError(
            400,
            "InvalidResourceGroup",
            f"The provided resource group name '{name}' has these invalid characters. The name "
            "can only be a letter, digit, '-', '.', '(', ')' or '_'.",
        )
    id = f"/subscriptions/{SUBSCRIPTION_ID}/resourceGroups/{name}"
    stored = call.store.get(id)
    if failure:
        raise ArmError(409, failure.error["code"], failure.error["message"])
    location = region(call.body.get("location") or "")
    if not location:
        raise ArmError(
            400, "LocationRequired", "The location property is required for this definition."
        )
    if location not in regions():
        raise ArmError(
            400,
            "LocationNotAvailableForResourceGroup",
            f"The provided location '{location}' is not available for resource group. List of "
            f"available regions is '{','.join(regions())}'.",
        )
    if stored and stored.body["location"] != location:
        raise ArmError(
            409,
            "InvalidResourceGroupLocation",
            f"Invalid resource group location '{location}'. The Resource group already exists in "
            f"location '{stored.body['location']}'.",
        )
    if stored and operations.under_way(call.around, stored.id):
        raise group_being_deleted(name)
    body: Body = {
        "id": stored.id if stored else id,
        "name": stored.body["name"] if stored else name,
        "type": GROUP_KIND.type,
        "location": location,
        "properties": {"provisioningState": "Succeeded"},
    }
    for key in ("tags", "managedBy"):
        if call.body.get(key) is not None:
            body[key] = call.body[key]
    written = call.store.put(body["id"], GROUP_KIND.type, body)
    return Answer(status=200 if stored else 201, body=written.body)


def group(call: Call, name: str, failure: Failure | None = None) -> Answer:
    """One resource group: read, written, deleted."""
    id = f"/subscriptions/{SUBSCRIPTION_ID}/resourceGroups/{name}"
    stored = call.store.get(id)
    if call.method == "HEAD":
        return Answer(status=204 if stored else 404)
    if call.method == "PUT":
        return put_group(call, name, failure)
    if stored is None:
        raise group_not_found(name)
    if call.method == "GET":
        return Answer(status=200, body=stored.body)
    if call.method == "PATCH":
        merged = frame.merged(call.body, stored.body)
        return put_group(call.with_body(merged), name, failure)
    if call.method == "DELETE":
        return delete_group(call, stored.id, failure)
    raise ArmError(405, "MethodNotAllowed", f"{call.method} is not allowed on a resource group.")


def delete_group(call: Call, id: str, failure: Failure | None = None) -> Answer:
    """All that is in it first, then itself; always a long operation, as in Azure."""
    locks.unlocked(call.store, id)
    blocked = list(_blocking(call, id))
    if blocked:
        named = ", ".join(each["target"] for each in blocked)
        raise ArmError(
            409,
            "ResourceGroupDeletionBlocked",
            f"Deletion of resource group '{segment(id, 'resourceGroups')}' failed as resources "
            f"with identifiers '{named}' could not be deleted. The provisioning state of the "
            "resource group will be rolled back.",
            details=blocked,
        )
    seconds = call.around.settings.profile.other_seconds
    if not seconds and failure is None:
        frame.apply_delete(call.around, id, call.around.clock.now())
        return Answer(status=200)
    stored = call.store.get(id)
    if stored:
        going = operations.pending(stored.body, "Deleting")
        call.store.put(id, GROUP_KIND.type, going, etag=stored.etag)
    operation = operations.begin(
        call.around,
        action="delete",
        id=id,
        final={},
        seconds=seconds,
        error=failure.error if failure else None,
    )
    said = operations.headers(call, operation, id, location=True)
    # Groups are polled by Location alone.
    del said["Azure-AsyncOperation"]
    return Answer(status=202, headers=said)


def _blocking(call: Call, group_id: str) -> list[Body]:
    """Subnets in which a private endpoint of another group stands."""
    endpoints = [
        each
        for each in call.store.of_type("Microsoft.Network/privateEndpoints")
        if not within(each.id, group_id)
    ]
    return [
        {
            "code": "InUseSubnetCannotBeDeleted",
            "target": each.body["properties"]["subnet"]["id"],
            "message": f"Subnet {each.body['properties']['subnet']['id'].rpartition('/')[2]} is "
            f"in use by {each.id} and cannot be deleted.",
        }
        for each in endpoints
        if within(each.body["properties"]["subnet"]["id"], group_id)
    ]


def groups(call: Call, names: Mapping[str, str]) -> Answer:
    return stored_page(
        call,
        [GROUP_KIND.type],
        scope=f"/subscriptions/{SUBSCRIPTION_ID}",
        shown=lambda each: each.body,
    )


def in_scope(call: Call, names: Mapping[str, str]) -> Answer:
    """Top-level resources of a group or of the subscription; $filter by resourceType."""
    scope = frame.canonical_scope(call.store, call.path.rpartition("/resources")[0])
    wanted = re.search(r"resourceType eq '([^']+)'", call.query.get("$filter", ""), re.IGNORECASE)
    types = [
        kind.type
        for kind in KINDS.values()
        if kind.tracked and (not wanted or kind.type.lower() == wanted[1].lower())
    ]
    return stored_page(call, types, scope=scope, shown=_summary)


def _summary(stored: Stored) -> Body:
    keys = ("id", "name", "type", "location", "kind", "sku", "tags", "identity")
    return {key: stored.body[key] for key in keys if key in stored.body}


def subscription(call: Call, names: Mapping[str, str]) -> Answer:
    return Answer(status=200, body=_subscription())


def subscriptions(call: Call, names: Mapping[str, str]) -> Answer:
    return Answer(status=200, body={"value": [_subscription()], "count": {"value": 1}})


def _subscription() -> Body:
    return {
        "id": f"/subscriptions/{SUBSCRIPTION_ID}",
        "authorizationSource": "RoleBased",
        "managedByTenants": [],
        "subscriptionId": SUBSCRIPTION_ID,
        "tenantId": TENANT_ID,
        "displayName": "Plumbline sandbox",
        "state": "Enabled",
        "subscriptionPolicies": {
            "locationPlacementId": "Internal_2014-09-01",
            "quotaId": "PayAsYouGo_2014-09-01",
            "spendingLimit": "Off",
        },
    }


def tenants(call: Call, names: Mapping[str, str]) -> Answer:
    tenant = {
        "id": f"/tenants/{TENANT_ID}",
        "tenantId": TENANT_ID,
        "displayName": "Plumbline sandbox",
        "defaultDomain": "sandbox.invalid",
        "domains": ["sandbox.invalid"],
        "tenantCategory": "Home",
        "countryCode": "SE",
        "tenantType": "AAD",
    }
    return Answer(status=200, body={"value": [tenant]})


def locations(call: Call, names: Mapping[str, str]) -> Answer:
    value = [
        {
            "id": f"/subscriptions/{SUBSCRIPTION_ID}/locations/{name}",
            "name": name,
            "type": "Region",
            "displayName": display_name(name),
            "regionalDisplayName": display_name(name),
            "metadata": {"regionType": "Physical", "regionCategory": "Recommended"},
        }
        for name in regions()
    ]
    return Answer(status=200, body={"value": value})


def namespaces() -> dict[str, list[Kind]]:
    """The types of each namespace, by its name in canonical case."""
    found: dict[str, list[Kind]] = {}
    for kind in KINDS.values():
        found.setdefault(kind.type.partition("/")[0], []).append(kind)
    return found


def _provider(namespace: str, kinds: list[Kind]) -> Body:
    shown = [display_name(name) for name in regions()]
    return {
        "id": f"/subscriptions/{SUBSCRIPTION_ID}/providers/{namespace}",
        "namespace": namespace,
        "registrationPolicy": "RegistrationRequired",
        "registrationState": "Registered",
        "resourceTypes": [
            {
                "resourceType": kind.type.partition("/")[2],
                "locations": shown if kind.tracked else [],
                "apiVersions": API_VERSIONS,
                "capabilities": "SupportsTags, SupportsLocation" if kind.tracked else "None",
            }
            for kind in kinds
        ],
    }


API_VERSIONS = ["2026-03-01", "2025-09-01", "2025-06-01", "2024-11-01", "2024-03-01"]
"""A sample: the sandbox takes any date."""


def providers(call: Call, names: Mapping[str, str]) -> Answer:
    found: list[Any] = [_provider(name, kinds) for name, kinds in namespaces().items()]
    return page(call, found)


def provider(call: Call, names: Mapping[str, str]) -> Answer:
    for name, kinds in namespaces().items():
        if name.lower() == names["namespace"].lower():
            return Answer(status=200, body=_provider(name, kinds))
    raise invalid_namespace(names["namespace"])


def invalid_namespace(namespace: str) -> ArmError:
    return ArmError(
        404, "InvalidResourceNamespace", f"The resource namespace '{namespace}' is invalid."
    )


def invalid_type(id: ArmId, api_version: str) -> ArmError:
    return ArmError(
        404,
        "InvalidResourceType",
        f"The resource type '{'/'.join(id.types)}' could not be found in the namespace "
        f"'{id.namespace}' for api version '{api_version}'.",
    )


SUBSCRIPTION = "/subscriptions/{subscription}"
READ = "Microsoft.Resources/subscriptions"
ROUTES = (
    reads("/subscriptions", "", subscriptions),
    reads("/tenants", "", tenants),
    reads(SUBSCRIPTION, f"{READ}/read", subscription),
    reads(f"{SUBSCRIPTION}/locations", f"{READ}/locations/read", locations),
    reads(f"{SUBSCRIPTION}/resourcegroups", f"{READ}/resourceGroups/read", groups),
    reads(f"{SUBSCRIPTION}/resources", f"{READ}/resources/read", in_scope),
    reads(
        f"{SUBSCRIPTION}/resourcegroups/{{group}}/resources",
        f"{READ}/resourceGroups/resources/read",
        in_scope,
    ),
    reads(f"{SUBSCRIPTION}/providers", "*/providers/read", providers),
    reads(f"{SUBSCRIPTION}/providers/{{namespace}}", f"{READ}/providers/read", provider),
    Route(
        method="POST",
        path=f"{SUBSCRIPTION}/providers/{{namespace}}/register",
        action=f"{READ}/providers/register/action",
        answer=provider,
    ),
)
