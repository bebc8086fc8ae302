"""Accounts: keys off, an identity and a name of their own."""

from collections.abc import Iterator
from typing import Final

from components.catalog import ACCOUNT
from policies.rule import Context, Levels, ResourceRule, Rule
from policies.wording import shown
from policies.world import Finding, Resource

LOCAL_AUTH: Final = "properties.disableLocalAuth"
SUBDOMAIN: Final = "properties.customSubDomainName"


def account_local_auth_disabled(account: Resource, ctx: Context) -> Iterator[Finding]:
    disabled = account.fields.read(LOCAL_AUTH)
    if disabled is not True:
        yield Finding(
            account,
            f"{account.label} accepts API keys: disableLocalAuth is {shown(disabled)}, not true. "
            "Fix: disableLocalAuth: true, and the role Cognitive Services OpenAI User for callers.",
            LOCAL_AUTH,
        )


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
]
