"""Microsoft.OperationalInsights/workspaces."""

import base64
import hashlib
import secrets
import uuid
from datetime import timedelta

from sandbox.arm.errors import bad_request
from sandbox.arm.kind import Answer, Call, Kind, Situation, as_other, properties
from sandbox.clock import stamp
from sandbox.store import Body, Stored

WORKSPACE = "Microsoft.OperationalInsights/workspaces"
SKUS = ("PerGB2018", "Free", "Standalone", "PerNode", "CapacityReservation", "LACluster")


def put(wanted: Body, stored: Body | None, situation: Situation) -> Body:
    """The workspace as Azure would store it.

    Raises:
        ArmError: 400, a retention or SKU that there is not.
    """
    asked, before = properties(wanted), properties(stored)
    now = stamp(situation.now)
    sku = (asked.get("sku") or {}).get("name") or "PerGB2018"
    spelled = next((each for each in SKUS if each.lower() == sku.lower()), None)
    retention = int(asked.get("retentionInDays") or 30)
    if spelled is None:
        raise bad_request(f"Invalid property values: 'sku'. '{sku}' is not a supported SKU.")
    if not 7 <= retention <= 730:
        raise bad_request(
            "'RetentionInDays' property is invalid. Message: RetentionInDays is not within the "
            f"allowed range for the current SKU: {retention}."
        )
    capping = {
        "dailyQuotaGb": -1.0,
        **(asked.get("workspaceCapping") or {}),
        "quotaNextResetTime": before.get("workspaceCapping", {}).get(
            "quotaNextResetTime", stamp(situation.now + timedelta(days=1))
        ),
        "dataIngestionStatus": "RespectQuota",
    }
    features = {
        "legacy": 0,
        "searchVersion": 1,
        "enableLogAccessUsingOnlyResourcePermissions": True,
        **(asked.get("features") or {}),
    }
    kept = {key: wanted[key] for key in ("identity",) if wanted.get(key)}
    return {
        **kept,
        "location": wanted["location"],
        "tags": wanted.get("tags") or {},
        "properties": {
            **asked,
            "customerId": before.get("customerId", str(uuid.uuid4())),
            "provisioningState": "Succeeded",
            "sku": {"name": spelled, "lastSkuUpdate": before.get("createdDate", now)},
            "retentionInDays": retention,
            "features": features,
            "workspaceCapping": capping,
            "publicNetworkAccessForIngestion": asked.get("publicNetworkAccessForIngestion")
            or "Enabled",
            "publicNetworkAccessForQuery": asked.get("publicNetworkAccessForQuery") or "Enabled",
            "privateLinkScopedResources": [],
            "createdDate": before.get("createdDate", now),
            "modifiedDate": now,
        },
    }


def shared_keys(workspace: Stored, call: Call) -> Answer:
    """Two keys that belong to the workspace alone and are the same each time."""
    salt = call.around.settings.get("workspace_salt")
    if salt is None:
        salt = secrets.token_hex(32)
        call.around.settings.set("workspace_salt", salt)
    made = [
        hashlib.sha512(f"{salt}/{which}/{workspace.id.lower()}".encode()).digest()
        for which in ("primary", "secondary")
    ]
    primary, secondary = (base64.b64encode(each).decode() for each in made)
    return Answer(status=200, body={"primarySharedKey": primary, "secondarySharedKey": secondary})


KINDS = (
    Kind(
        type=WORKSPACE,
        put=put,
        takes=as_other,
        etag="etag",
        system_data=True,
        tracked=True,
        actions={"sharedkeys": shared_keys},
    ),
)
