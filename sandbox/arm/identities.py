"""The `identity` of a resource: none, its own, or ones made for it."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.arm.errors import ArmError
from sandbox.directory import TENANT_ID
from sandbox.store import Body, Store

USER_ASSIGNED = "Microsoft.ManagedIdentity/userAssignedIdentities"


@dataclass(frozen=True)
class Identities:
    """The user-assigned identities there are, by id in lower case."""

    by_id: Mapping[str, Body]

    @classmethod
    def of(cls, store: Store) -> "Identities":
        return cls({each.id.lower(): each.body for each in store.of_type(USER_ASSIGNED)})


def identity(asked: Any, stored: Body | None, owner: str, identities: Identities) -> dict[str, Any]:
    """What a resource answers under `identity`; its own principal is the same for life."""
    if not isinstance(asked, dict) or str(asked.get("type", "None")).lower() == "none":
        return {"type": "None"}
    kinds = {part.strip().lower() for part in asked["type"].split(",")}
    answer: dict[str, Any] = {"type": _spelled(kinds)}
    if "systemassigned" in kinds:
        before = ((stored or {}).get("identity") or {}).get("principalId")
        answer["principalId"] = before or str(uuid.uuid4())
        answer["tenantId"] = TENANT_ID
    if "userassigned" in kinds:
        answer["userAssignedIdentities"] = {
            id: _assigned(id, owner, identities) for id in asked.get("userAssignedIdentities") or {}
        }
    return answer


def _assigned(id: str, owner: str, identities: Identities) -> Body:
    found = identities.by_id.get(id.lower())
    if found is None:
        raise ArmError(
            400,
            "FailedIdentityOperation",
            f"Identity operation for resource '{owner}' failed with error 'Failed to perform "
            "resource identity operation. Status: 'BadRequest'. Response: 'The resource "
            f"{id} was not found.''.",
        )
    return {
        "principalId": found["properties"]["principalId"],
        "clientId": found["properties"]["clientId"],
    }


def _spelled(kinds: set[str]) -> str:
    names = {"systemassigned": "SystemAssigned", "userassigned": "UserAssigned"}
    return ", ".join(name for key, name in names.items() if key in kinds)
