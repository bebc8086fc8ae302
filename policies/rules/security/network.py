"""Network: from where an account is reached, and what it may reach."""

import ipaddress
from collections.abc import Iterator
from typing import Final

from components.catalog import ACCOUNT
from policies.limits import security as limits
from policies.rule import Context, Levels, ResourceRule, Rule
from policies.wording import shown
from policies.world import Finding, Resource

PUBLIC: Final = "properties.publicNetworkAccess"
ACLS: Final = "properties.networkAcls"

WIDEST: Final = 8
"""Bits of a network's prefix; fewer is more than anybody's own."""


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


RULES: Final[list[Rule]] = [
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
]
