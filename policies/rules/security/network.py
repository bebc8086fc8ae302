"""Network: from where an account is reached, and what it may reach."""

import ipaddress
import re
from collections.abc import Iterator
from typing import Final

from components.catalog import (
    ACCOUNT,
    PRIVATE_DNS_ZONE_GROUP,
    PRIVATE_DNS_ZONES,
    PRIVATE_ENDPOINT,
)
from policies.arm import last_name
from policies.limits import security as limits
from policies.rule import Context, Levels, ResourceRule, Rule, StackRule, each
from policies.values import Need
from policies.wording import shown
from policies.world import Finding, Resource, World

PUBLIC: Final = "properties.publicNetworkAccess"
ACLS: Final = "properties.networkAcls"
OUTBOUND: Final = "properties.restrictOutboundNetworkAccess"
HOSTS: Final = "properties.allowedFqdnList"

PRIVATE_ZONE: Final = "azure-native:privatedns:PrivateZone"
ZONE_CONFIGS: Final = "privateDnsZoneConfigs"
CONNECTIONS: Final = ("privateLinkServiceConnections", "manualPrivateLinkServiceConnections")

ANY_HOST: Final = re.compile(r"\*?(\.?\*)?(\.\w+)?\.?")
"""Nothing, an asterisk, or all that ends in .com."""


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
    subnets = account.fields.items(f"{ACLS}.virtualNetworkRules")
    if (rules or subnets) and not denies:
        yield Finding(
            account,
            f"the {len(rules)} ipRules and {len(subnets)} virtualNetworkRules of {account.label} "
            "keep nobody out: networkAcls.defaultAction is not Deny. "
            "Fix: networkAcls.defaultAction: Deny.",
            f"{ACLS}.ipRules",
        )
    for rule in rules:
        address = rule.text("value") or ""
        if _prefix(address) >= ctx.limit(limits.SHORTEST_PREFIX):
            continue
        yield Finding(
            account,
            f"an ipRule of {account.label} lets the whole internet in, or a good part of it: "
            f"{shown(address)}. Fix: remove it, or name the networks that call.",
            rule.at("value"),
        )


def _prefix(address: str) -> float:
    """How many bits it fixes; two halves of the internet are the whole as well."""
    try:
        return ipaddress.ip_network(address.strip(), strict=False).prefixlen
    except ValueError:  # Azure will say what is wrong with it
        return float("inf")


def account_private_endpoint(world: World, ctx: Context) -> Iterator[Finding]:
    ways = PrivateWays(world)
    return each(world.of(ACCOUNT), lambda account: _unreachable(account, ways))


def _unreachable(account: Resource, ways: "PrivateWays") -> Iterator[Finding]:
    endpoints = ways.endpoints.get(account.urn, [])
    if not endpoints:
        if ways.missed_endpoint:
            raise ways.missed_endpoint
        yield Finding(
            account,
            f"no private endpoint of this stack leads to {account.label}. Fix: a PrivateEndpoint "
            "with groupIds: [account] and the account's id (network.virtual_network or "
            "network.private_endpoint_subnet).",
        )
        return
    # An account of kind OpenAI answers under this one name only.
    only_openai = account.fields.text("kind") == "OpenAI"
    wanted = {PRIVATE_DNS_ZONES[1]} if only_openai else set(PRIVATE_DNS_ZONES)
    missing = wanted.difference(*(ways.zones.get(endpoint.urn, ()) for endpoint in endpoints))
    if missing:
        if ways.missed_zone:
            raise ways.missed_zone
        yield Finding(
            account,
            f"{account.label} is still found at its public address: the private endpoint "
            f"{endpoints[0].label} has no record in {', '.join(sorted(missing))}. "
            "Fix: a PrivateDnsZoneGroup with every one of these zones.",
        )


class PrivateWays:
    """Which private endpoints lead to which account, and under which names they are found.

    What one of them does not tell yet matters only to accounts that no other leads to.
    """

    def __init__(self, world: World) -> None:
        self.endpoints: dict[str, list[Resource]] = {}
        """By account."""
        self.zones: dict[str, set[str]] = {}
        """By endpoint."""
        self.missed_endpoint: Need | None = None
        self.missed_zone: Need | None = None
        for endpoint in world.of(PRIVATE_ENDPOINT):
            try:
                for account in _accounts(endpoint, world):
                    self.endpoints.setdefault(account, []).append(endpoint)
            except Need as need:
                self.missed_endpoint = need
        for group in world.of(PRIVATE_DNS_ZONE_GROUP):
            try:
                found = world.target(group, "privateEndpointName", PRIVATE_ENDPOINT)
                if found:
                    self.zones.setdefault(found.urn, set()).update(_zones(group, world))
            except Need as need:
                self.missed_zone = need


