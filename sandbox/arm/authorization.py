"""Microsoft.Authorization: role assignments and definitions, locks, policy assignments."""

import re
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sandbox.arm.errors import ArmError, bad_request
from sandbox.arm.kind import Call, Kind, Situation, properties
from sandbox.clock import moment, stamp
from sandbox.directory import GROUPS, TENANT_ID
from sandbox.ids import within
from sandbox.rbac import ROLE_ASSIGNMENT, roles_of
from sandbox.roles import ROLES, Role
from sandbox.store import Body, Stored

ROLE_DEFINITION = "Microsoft.Authorization/roleDefinitions"
PERMISSION = "Microsoft.Authorization/permissions"
LOCK = "Microsoft.Authorization/locks"
POLICY_ASSIGNMENT = "Microsoft.Authorization/policyAssignments"
LEVELS = ("CanNotDelete", "ReadOnly")
LONG_AGO = "2020-01-01T00:00:00.000000Z"


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a role assignment depends on besides itself."""

    name: str
    scope: str
    caller: str
    now: datetime
    principal_type: str | None
    """Of the principal in the directory; None if it has none such, or not yet."""
    others: tuple[Body, ...]
    """The properties of the assignments at the same scope."""


def put_role_assignment(wanted: Body, stored: Body | None, facts: Facts) -> Body:
    """The assignment as Azure would store it.

    Raises:
        ArmError: 409 RoleAssignmentExists; 400 PrincipalNotFound, UnmatchedPrincipalType,
            RoleDefinitionDoesNotExist, InvalidRoleAssignmentId.
    """
    asked = properties(wanted)
    if not _is_guid(facts.name):
        raise ArmError(
            400,
            "InvalidRoleAssignmentId",
            f"The role assignment ID '{facts.name}' is not valid. The role assignment ID must be "
            "a GUID.",
        )
    principal = str(asked.get("principalId") or "").lower()
    role = str(asked.get("roleDefinitionId") or "")
    if not _is_guid(principal):
        raise ArmError(400, "InvalidPrincipalId", "A valid principal ID must be provided.")
    guid = role.rpartition("/")[2].lower()
    if guid not in ROLES:
        raise ArmError(
            404,
            "RoleDefinitionDoesNotExist",
            f"The specified role definition with ID '{guid}' does not exist.",
        )
    _principal(principal, asked.get("principalType"), facts)
    before = properties(stored)
    if before and (before["principalId"], _guid(before)) != (principal, guid):
        raise ArmError(
            400,
            "RoleAssignmentUpdateNotPermitted",
            "Tenant ID, application ID, principal ID, and scope are not allowed to be updated.",
        )
    if not stored and any((o["principalId"], _guid(o)) == (principal, guid) for o in facts.others):
        raise ArmError(409, "RoleAssignmentExists", "The role assignment already exists.")
    now = stamp(facts.now)
    return {
        "properties": {
            "scope": facts.scope or "/",
            "roleDefinitionId": role,
            "principalId": principal,
            "principalType": asked.get("principalType") or facts.principal_type,
            "description": asked.get("description"),
            "condition": asked.get("condition"),
            "conditionVersion": asked.get("conditionVersion"),
            "delegatedManagedIdentityResourceId": asked.get("delegatedManagedIdentityResourceId"),
            "createdOn": before.get("createdOn", now),
            "updatedOn": now,
            "createdBy": before.get("createdBy", facts.caller),
            "updatedBy": facts.caller,
        }
    }


def _principal(principal: str, given: str | None, facts: Facts) -> None:
    if facts.principal_type is None and given is None:
        raise ArmError(
            400,
            "PrincipalNotFound",
            f"Principal {principal.replace('-', '')} does not exist in the directory {TENANT_ID}. "
            "Check that you have the correct principal ID. If you are creating this principal and "
            "then immediately assigning a role, this error might be related to a replication "
            "delay. In this case, set the role assignment principalType property to a value, such "
            "as ServicePrincipal, User, or Group.  See https://aka.ms/docs-principaltype",
        )
    if given and facts.principal_type and given != facts.principal_type:
        raise ArmError(
            400,
            "UnmatchedPrincipalType",
            f"The PrincipalId '{principal.replace('-', '')}' has type '{facts.principal_type}' , "
            f"which is different from specified PrinciaplType '{given}'.",
        )


def decide(wanted: Body, stored: Body | None, situation: Situation) -> Body:
    asked = properties(wanted)
    around = situation.around
    principal = str(asked.get("principalId") or "").lower()
    found = around.directory.by_oid(principal)
    kind = None
    if principal in GROUPS:
        kind = "Group"
    elif found:
        kind = "User" if found.kind == "User" else "ServicePrincipal"
        fresh = moment(found.created_at) + timedelta(
            seconds=around.settings.profile.rbac_delay_seconds
        )
        if not asked.get("principalType") and situation.now < fresh:
            kind = None
    others = situation.store.children(situation.id.scope, ROLE_ASSIGNMENT)
    return put_role_assignment(
        wanted,
        stored,
        Facts(
            name=situation.id.name,
            scope=situation.id.scope,
            caller=situation.caller.oid,
            now=situation.now,
            principal_type=kind,
            others=tuple(properties(each.body) for each in others if each.id != str(situation.id)),
        ),
    )


def found_role_assignments(call: Call, scope: str) -> list[Stored]:
    """At, above and beneath a scope; $filter atScope() leaves out what is beneath."""
    asked = call.query.get("$filter", "")
    principal = re.search(r"principalId eq '([^']+)'", asked, re.IGNORECASE)
    assigned = re.search(r"assignedTo\('([^']+)'\)", asked, re.IGNORECASE)
    who: set[str] = set()
    if principal:
        who = {principal[1].lower()}
    if assigned:
        member = call.around.directory.by_oid(assigned[1])
        who = {assigned[1].lower(), *(member.groups if member else ())}
    return [
        each
        for each in call.store.of_type(ROLE_ASSIGNMENT)
        if _covers(properties(each.body)["scope"], scope, "atscope()" in asked.lower())
        and (not who or properties(each.body)["principalId"] in who)
    ]


def _covers(assigned: str, scope: str, only_at_or_above: bool) -> bool:
    return within(scope, assigned) or (not only_at_or_above and within(assigned, scope))


def role_definitions(call: Call, scope: str) -> list[Body]:
    """The built-in roles, as seen from a scope."""
    wanted = re.search(r"roleName eq '([^']+)'", call.query.get("$filter", ""), re.IGNORECASE)
    prefix = "/".join(scope.split("/")[:3])
    return [
        _definition(prefix, guid, role)
        for guid, role in ROLES.items()
        if not wanted or role.name.lower() == wanted[1].lower()
    ]


def _definition(prefix: str, guid: str, role: Role) -> Body:
    return {
        "id": f"{prefix}/providers/{ROLE_DEFINITION}/{guid}",
        "name": guid,
        "type": ROLE_DEFINITION,
        "properties": {
            "roleName": role.name,
            "type": "BuiltInRole",
            "description": role.description,
            "assignableScopes": ["/"],
            "permissions": [_permission(role)],
            "createdOn": LONG_AGO,
            "updatedOn": LONG_AGO,
            "createdBy": None,
            "updatedBy": None,
        },
    }


def permissions(call: Call, scope: str) -> list[Body]:
    """What each role of the caller lets it do at a scope, its groups' roles included."""
    return [_permission(role) for role in roles_of(call.store, call.caller, scope)]


