"""Microsoft.ManagedIdentity/userAssignedIdentities: each is somebody in the directory."""

import uuid

from sandbox.arm.identities import USER_ASSIGNED
from sandbox.arm.kind import Kind, Situation, properties
from sandbox.around import Around
from sandbox.directory import TENANT_ID
from sandbox.store import Body, Stored


def put(wanted: Body, stored: Body | None, situation: Situation) -> Body:
    before = properties(stored)
    return {
        "location": wanted["location"],
        "tags": wanted.get("tags") or {},
        "properties": {
            "tenantId": TENANT_ID,
            "principalId": before.get("principalId", str(uuid.uuid4())),
            "clientId": before.get("clientId", str(uuid.uuid4())),
            "isolationScope": properties(wanted).get("isolationScope") or "None",
        },
    }


def enter(around: Around, stored: Stored) -> None:
    identity = properties(stored.body)
    if not around.directory.by_oid(identity["principalId"]):
        around.directory.add(
            stored.body["name"],
            "ManagedIdentity",
            oid=identity["principalId"],
            client_id=identity["clientId"],
            resource_id=stored.id,
        )


def leave(around: Around, stored: Stored) -> None:
    around.directory.remove_of_resource(stored.id)


KINDS = (
    Kind(
        type=USER_ASSIGNED,
        put=put,
        system_data=True,
        tracked=True,
        after_put=enter,
        after_delete=leave,
    ),
)