def _accounts(endpoint: Resource, world: World) -> set[str]:
    """The accounts that an endpoint leads to."""
    found = set()
    for key in CONNECTIONS:
        for connection in endpoint.fields.items(key):
            if "account" in [group for _, group in connection.elements("groupIds")]:
                id = connection.peek("privateLinkServiceId")
                found |= world.marks(endpoint, key, [id], ACCOUNT)
    return found


def _zones(group: Resource, world: World) -> set[str]:
    """The names of the zones in which a group makes records."""
    ids = [config.peek("privateDnsZoneId") for config in group.fields.items(ZONE_CONFIGS)]
    names = set()
    for mark in world.marks(group, ZONE_CONFIGS, ids, PRIVATE_ZONE):
        zone = world.by_urn.get(mark)
        names.add(zone.fields.text("privateZoneName") if zone else last_name(mark))
    return {name.lower() for name in names if name}


def account_outbound_restricted(account: Resource, ctx: Context) -> Iterator[Finding]:
    # Azure takes a customer's key for encryption only while outbound traffic is free.
    if account.fields.text("properties.encryption.keySource") == "Microsoft.KeyVault":
        return
    restricted = account.fields.read(OUTBOUND)
    hosts = account.fields.read(HOSTS)
    if restricted is not True:
        yield Finding(
            account,
            f"{account.label} may send what it is given to any host: "
            f"restrictOutboundNetworkAccess is {shown(restricted)}, not true. Fix: "
            "restrictOutboundNetworkAccess: true, and allowedFqdnList (network.outbound_hosts).",
            OUTBOUND,
        )
    elif not isinstance(hosts, list):
        yield Finding(
            account,
            f"{account.label} restricts outbound traffic to a list of hosts that is "
            f"{shown(hosts)}. Fix: allowedFqdnList: the hosts it must reach "
            "(network.outbound_hosts).",
            HOSTS,
        )
    for place, host in account.fields.elements(HOSTS):
        if not isinstance(host, str) or ANY_HOST.fullmatch(host.strip()):
            yield Finding(
                account,
                f"allowedFqdnList of {account.label} lets it call any host: {shown(host)}. "
                "Fix: name the hosts in full.",
                place,
            )


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
            "Checkov CKV_AZURE_134 (fails networkAcls as well)",
            "MCSB NS-2",
            "Well-Architected SE:06",
        ),
        params=(limits.NETWORK, limits.SHORTEST_PREFIX),
        check=account_public_network_restricted,
    ),
    StackRule(
        id="account-private-endpoint",
        number=17,
        category="security",
        severity="High",
        levels=Levels.of("-aM"),
        description="An account has a private endpoint, and is found there under all its names.",
        why="With the public way shut, callers inside the network reach an account through its "
        "private endpoint alone. Without the DNS records its names still lead to the public "
        "address, which refuses them.",
        fix="Declare a PrivateEndpoint with groupIds: [account] on the account, and a "
        "PrivateDnsZoneGroup with its zones: privatelink.cognitiveservices.azure.com, "
        "privatelink.openai.azure.com and privatelink.services.ai.azure.com.",
        types=frozenset({ACCOUNT}),
        controls=(
            "Azure Policy d6759c02-b87f-42b7-892e-71b3f471d782",
            "PSRule AZR-000283 (reads publicNetworkAccess only)",
            "azqr aif-004",
            "MCSB NS-2",
            "Well-Architected SE:06",
        ),
        check=account_private_endpoint,
    ),
    ResourceRule(
        id="account-outbound-restricted",
        number=20,
        category="security",
        severity="Medium",
        levels=Levels.of("-aM"),
        description="An account calls only hosts that are written down.",
        why="A prompt can talk a model with tools, or a batch with a link in it, into fetching or "
        "sending something elsewhere. What may be called is then a list, not the internet.",
        fix="Set restrictOutboundNetworkAccess: true and allowedFqdnList to the hosts it needs. "
        "An account that is encrypted with a key of your own is exempt: Azure refuses both at "
        "once.",
        types=frozenset({ACCOUNT}),
        controls=(
            "Azure landing zones Deny-CognitiveServices-RestrictOutboundNetworkAccess",
            "Checkov CKV_AZURE_247 (looks at kind OpenAI only)",
            "MCSB DP-2",
            "Well-Architected SE:06",
        ),
        check=account_outbound_restricted,
    ),
]
