"""One role, given to one principal at one scope."""

from dataclasses import dataclass

import pulumi

from components.azure import authorization
from components.catalog import ROLES
from components.sections import AccessSettings
from components.stack import Stack


@dataclass(frozen=True, kw_only=True)
class Grant:
    """Who gets which role on what."""

    holder: str
    """The key under `access:`."""
    settings: AccessSettings
    role: str
    on: str
    """What the scope is called, in logical names and in the assignment's GUID."""
    scope: pulumi.Input[str]

    @property
    def name(self) -> str:
        return f"{self.holder}-{self.role.lower().replace(' ', '-')}-{self.on}"


def give(stack: Stack, grant: Grant, parent: pulumi.Resource) -> authorization.RoleAssignment:
    """The role assignment; its GUID is the same in every run, so a second `up` finds it."""
    principal = grant.settings.principal_id
    return authorization.RoleAssignment(
        grant.name,
        role_assignment_name=stack.names.guid("role", grant.on, principal, ROLES[grant.role]),
        scope=grant.scope,
        principal_id=principal,
        # Without it Azure looks the principal up, and a new one is not found yet.
        principal_type=grant.settings.principal_type,
        role_definition_id=pulumi.Output.concat(
            "/subscriptions/",
            stack.subscription_id,
            "/providers/Microsoft.Authorization/roleDefinitions/",
            ROLES[grant.role],
        ),
        opts=pulumi.ResourceOptions(parent=parent),
    )
