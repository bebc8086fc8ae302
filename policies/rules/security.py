"""Security: who may call a model, from where, with what, and what it may answer."""

import ipaddress
from collections.abc import Iterator
from typing import Final

from components.catalog import ACCOUNT, DEPLOYMENT, RAI_POLICY, ROLE_ASSIGNMENT, ROLES, models
from policies.arm import parse_id
from policies.limits import security as limits
from policies.rule import Context, Levels, ResourceRule, Rule, StackRule, each
from policies.values import Unknown
from policies.wording import listed, shown
from policies.world import Finding, Resource, World

LOCAL_AUTH: Final = "properties.disableLocalAuth"
PUBLIC: Final = "properties.publicNetworkAccess"
ACLS: Final = "properties.networkAcls"
SUBDOMAIN: Final = "properties.customSubDomainName"
FILTER: Final = "properties.raiPolicyName"

WIDEST: Final = 8
"""Bits of a network's prefix; fewer is more than anybody's own."""

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


def account_local_auth_disabled(account: Resource, ctx: Context) -> Iterator[Finding]:
    disabled = account.fields.read(LOCAL_AUTH)
    if disabled is not True:
        yield Finding(
            account,
            f"{account.label} accepts API keys: disableLocalAuth is {shown(disabled)}, not true. "
            "Fix: disableLocalAuth: true, and the role Cognitive Services OpenAI User for callers.",
            LOCAL_AUTH,
        )


def account_public_network_restricted(account: Resource, ctx: Context) -> Iterator[Finding]:
    public = account.fields.read(PUBLIC)
    network = ctx.limit(limits.NETWORK)
    unset = " (which means Enabled)" if public is None else ""
    if network == "private" and public != "Disabled":
        yield Finding(
            account,
            f"{account.label} is reachable from the internet: publicNetworkAccess is "
            f"{shown(public)}{unset}, not Disabled. "
            "Fix: publicNetworkAccess: Disabled (public: false), and a private endpoint.",
            PUBLIC,
        )
    denies = account.fields.read(f"{ACLS}.defaultAction") == "Deny"
    if network == "restricted" and public != "Disabled" and not denies:
        yield Finding(
            account,
            f"{account.label} is reachable from every network: publicNetworkAccess is "
            f"{shown(public)}{unset} and networkAcls.defaultAction is not Deny. Fix: "
            "publicNetworkAccess: Disabled (public: false), or networkAcls.defaultAction: Deny.",
            PUBLIC,
        )
    rules = account.fields.items(f"{ACLS}.ipRules")
    if rules and not denies:
        yield Finding(
            account,
            f"the {len(rules)} ipRules of {account.label} keep nobody out: "
            "networkAcls.defaultAction is not Deny. Fix: networkAcls.defaultAction: Deny.",
            f"{ACLS}.ipRules",
        )
    wide = [(rule, address) for rule in rules if _wide(address := rule.text("value") or "")]
    for rule, address in wide:
        yield Finding(
            account,
            f"an ipRule of {account.label} lets the whole internet in, or a good part of it: "
            f"{shown(address)}. Fix: remove it, or name the networks that call.",
            rule.at("value"),
        )


def _wide(address: str) -> bool:
    """Whether it is more than any one company has; two halves are the whole as well."""
    try:
        return ipaddress.ip_network(address.strip(), strict=False).prefixlen < WIDEST
    except ValueError:  # Azure will say what is wrong with it
        return False


def account_managed_identity(account: Resource, ctx: Context) -> Iterator[Finding]:
    identity = account.fields.text("identity.type")
    if identity is None or identity == "None":
        yield Finding(
            account,
            f"{account.label} has no identity of its own: identity.type is {shown(identity)}. "
            "Fix: identity.type: SystemAssigned.",
            "identity.type",
        )


def account_custom_subdomain(account: Resource, ctx: Context) -> Iterator[Finding]:
    if not account.fields.is_set(SUBDOMAIN):
        yield Finding(
            account,
            f"{account.label} has no subdomain, so Entra tokens and private endpoints cannot "
            "work. Fix: customSubDomainName: a name unique in Azure (subdomain).",
            SUBDOMAIN,
        )


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


def content_filter_assigned(world: World, ctx: Context) -> Iterator[Finding]:
    return each(world.of(DEPLOYMENT), lambda deployment: _unfiltered(deployment, world, ctx))