def _permission(role: Role) -> Body:
    return {
        "actions": list(role.actions),
        "notActions": list(role.not_actions),
        "dataActions": list(role.data_actions),
        "notDataActions": list(role.not_data_actions),
    }


def put_lock(wanted: Body, stored: Body | None, situation: Situation) -> Body:
    asked = properties(wanted)
    if asked.get("level") not in LEVELS:
        raise bad_request(
            f"The lock level '{asked.get('level')}' is not valid. Allowed values are "
            f"{', '.join(LEVELS)}."
        )
    given = {key: asked[key] for key in ("notes", "owners") if asked.get(key) is not None}
    return {"properties": {"level": asked["level"], **given}}


def put_policy_assignment(wanted: Body, stored: Body | None, situation: Situation) -> Body:
    asked = properties(wanted)
    if not asked.get("policyDefinitionId"):
        raise bad_request("The policy assignment's policyDefinitionId is not provided.")
    instance = properties(stored).get("instanceId", str(uuid.uuid4()))
    kept = {key: wanted[key] for key in ("location", "identity") if wanted.get(key)}
    return {
        **kept,
        "properties": {
            "enforcementMode": "Default",
            "parameters": {},
            "metadata": {},
            "notScopes": [],
            "definitionVersion": "1.*.*",
            **asked,
            "scope": situation.id.scope,
            "instanceId": instance,
        },
    }


def _guid(properties: Body) -> str:
    return str(properties["roleDefinitionId"]).rpartition("/")[2].lower()


def _is_guid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False


KINDS = (
    Kind(
        type=ROLE_ASSIGNMENT,
        put=decide,
        updated=201,
        system_data=True,
        found=found_role_assignments,
        scoped=True,
    ),
    Kind(type=ROLE_DEFINITION, put=None, listed=role_definitions, scoped=True),
    Kind(type=PERMISSION, put=None, listed=permissions, scoped=True),
    Kind(type=LOCK, put=put_lock, system_data=True, scoped=True),
    Kind(
        type=POLICY_ASSIGNMENT,
        put=put_policy_assignment,
        updated=201,
        system_data=True,
        scoped=True,
    ),
)
