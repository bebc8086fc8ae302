"""Accounts: keys off, an identity and a name of their own, of a kind that can be judged."""

from collections.abc import Iterator
from typing import Final

from components.catalog import ACCOUNT, PROJECT_CONNECTION
from policies.limits import security as limits
from policies.rule import Context, Levels, ResourceRule, Rule
from policies.wording import listed, shown
from policies.world import Finding, Resource

ACCOUNT_CONNECTION: Final = "azure-native:cognitiveservices:AccountConnection"

LOCAL_AUTH: Final = "properties.disableLocalAuth"
SUBDOMAIN: Final = "properties.customSubDomainName"
AUTH: Final = "properties.authType"

IDENTITIES: Final = frozenset({"systemassigned", "userassigned", "systemassigned,userassigned"})
"""What identity.type says of an account that has one. Azure minds neither case nor spaces."""

KEYLESS: Final = frozenset({"AAD", "ManagedIdentity", "None", "ProjectManagedIdentity"})
"""Kinds of connection that hold no credential."""


def account_local_auth_disabled(account: Resource, ctx: Context) -> Iterator[Finding]:
    disabled = account.fields.read(LOCAL_AUTH)
    if disabled is not True:
        yield Finding(
            account,
            f"{account.label} accepts API keys: disableLocalAuth is {shown(disabled)}, not true. "
            "Fix: disableLocalAuth: true, and the role Cognitive Services OpenAI User for callers.",
            LOCAL_AUTH,
        )


def account_managed_identity(subject: Resource, ctx: Context) -> Iterator[Finding]:
    return _by_key(subject) if subject.type != ACCOUNT else _nameless(subject)


def _nameless(account: Resource) -> Iterator[Finding]:
    identity = account.fields.text("identity.type")
    if (identity or "").replace(" ", "").lower() not in IDENTITIES:
        yield Finding(
            account,
            f"{account.label} has no identity of its own: identity.type is {shown(identity)}. "
            "Fix: identity.type: SystemAssigned.",
            "identity.type",
        )


def _by_key(connection: Resource) -> Iterator[Finding]:
    # Azure has no keyless kind of the connection that carries traces.
    if connection.fields.text("properties.category") == "AppInsights":
        return
    auth = connection.fields.text(AUTH)
    if auth not in KEYLESS:
        yield Finding(
            connection,
            f"{connection.label} reaches another service with a stored credential: authType is "
            f"{shown(auth)}. Fix: authType: AAD, and a role there for the account's identity.",
            AUTH,
        )


def account_custom_subdomain(account: Resource, ctx: Context) -> Iterator[Finding]:
    if not account.fields.is_set(SUBDOMAIN):
        yield Finding(
            account,
            f"{account.label} has no subdomain, so Entra tokens and private endpoints cannot "
            "work. Fix: customSubDomainName: a name unique in Azure (subdomain).",
            SUBDOMAIN,
        )


def account_kind_and_sku_supported(account: Resource, ctx: Context) -> Iterator[Finding]:
    kinds, skus = ctx.limit(limits.ACCOUNT_KINDS), ctx.limit(limits.ACCOUNT_SKUS)
    kind = account.fields.text("kind")
    if kind not in kinds:
        yield Finding(
            account,
            f"{account.label} is of kind {shown(kind)}, for which there are no rules. "
            f"Fix: kind: {listed(kinds)}.",
            "kind",
        )
    sku = account.fields.text("sku.name")
    if sku not in skus:
        yield Finding(
            account,
            f"the SKU of {account.label} is {shown(sku)}, not {listed(skus)}. "
            f"Fix: sku.name: {listed(skus)}.",
            "sku.name",
        )


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
            "Azure Policy 14de9e63-1b31-492e-a5a3-c3f7fd57f555 (modify)",
            "PSRule AZR-000282",
            "Checkov CKV_AZURE_236",
            "azqr aif-008",
            "MCSB IM-1",
            "Well-Architected SE:05",
        ),
        check=account_local_auth_disabled,
    ),
    ResourceRule(
        id="account-managed-identity",
        number=18,
        category="security",
        severity="Medium",
        levels=Levels.of("aMM"),
        description="An account reaches other services as itself, never with their keys.",
        why="Without an identity of its own an account, or a connection that stores a key, reaches "
        "storage, search or another model with a credential that somebody has to keep, and that "
        "works for whoever finds it.",
        fix="Set identity.type: SystemAssigned, or UserAssigned with its identities; give "
        "connections authType: AAD.",
        types=frozenset({ACCOUNT, PROJECT_CONNECTION, ACCOUNT_CONNECTION}),
        controls=(
            "Azure Policy fe3fd216-4f83-4fc1-8984-2bbec80a3418",
            "PSRule AZR-000281 (looks at kind TextAnalytics only)",
            "Checkov CKV_AZURE_238 (lets type None pass)",
            "MCSB IM-3",
            "Well-Architected SE:05",
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
        controls=("Well-Architected SE:05",),
        check=account_custom_subdomain,
    ),
    ResourceRule(
        id="account-kind-and-sku-supported",
        number=21,
        category="security",
        severity="Medium",
        levels=Levels.of("aaM"),
        description="An account is of a kind that serves the models these rules judge.",
        why="Other kinds (Speech, Vision, the old CognitiveServices) have other switches, which "
        "nothing here looks at; the free SKU takes no private endpoint.",
        fix="Set kind: AIServices and sku.name: S0.",
        types=frozenset({ACCOUNT}),
        controls=(
            "Azure landing zones Deny-CognitiveServices-Resource-Kinds",
            "MCSB AM-2",
        ),
        params=(limits.ACCOUNT_KINDS, limits.ACCOUNT_SKUS),
        check=account_kind_and_sku_supported,
    ),
]