def _unfiltered(deployment: Resource, world: World, ctx: Context) -> Iterator[Finding]:
    built_in = ctx.limit(limits.BUILT_IN_FILTERS_ALLOWED)
    if not _talks(deployment):
        return
    if not deployment.fields.is_set(FILTER):
        yield Finding(
            deployment,
            f"{deployment.label} names no content filter, so Azure chooses. "
            "Fix: raiPolicyName: a filter of this stack (content_filter).",
            FILTER,
        )
        return
    name = deployment.fields.peek(FILTER)
    sources = world.sources(deployment, "properties", RAI_POLICY)
    if isinstance(name, Unknown) and sources:
        candidates = sources
    else:
        name = deployment.fields.read(FILTER)
        if isinstance(name, str) and name.startswith("Microsoft."):
            if name not in built_in:
                yield Finding(
                    deployment,
                    f"{deployment.label} has the built-in content filter {shown(name)}, which "
                    f"is not for {ctx.profile}. Fix: raiPolicyName: "
                    f"{listed({*built_in, 'a filter of this stack'})} (content_filter).",
                    FILTER,
                )
            return
        candidates = [
            policy
            for policy in world.of(RAI_POLICY)
            if _is_called(policy, name) or policy in sources
        ]
    account = world.account(deployment)
    if all(world.account(policy) != account for policy in candidates):
        yield Finding(
            deployment,
            f"{deployment.label} names the content filter {shown(name)}, which its account "
            "does not have. Fix: declare it on that account, or name one that is there.",
            FILTER,
        )


def _is_called(policy: Resource, name: object) -> bool:
    own = policy.fields.peek("raiPolicyName")
    return isinstance(own, str) and isinstance(name, str) and own.lower() == name.lower()


def _talks(deployment: Resource) -> bool:
    """Whether its model answers in words. What the catalog does not know counts as one that does.

    Raises:
        Need: nobody can tell yet which model it is.
    """
    name = deployment.fields.text("properties.model.name")
    kinds = {model.kind for model in models() if model.name == name}
    return kinds != {"embeddings"}


RULES: Final[list[Rule]] = [
    ResourceRule(
        id="account-local-auth-disabled",
        number=15,
        category="security",
        severity="Critical",
        levels=Levels.of("MMM"),
        description="An account takes Entra tokens, never keys.",
        why="A key names nobody, never expires and works from anywhere until somebody turns it. "
        "Entra tokens say who called, and end within the hour.",
        fix="Set disableLocalAuth: true, and give callers Cognitive Services OpenAI User.",
        types=frozenset({ACCOUNT}),
        controls=(
            "Azure Policy 71ef260a-8f18-47b7-abcb-62d0673d94dc",
            "PSRule AZR-000282",
            "Checkov CKV_AZURE_236",
            "azqr aif-008",
            "MCSB IM-1",
        ),
        check=account_local_auth_disabled,
    ),
    ResourceRule(
        id="account-public-network-restricted",
        number=16,
        category="security",
        severity="Critical",
        levels=Levels.of("aMM"),
        description="An account is reachable only from where its callers are.",
        why="publicNetworkAccess left unset means Enabled, and a list of addresses does nothing "
        "while defaultAction is Allow: the account then stands on the internet.",
        fix="Set publicNetworkAccess: Disabled and add a private endpoint; outside prod, "
        "networkAcls.defaultAction: Deny with the networks that call will do.",
        types=frozenset({ACCOUNT}),
        controls=(
            "Azure Policy 037eea7a-bd0a-46c5-9a66-03aea78705d3",
            "PSRule AZR-000280",
            "Checkov CKV_AZURE_134",
            "MCSB NS-2",
        ),
        params=(limits.NETWORK,),
        check=account_public_network_restricted,
    ),
    ResourceRule(
        id="account-managed-identity",
        number=18,
        category="security",
        severity="Medium",
        levels=Levels.of("aMM"),
        description="An account has an identity of its own.",
        why="Without one, an account reaches storage, keys and projects only with credentials "
        "that somebody has to keep.",
        fix="Set identity.type: SystemAssigned, or UserAssigned with its identities.",
        types=frozenset({ACCOUNT}),
        controls=(
            "Azure Policy fe3fd216-4f83-4fc1-8984-2bbec80a3418",
            "PSRule AZR-000281",
            "Checkov CKV_AZURE_238",
            "MCSB IM-3",
        ),
        check=account_managed_identity,
    ),
    ResourceRule(
        id="account-custom-subdomain",
        number=19,
        category="security",
        severity="High",
        levels=Levels.of("aMM"),
        description="An account has a subdomain of its own.",
        why="The shared regional endpoint takes keys only, and the subdomain cannot be changed "
        "later without making the account anew.",
        fix="Set customSubDomainName to a name that is unique in all of Azure.",
        types=frozenset({ACCOUNT}),
        check=account_custom_subdomain,
    ),
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
    StackRule(
        id="content-filter-assigned",
        number=25,
        category="security",
        severity="Critical",
        levels=Levels.of("MMM"),
        description="A deployment that answers in words has a content filter that its account "
        "knows.",
        why="Azure otherwise applies its own default, which nobody here has read, tested or can "
        "hold still.",
        fix="Declare a RaiPolicy on the account and name it in raiPolicyName.",
        types=frozenset({DEPLOYMENT}),
        controls=(
            "Azure Policy f3a9c2e0-7b4d-4d8f-9c3a-2e1f6b9a8d4e",
            "Azure Policy af253d37-136a-42f8-a1fc-30010c083d41",
        ),
        params=(limits.BUILT_IN_FILTERS_ALLOWED,),
        check=content_filter_assigned,
    ),
]
