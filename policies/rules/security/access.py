"""Access: which roles a stack gives, to whom, and how far they reach."""

from collections.abc import Iterator, Set
from typing import Final

from components.catalog import ACCOUNT, RESOURCE_GROUP, ROLE_ASSIGNMENT, ROLES
from policies.arm import parse_id
from policies.limits import security as limits
from policies.rule import Context, Levels, ResourceRule, Rule, StackRule, each
from policies.values import Need, Unknown
from policies.wording import listed, shown
from policies.world import Finding, Resource, World

ELIGIBILITY: Final = "azure-native:authorization:PimRoleEligibilitySchedule"
"""A role that its holder may take on for some hours, whenever he likes."""
GROUP_TYPE: Final = "microsoft.resources/resourcegroups"
CUSTOM_ROLE: Final = "azure-native:authorization:RoleDefinition"
ABOVE: Final = ("azure-native:management:", "azure-native:subscription:", "azure-native:billing:")
"""Where resources live that hold subscriptions or are one."""

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
CALLING: Final = frozenset(
    {"Cognitive Services OpenAI User", "Cognitive Services OpenAI Contributor", "Foundry User"}
)
"""Roles that let their holder ask a model something."""


def rbac_least_privilege(world: World, ctx: Context) -> Iterator[Finding]:
    given = world.of(ROLE_ASSIGNMENT, ELIGIBILITY)
    return each(given, lambda assignment: _too_much(assignment, world, ctx))


def _too_much(assignment: Resource, world: World, ctx: Context) -> Iterator[Finding]:
    allowed = ctx.limit(limits.ROLES_ALLOWED) - NEVER
    if world.sources(assignment, "roleDefinitionId", CUSTOM_ROLE):
        definition, role = "a custom role of this stack", None
    else:
        definition = assignment.fields.text("roleDefinitionId") or ""
        role = _role(definition)
    if role not in allowed:
        name = f"the role {role}" if role else f"an unlisted role, {shown(definition or None)}"
        reason = (
            "grants more than a workload needs" if role in NEVER else f"is not for {ctx.profile}"
        )
        yield Finding(
            assignment,
            f"{assignment.label} assigns {name}, which {reason}. Fix: a role for {ctx.profile} "
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


def _role(definition: str) -> str | None:
    """The name of the built-in role that a definition's id ends in."""
    scope, _, guid = definition.lower().rpartition("/roledefinitions/")
    return None if "/roledefinitions/" in scope else ROLE_NAMES.get(guid)


def _too_wide(world: World, assignment: Resource) -> str | None:
    """What an assignment's scope is, if it reaches further than a resource group."""
    scope = assignment.fields.peek("scope")
    ours = [
        source
        for urn in sorted(assignment.comes_from.get("scope", ()))
        if (source := world.by_urn.get(urn)) and source.type.startswith("azure-native:")
    ]
    above = next((source for source in ours if source.type.startswith(ABOVE)), None)
    if above:
        return above.label
    if isinstance(scope, Unknown) and ours:
        return None  # the id of a resource of this stack, which the update will bring
    text = assignment.fields.text("scope")
    if text is None:
        return "an unset scope"
    if parse_id(text):
        return None
    below_subscription = "/providers/" in text.strip("/").lower().removeprefix("providers/")
    return None if ours and below_subscription else shown(text)


def rbac_no_user_principals(assignment: Resource, ctx: Context) -> Iterator[Finding]:
    allowed = ctx.limit(limits.PRINCIPALS)
    principal = assignment.fields.text("principalType")
    if principal not in allowed:
        yield Finding(
            assignment,
            f"{assignment.label} gives a role to one person, or to nobody knows what: "
            f"principalType is {shown(principal)}. Fix: principalType: {listed(allowed)}, "
            "and the object id of one.",
            "principalType",
        )


def rbac_inference_role_assigned(world: World, ctx: Context) -> Iterator[Finding]:
    places: set[str] = set()
    missed: Need | None = None
    for assignment in world.of(ROLE_ASSIGNMENT):
        try:
            if _role(assignment.fields.text("roleDefinitionId") or "") in CALLING:
                places |= world.marks_at(assignment, "scope", ACCOUNT, RESOURCE_GROUP)
        except Need as need:
            missed = need
    named = frozenset(map(_in_short, places))
    return each(world.of(ACCOUNT), lambda account: _uncallable(account, world, named, missed))


def _uncallable(
    account: Resource, world: World, places: Set[str], missed: Need | None
) -> Iterator[Finding]:
    if account.fields.flag("properties.disableLocalAuth") is not True:
        return  # its keys let anybody call it, which is another rule's business
    if account.urn in places or _group(account, world) in places:
        return
    if missed:
        raise missed
    yield Finding(
        account,
        f"nobody may call {account.label}: its keys are off, and no role assignment of this stack "
        f"gives {listed(CALLING)} on it. Fix: a RoleAssignment of Cognitive Services OpenAI User "
        "at the account (access:).",
    )


def _group(account: Resource, world: World) -> str:
    """A mark of the resource group that an account stands in, be it of this stack or not."""
    group = world.target(account, "resourceGroupName", RESOURCE_GROUP)
    if group:
        return group.urn
    return (account.fields.text("resourceGroupName") or "").lower()


def _in_short(mark: str) -> str:
    """A resource group's name in place of its id; any other mark as it is."""
    parsed = parse_id(mark)
    return parsed.resource_group if parsed and parsed.type == GROUP_TYPE else mark


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
        types=frozenset({ROLE_ASSIGNMENT, ELIGIBILITY}),
        controls=("PSRule Azure.RBAC.LimitOwner", "MCSB PA-7", "Well-Architected SE:05"),
        params=(limits.ROLES_ALLOWED, limits.WIDE_ROLES),
        check=rbac_least_privilege,
    ),
    ResourceRule(
        id="rbac-no-user-principals",
        number=23,
        category="security",
        severity="Medium",
        levels=Levels.of("-aM"),
        description="Roles are given to groups and workloads, never to single people.",
        why="Who joins or leaves a team changes a group, which its owner keeps and reviews. A "
        "person's own assignment stays behind in code until somebody remembers it.",
        fix="Give the role to a group (principalType: Group) or to a workload's identity "
        "(principalType: ServicePrincipal).",
        types=frozenset({ROLE_ASSIGNMENT}),
        controls=("PSRule Azure.RBAC.UseGroups", "MCSB PA-7", "Well-Architected SE:05"),
        params=(limits.PRINCIPALS,),
        check=rbac_no_user_principals,
    ),
    StackRule(
        id="rbac-inference-role-assigned",
        number=24,
        category="security",
        severity="High",
        levels=Levels.of("aMM"),
        description="Somebody may call an account whose keys are off.",
        why="Being Owner of an account does not let anybody call its models: that takes a role "
        "with data actions. Without one the first call is refused (401 PermissionDenied), often "
        "after midnight, and somebody then turns the keys on again.",
        fix="Assign Cognitive Services OpenAI User to whoever calls, at the account or its "
        "resource group.",
        types=frozenset({ACCOUNT}),
        controls=("Well-Architected SE:05",),
        check=rbac_inference_role_assigned,
    ),
]
