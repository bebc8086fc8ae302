"""Microsoft.CognitiveServices/accounts: what Azure says to a write."""

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sandbox.arm.cognitiveservices import names
from sandbox.arm.cognitiveservices.account_views import ACTIONS, VIEWS
from sandbox.arm.cognitiveservices.network_acls import acls, named
from sandbox.arm.errors import ArmError, bad_request
from sandbox.arm.identities import Identities, identity
from sandbox.arm.kind import Call, Kind, Situation, as_account, properties
from sandbox.around import Around
from sandbox.clock import moment, stamp
from sandbox.ids import within
from sandbox.regions import regions
from sandbox.store import Body, Store, Stored

HELD = timedelta(hours=48)
"""How long a deleted account keeps its name, its subdomain and its quota."""

MOST = 30
LIMITED = ("AIServices", "OpenAI")
"""Kinds of which a subscription has so many in one region and no more."""

ACCOUNT_KINDS = ("AIServices", "OpenAI", "CognitiveServices", "ContentSafety")
SUBDOMAIN = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])", re.IGNORECASE)
NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]{1,63}")

MAKING = (("Accepted", 0.25), ("Creating", 0.75), ("ResolvingDNS", 1))
"""States of a new account, and the share of the whole time by which each has ended."""

ENDPOINTS = {
    "OpenAI": ("OpenAI Language Model Instance API", "OpenAI Dall-E API", "OpenAI Whisper API"),
    "AIServices": (
        "AI Foundry API",
        "Azure AI Model Inference API",
        "Azure OpenAI Legacy API - Latest moniker",
        "OpenAI Language Model Instance API",
        "OpenAI Dall-E API",
        "OpenAI Whisper API",
        "OpenAI Realtime API",
        "Content Safety",
        "Token",
    ),
}


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a write to one account depends on besides itself."""

    id: str
    name: str
    now: datetime
    arm: str
    deleted: Body | None
    """The soft-deleted account of this id."""
    subdomain_taken: bool
    """By another account, soft-deleted ones included."""
    identities: Identities
    subnets: Mapping[str, Body | None]
    """Those that the network rules name."""
    neighbours: int
    """Other accounts of the same kind in the region and subscription."""


def put(wanted: Body, stored: Body | None, facts: Facts) -> Body:
    """The account as Azure would store it.

    Raises:
        ArmError: 409 FlagMustBeSetForRestore, CustomDomainInUse; 400 for what it does not take.
    """
    asked = properties(wanted)
    if facts.deleted and not stored:
        if asked.get("restore") is not True:
            raise ArmError(
                409,
                "FlagMustBeSetForRestore",
                f"An existing resource with ID '{facts.id}' has been soft-deleted. To restore the "
                "resource, you must specify 'restore' to be 'true' in the property. If you don't "
                "want to restore existing resource, please purge it first.",
            )
        return _restored(facts.deleted)
    if asked.get("restore") is True and not stored:
        # Status unverified.
        raise ArmError(
            404,
            "CanNotRestoreANonExistingResource",
            "Could not locate a resource to restore.",
        )
    _check(wanted, asked, stored, facts)
    before = properties(stored)
    subdomain = asked.get("customSubDomainName") or before.get("customSubDomainName")
    endpoint = f"{facts.arm}/acct/{subdomain or wanted['location']}/"
    kind = wanted["kind"]
    body: Body = {
        "kind": kind,
        "sku": {"name": wanted["sku"]["name"]},
        "location": wanted["location"],
        "tags": wanted.get("tags") or {},
        "identity": identity(wanted.get("identity"), stored, facts.id, facts.identities),
        "properties": {
            **{key: value for key, value in asked.items() if key != "restore"},
            "allowProjectManagement": asked.get("allowProjectManagement", False),
            "apiProperties": asked.get("apiProperties") or {},
            "associatedProjects": before.get("associatedProjects", []),
            "callRateLimit": {"rules": [dict(rule) for rule in names.CALL_RULES]},
            "capabilities": [dict(each) for each in names.CAPABILITIES],
            "dateCreated": before.get("dateCreated", stamp(facts.now)),
            "disableLocalAuth": asked.get("disableLocalAuth", False),
            "endpoint": endpoint,
            "endpoints": dict.fromkeys(ENDPOINTS.get(kind, ("Token",)), endpoint),
            "internalId": before.get(
                "internalId", uuid.uuid5(uuid.NAMESPACE_URL, facts.id + stamp(facts.now)).hex
            ),
            "isMigrated": False,
            "networkAcls": acls(asked.get("networkAcls"), subdomain or "", facts.subnets),
            "privateEndpointConnections": [],
            "provisioningState": "Succeeded",
            "publicNetworkAccess": asked.get("publicNetworkAccess") or "Enabled",
            "restrictOutboundNetworkAccess": asked.get("restrictOutboundNetworkAccess", False),
        },
    }
    if subdomain:
        body["properties"]["customSubDomainName"] = subdomain
    return body


def _restored(deleted: Body) -> Body:
    kept = {key: deleted[key] for key in ("kind", "sku", "location", "tags", "identity")}
    dates = ("deletionDate", "scheduledPurgeDate")
    there = {key: value for key, value in properties(deleted).items() if key not in dates}
    return {**kept, "properties": there}


def _check(wanted: Body, asked: Body, stored: Body | None, facts: Facts) -> None:
    kind, sku = wanted.get("kind"), wanted.get("sku")
    if not NAME.fullmatch(facts.name):
        raise bad_request(
            f"The account name '{facts.name}' is invalid. It must be 2 to 64 characters of "
            "letters, digits, '-', '_' and '.', beginning with a letter or digit."
        )
    if kind not in ACCOUNT_KINDS:
        raise ArmError(
            400,
            "InvalidApiSetId",
            f"The account type '{kind}' is either invalid or unavailable in given region.",
        )
    if not isinstance(sku, dict) or sku.get("name") not in ("S0", "F0"):
        name = sku.get("name") if isinstance(sku, dict) else sku
        raise ArmError(
            400,
            "InvalidSkuId",
            f"The account type '{kind}' does not support SKU '{name}' in given region.",
        )
    if wanted["location"] not in regions():
        raise ArmError(
            400,
            "LocationNotAvailableForResourceType",
            f"The provided location '{wanted['location']}' is not available for resource type "
            "'Microsoft.CognitiveServices/accounts'. List of available regions for the resource "
            f"type is '{','.join(regions())}'.",
        )
    if asked.get("publicNetworkAccess") not in (None, "Enabled", "Disabled"):
        raise bad_request(
            f"The value '{asked['publicNetworkAccess']}' of publicNetworkAccess is invalid. "
            "Allowed values are 'Enabled', 'Disabled'."
        )
    if not stored and kind in LIMITED and facts.neighbours >= MOST:
        # Code and text unverified; the limit is published.
        raise ArmError(
            400,
            "AccountLimitExceeded",
            f"The subscription already has {facts.neighbours} resources of kind '{kind}' in "
            f"region '{wanted['location']}', and the limit is {MOST}.",
        )
    _check_subdomain(asked, stored, facts)


def _check_subdomain(asked: Body, stored: Body | None, facts: Facts) -> None:
    subdomain = asked.get("customSubDomainName")
    before = properties(stored).get("customSubDomainName")
    if not subdomain:
        return
    if not SUBDOMAIN.fullmatch(subdomain):
        raise ArmError(400, "CustomDomainInvalid", f"Sub domain name '{subdomain}' is not valid.")
    if before and before.lower() != subdomain.lower():
        # Text unverified.
        raise ArmError(
            400,
            "CustomDomainCannotBeChanged",
            f"The sub domain name '{before}' of the account cannot be changed.",
        )
    if facts.subdomain_taken:
        raise ArmError(
            409,
            "CustomDomainInUse",
            f"Please pick a different name. The subdomain name '{subdomain}' is not available as "
            "it's already used by a resource. If the resource using the name was deleted in the "
            "last 48 hours, you may need to purge the deleted resource. For more information, "
            "visit https://go.microsoft.com/fwlink/?linkid=2215493",
        )


def subdomain_taken(store: Store, subdomain: str, but: str = "") -> bool:
    """Whether an account, live or soft-deleted, other than one, holds a subdomain."""
    every = [
        *store.of_type(names.ACCOUNT),
        *store.of_type(names.ACCOUNT, deleted=True),
    ]
    return any(
        properties(each.body).get("customSubDomainName", "").lower() == subdomain.lower()
        and each.id.lower() != but.lower()
        for each in every
    )


def decide(wanted: Body, stored: Body | None, situation: Situation) -> Body:
    store = situation.store
    id = str(situation.id)
    deleted = store.soft_deleted(id)
    subdomain = properties(wanted).get("customSubDomainName") or ""
    return put(
        wanted,
        stored,
        Facts(
            id=id,
            name=situation.id.name,
            now=situation.now,
            arm=situation.arm,
            deleted=deleted.body if deleted else None,
            subdomain_taken=bool(subdomain) and subdomain_taken(store, subdomain, but=id),
            identities=Identities.of(store),
            subnets={
                each: found.body if (found := store.get(each)) else None
                for each in named(properties(wanted).get("networkAcls"))
            },
            neighbours=sum(
                each.id != id
                and each.body["kind"] == wanted.get("kind")
                and each.body["location"] == wanted["location"]
                for each in store.of_type(names.ACCOUNT)
            ),
        ),
    )


def may_delete(stored: Stored, situation: Situation) -> None:
    """Projects stand in the way; deployments go with the account (unverified)."""
    nested = situation.store.children(stored.id, names.PROJECT)
    if nested:
        raise ArmError(
            409,
            "CannotDeleteResource",
            "Cannot delete resource while nested resources exist. Some existing nested resource "
            f"IDs include: '{','.join(each.id for each in nested)}'. Please delete all nested "
            "resources before deleting this resource.",
        )


def remember_identity(around: Around, stored: Stored) -> None:
    """Restored or new, the account and what stood in it are there, and its identity is somebody."""
    around.store.restore(stored.id)
    principal = (stored.body.get("identity") or {}).get("principalId")
    if principal and not around.directory.by_oid(principal):
        around.directory.add(
            stored.body["name"], "ManagedIdentity", oid=principal, resource_id=stored.id
        )


def soft_delete(around: Around, stored: Stored, at: datetime) -> None:
    """Hide the account with its children; what only hangs on it is erased."""
    erased = [
        f"{stored.id}/{each}" for each in ("providers", "projects", "privateEndpointConnections")
    ]
    for each in around.store.beneath(stored.id):
        if any(within(each.id, gone) for gone in erased):
            around.store.delete(each.id)
            around.directory.remove_of_resource(each.id)
    body = {**stored.body}
    body["properties"] = {
        **properties(body),
        "provisioningState": "Succeeded",
        "deletionDate": stamp(at),
        "scheduledPurgeDate": stamp(at + HELD),
    }
    around.store.put(stored.id, stored.type, body, etag=stored.etag)
    around.store.soft_delete(stored.id, at + HELD)


def show(body: Body, call: Call) -> Body:
    """With who is connected to it right now, and how far its making has come."""
    found = call.store.children(body["id"], names.PRIVATE_ENDPOINT_CONNECTION)
    connections = [each.body for each in found]
    return {
        **body,
        "properties": {
            **properties(body),
            "provisioningState": _state(body, call.around),
            "privateEndpointConnections": connections,
        },
    }


def _state(body: Body, around: Around) -> str:
    """A new account is accepted, created, and then waits for its name to resolve."""
    state = str(properties(body)["provisioningState"])
    dates = body.get("systemData", {})
    if state != "Accepted" or dates.get("createdAt") != dates.get("lastModifiedAt"):
        return state
    seconds = (around.clock.now() - moment(dates["createdAt"])).total_seconds()
    lasts = around.settings.profile.account_seconds or 1
    return next(name for name, share in MAKING if seconds < share * lasts or share == 1)


KINDS = (
    Kind(
        type=names.ACCOUNT,
        put=decide,
        may_delete=may_delete,
        takes=as_account,
        delete_takes=as_account,
        first_state="Accepted",
        etag="etag",
        system_data=True,
        tracked=True,
        locks=True,
        after_put=remember_identity,
        remove=soft_delete,
        shown=show,
        actions=ACTIONS,
        views=VIEWS,
    ),
)
