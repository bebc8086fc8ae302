"""Access: which roles a stack gives, to whom, and how far they reach."""

from collections.abc import Iterator
from typing import Final

from components.catalog import ROLE_ASSIGNMENT, ROLES
from policies.arm import parse_id
from policies.limits import security as limits
from policies.rule import Context, Levels, Rule, StackRule, each
from policies.values import Unknown
from policies.wording import shown
from policies.world import Finding, Resource, World

LEAST: Final = "rbac-least-privilege"
ROLE_NAMES: Final = {guid: name for name, guid in ROLES.items()}
NEVER: Final = frozenset(
    {
        "Owner",
        "Contributor",
        "User Access Administrator",
        "Role Based Access Control Administrator",
    }
)
"""Whoever holds one of these can read keys or hand himself any other role."""


def rbac_least_privilege(world: World, ctx: Context) -> Iterator[Finding]:
    return each(world.of(ROLE_ASSIGNMENT), lambda assignment: _too_much(assignment, world, ctx))


def _too_much(assignment: Resource, world: World, ctx: Context) -> Iterator[Finding]:
    allowed = ctx.limit(limits.ROLES_ALLOWED) - NEVER
    definition = assignment.fields.text("roleDefinitionId") or ""
    guid = definition.rstrip("/").rpartition("/")[2].lower()
    role = ROLE_NAMES.get(guid)
    if role not in allowed:
        name = f"the role {role}" if role else f"an unlisted role, {shown(definition or None)}"
        reason = (
            "which grants more than any workload needs"
            if role in NEVER
            else (f"which is not for {ctx.profile}")
        )
        yield Finding(
            assignment,
            f"{assignment.label} assigns {name}, {reason}. Fix: a role for {ctx.profile} "
            f"(plumb check --explain {LEAST}), such as Cognitive Services OpenAI User, at the "
            "account.",
            "roleDefinitionId",
        )
    if role in ctx.limit(limits.WIDE_ROLES):
        return
    scope = _too_wide(world, assignment)
    if scope is not None:
        yield Finding(
            assignment,
            f"{assignment.label} holds for all of {scope}. "
            "Fix: scope: the id of the account, or of its resource group.",
            "scope",
        )


def _too_wide(world: World, assignment: Resource) -> str | None:
    """What an assignment's scope is, if it reaches further than a resource group."""
    scope = assignment.fields.peek("scope")
    ours = [
        source
        for urn in sorted(assignment.comes_from.get("scope", ()))
        if (source := world.by_urn.get(urn)) and source.type.startswith("azure-native:")
    ]
    if isinstance(scope, Unknown) and ours:
        return None  # the id of a resource of this stack, which the update will bring
    text = assignment.fields.text("scope")
    if text is None:
        return "an unset scope"
    if parse_id(text):
        return None
    below_subscription = "/providers/" in text.strip("/").lower().removeprefix("providers/")
    return None if ours and below_subscription else shown(text)


RULES: Final[list[Rule]] = [
    StackRule(
        id=LEAST,
        number=22,
        category="security",
        severity="Critical",
        levels=Levels.of("aMM"),
        description="A role assignment grants a role the environment allows, and no further than "
        "it is needed.",
        why="Owner, Contributor and their like can list keys or hand out roles; at a subscription, "
        "even a small role reaches every account there is and will be.",
        fix="Assign a role of the list at the account or its resource group.",
        types=frozenset({ROLE_ASSIGNMENT}),
        controls=("PSRule Azure.RBAC.LimitOwner", "MCSB PA-7"),
        params=(limits.ROLES_ALLOWED, limits.WIDE_ROLES),
        check=rbac_least_privilege,
    ),
]
