"""Microsoft.AppConfiguration/configurationStores."""

import base64
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox.arm.errors import ArmError, bad_request
from sandbox.arm.identities import Identities, identity
from sandbox.arm.kind import Answer, Call, Kind, Situation, as_other, properties
from sandbox.arm.private_endpoints import STORE
from sandbox.around import Around
from sandbox.clock import stamp
from sandbox.store import Body, Stored

NAME = re.compile(r"[a-zA-Z0-9](?:[a-zA-Z0-9-]{3,48})[a-zA-Z0-9]")
SKUS = ("free", "developer", "standard", "premium")
KEYS = (
    ("Primary", False),
    ("Secondary", False),
    ("Primary Read Only", True),
    ("Secondary Read Only", True),
)


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a write to one store depends on besides itself."""

    id: str
    name: str
    arm: str
    now: datetime
    name_taken: bool
    """By a store of another group."""
    identities: Identities


def put(wanted: Body, stored: Body | None, facts: Facts) -> Body:
    """The store as Azure would keep it.

    Raises:
        ArmError: 409 NameUnavailable; 400, a name or SKU that there cannot be.
    """
    asked, before = properties(wanted), properties(stored)
    if not NAME.fullmatch(facts.name):
        raise bad_request(
            f"The store name '{facts.name}' is invalid. It must be 5 to 50 letters, digits or "
            "hyphens."
        )
    if facts.name_taken:
        raise ArmError(
            409, "NameUnavailable", f"The specified name '{facts.name}' is already in use."
        )
    sku = str((wanted.get("sku") or {}).get("name", "")).lower()
    if sku not in SKUS:
        raise bad_request(f"The SKU '{sku}' is invalid. Allowed values are {', '.join(SKUS)}.")
    proxy = {
        "authenticationMode": "Local",
        "privateLinkDelegation": "Disabled",
        **(asked.get("dataPlaneProxy") or {}),
    }
    return {
        "location": wanted["location"],
        "tags": wanted.get("tags") or {},
        "sku": {"name": sku},
        "identity": identity(wanted.get("identity"), stored, facts.id, facts.identities),
        "properties": {
            "encryption": {"keyVaultProperties": None},
            "enablePurgeProtection": False,
            "disableLocalAuth": False,
            "publicNetworkAccess": "Enabled",
            "softDeleteRetentionInDays": 0 if sku == "free" else 7,
            "defaultKeyValueRevisionRetentionPeriodInSeconds": 2592000,
            **{key: value for key, value in asked.items() if value is not None},
            "dataPlaneProxy": proxy,
            "endpoint": f"{facts.arm}/appconfig/{facts.name}",
            "creationDate": before.get("creationDate", stamp(facts.now)),
            "privateEndpointConnections": [],
            "provisioningState": "Succeeded",
        },
    }


def decide(wanted: Body, stored: Body | None, situation: Situation) -> Body:
    id, name = str(situation.id), situation.id.name
    return put(
        wanted,
        stored,
        Facts(
            id=id,
            name=name,
            arm=situation.arm,
            now=situation.now,
            name_taken=any(
                each.body["name"].lower() == name.lower() and each.id != id
                for each in situation.store.of_type(STORE)
            ),
            identities=Identities.of(situation.store),
        ),
    )


def show(body: Body, call: Call) -> Body:
    found = call.store.children(body["id"], f"{STORE}/privateEndpointConnections")
    connections = [each.body for each in found]
    return {
        **body,
        "properties": {**properties(body), "privateEndpointConnections": connections},
    }


def list_keys(stored: Stored, call: Call) -> Answer:
    """Four keys.

    Raises:
        ArmError: 409, local authentication is off (code unverified).
    """
    if properties(stored.body).get("disableLocalAuth"):
        raise ArmError(
            409,
            "Conflict",
            "Local authentication is disabled for the store: it has no access keys.",
        )
    endpoint = properties(stored.body)["endpoint"]
    shown = [
        {
            **each,
            "connectionString": f"Endpoint={endpoint};Id={each['id']};Secret={each['value']}",
        }
        for each in access_keys(call.around, stored.id)
    ]
    return Answer(status=200, body={"value": shown})


def access_keys(around: Around, store_id: str) -> list[dict[str, Any]]:
    """A store's keys, made when they are first asked for; the data plane reads the same."""
    setting = f"keys:{store_id.lower()}"
    kept: list[dict[str, Any]] = around.settings.get(setting, [])
    if not kept:
        kept = [
            {
                "id": secrets.token_hex(4),
                "name": name,
                "value": base64.b64encode(secrets.token_bytes(32)).decode(),
                "lastModified": stamp(around.clock.now()),
                "readOnly": read_only,
            }
            for name, read_only in KEYS
        ]
        around.settings.set(setting, kept)
    return kept


def forget(around: Around, stored: Stored) -> None:
    """The contents go with the store, and so do its keys."""
    for table in ("kv", "kv_revisions", "kv_deletions", "kv_snapshots"):
        around.store.execute(f"DELETE FROM {table} WHERE store_id_lc = ?", (stored.id.lower(),))
    around.store.forget_secrets()


KINDS = (
    Kind(
        type=STORE,
        put=decide,
        takes=as_other,
        delete_takes=as_other,
        system_data=True,
        tracked=True,
        after_delete=forget,
        shown=show,
        actions={"listkeys": list_keys},
    ),
)
