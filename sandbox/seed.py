"""What stands in an empty cloud: the operator owns the subscription."""

from sandbox.around import Around
from sandbox.directory import OPERATOR, SUBSCRIPTION_ID
from sandbox.rbac import ROLE_ASSIGNMENT
from sandbox.roles import OWNER

NAME = "00000000-0000-4000-8000-000000000f00"
LONG_AGO = "2026-01-01T00:00:00.000000Z"


def plant(around: Around) -> None:
    """Once: what is there already stays as it is."""
    scope = f"/subscriptions/{SUBSCRIPTION_ID}"
    id = f"{scope}/providers/{ROLE_ASSIGNMENT}/{NAME}"
    if around.store.get(id):
        return
    around.store.put(
        id,
        ROLE_ASSIGNMENT,
        {
            "id": id,
            "name": NAME,
            "type": ROLE_ASSIGNMENT,
            "properties": {
                "scope": scope,
                "roleDefinitionId": (
                    f"{scope}/providers/Microsoft.Authorization/roleDefinitions/{OWNER}"
                ),
                "principalId": OPERATOR,
                "principalType": "User",
                "createdOn": LONG_AGO,
                "updatedOn": LONG_AGO,
                "createdBy": OPERATOR,
                "updatedBy": OPERATOR,
                "description": None,
                "condition": None,
                "conditionVersion": None,
                "delegatedManagedIdentityResourceId": None,
            },
        },
    )
