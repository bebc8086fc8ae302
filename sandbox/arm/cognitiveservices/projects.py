"""Microsoft.CognitiveServices/accounts/projects and their connections."""

from dataclasses import dataclass
from typing import Any

from sandbox.arm.cognitiveservices import names
from sandbox.arm.errors import ArmError, bad_request
from sandbox.arm.identities import Identities, identity
from sandbox.arm.kind import Kind, Situation, as_deployment, properties
from sandbox.around import Around
from sandbox.store import Body, Stored

AUTH_TYPES = (
    "AAD",
    "AccessKey",
    "AccountKey",
    "AgentUserImpersonation",
    "AgenticIdentityToken",
    "ApiKey",
    "CustomKeys",
    "DelegatedSAS",
    "ManagedIdentity",
    "None",
    "OAuth2",
    "PAT",
    "ProjectManagedIdentity",
    "SAS",
    "ServicePrincipal",
    "UsernamePassword",
)


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a write to one project depends on besides itself."""

    id: str
    name: str
    account: Body
    siblings: int
    """Other projects of the account: the first one is the default."""
    identities: Identities


def put(wanted: Body, stored: Body | None, facts: Facts) -> Body:
    """The project as Azure would store it.

    Raises:
        ArmError: 400, the account takes no projects; or has no identity (text unverified).
    """
    account = properties(facts.account)
    if facts.account["kind"] != "AIServices" or not account.get("allowProjectManagement"):
        raise bad_request(
            "Project can only be created under AIServices Kind account with "
            "allowProjectManagement set to true."
        )
    if (facts.account.get("identity") or {}).get("type", "None") == "None":
        raise bad_request(f"The account '{facts.account['name']}' has no managed identity.")
    asked = properties(wanted)
    before = properties(stored)
    return {
        "location": wanted["location"],
        "tags": wanted.get("tags") or {},
        "identity": identity(wanted.get("identity"), stored, facts.id, facts.identities),
        "properties": {
            "displayName": asked.get("displayName") or facts.name,
            "description": asked.get("description") or "",
            "isDefault": before.get("isDefault", facts.siblings == 0),
            "endpoints": {
                "AI Foundry API": f"{account['endpoint']}api/projects/{facts.name}",
            },
            "provisioningState": "Succeeded",
        },
    }


def decide(wanted: Body, stored: Body | None, situation: Situation) -> Body:
    account = situation.store.get(situation.id.parent)
    if account is None:
        raise ArmError(404, "ParentResourceNotFound", "The account is gone.")
    siblings = situation.store.children(account.id, names.PROJECT)
    return put(
        wanted,
        stored,
        Facts(
            id=str(situation.id),
            name=situation.id.name,
            account=account.body,
            siblings=len([each for each in siblings if each.id != str(situation.id)]),
            identities=Identities.of(situation.store),
        ),
    )


def remember_identity(around: Around, stored: Stored) -> None:
    principal = (stored.body.get("identity") or {}).get("principalId")
    if principal and not around.directory.by_oid(principal):
        around.directory.add(
            stored.body["name"], "ManagedIdentity", oid=principal, resource_id=stored.id
        )


def forget_identity(around: Around, stored: Stored) -> None:
    around.directory.remove_of_resource(stored.id)


def put_connection(wanted: Body, stored: Body | None, situation: Situation) -> Body:
    """A connection; credentials go in and never come out."""
    asked: dict[str, Any] = properties(wanted)
    if asked.get("authType") not in AUTH_TYPES:
        raise bad_request(
            f"The authType '{asked.get('authType')}' of connection '{situation.id.name}' is not "
            f"valid. Allowed values are {', '.join(AUTH_TYPES)}."
        )
    if not asked.get("category"):
        raise bad_request(f"The category of connection '{situation.id.name}' is not provided.")
    shown = {key: value for key, value in asked.items() if key != "credentials"}
    return {
        "properties": {
            "group": "ServicesAndApps" if asked["category"] == "AppInsights" else "AzureAI",
            "isSharedToAll": False,
            "metadata": {},
            "sharedUserList": [],
            "peRequirement": "NotRequired",
            "peStatus": "NotApplicable",
            "useWorkspaceManagedIdentity": False,
            "createdByWorkspaceArmId": situation.id.parent,
            **shown,
        }
    }


KINDS = (
    Kind(
        type=names.PROJECT,
        put=decide,
        takes=as_deployment,
        delete_takes=as_deployment,
        etag="etag",
        system_data=True,
        tracked=True,
        locks=True,
        after_put=remember_identity,
        after_delete=forget_identity,
    ),
    Kind(
        type=names.PROJECT_CONNECTION,
        put=put_connection,
        created=200,
        deleted=200,
        system_data=True,
        locks=True,
    ),
    Kind(
        type=names.ACCOUNT_CONNECTION,
        put=put_connection,
        created=200,
        deleted=200,
        system_data=True,
        locks=True,
    ),
)
