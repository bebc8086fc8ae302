"""Accounts and deployments as the data plane sees them."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any, Final, get_args

from components.catalog import PROVISIONED_SKUS, BatchSku, Model, base_model, find_model
from sandbox.around import Settings
from sandbox.clock import moment
from sandbox.dataplane import content_filter, limiter
from sandbox.dataplane.reading import Reading
from sandbox.offers import changes
from sandbox.regions import display_name
from sandbox.store import Store, Stored

CS: Final = "Microsoft.CognitiveServices"
ACCOUNT: Final = f"{CS}/accounts"
PRIVATE_ENDPOINT: Final = "Microsoft.Network/privateEndpoints"
BLOCKLIST_ITEM: Final = f"{CS}/accounts/raiBlocklists/raiBlocklistItems"

BATCH_SKUS: Final = frozenset(get_args(BatchSku))

COMPLETES: Final = {
    name: frozenset({"completion"})
    for name in ("gpt-35-turbo-instruct", "davinci-002", "babbage-002")
}
"""The models that go on with a text and do not chat. All are retired in the catalogue's time."""

Network = IPv4Network | IPv6Network


@dataclass(frozen=True, kw_only=True)
class Account:
    id: str
    subdomain: str
    kind: str
    location: str
    region: str
    """The location as Azure writes it to people: Sweden Central."""
    keys_allowed: bool
    public: bool
    open_to_all: bool
    """Whether public access is not narrowed to a list of addresses."""
    networks: tuple[Network, ...]
    reached_from_inside: bool
    """Whether the virtual network has a way in: a private endpoint, or a subnet that is let in."""


@dataclass(frozen=True, kw_only=True)
class Deployment:
    name: str
    model: str
    version: str
    kind: str
    """chat, reasoning or embeddings."""
    dimensions: int
    sku: str
    provisioned: bool
    batch: bool
    """Whether it answers nothing but what comes in batches."""
    limits: limiter.Standard | limiter.Provisioned
    spills_to: str
    policy: content_filter.Policy
    made: datetime
    serves: bool
    """Not while it is first being made, nor if that failed; a change leaves it serving."""
    retires: datetime | None
    """None for a model that the catalogue does not know, and for a fine-tuned one."""
    capabilities: frozenset[str]
    """Operations that the model has, in the words of Azure's errors."""


class Accounts:
    """Finds what a request is aimed at."""

    def __init__(self, store: Store, reading: Reading) -> None:
        self._store = store
        self._reading = reading

    def find(self, subdomain: str) -> Account | None:
        """The account that answers under a subdomain. As in DNS, casing does not matter."""
        return self._reading.of(("account", subdomain), lambda: self._find(subdomain.lower()))

    def of(self, id: str) -> Account | None:
        """The account with an id, if it is there."""
        stored = self._store.get(id)
        return account(stored, self._has_endpoint(stored.id)) if stored else None

    def deployment(self, account: Account, name: str) -> Deployment | None:
        """A deployment that has been made, ready or not."""
        return self._reading.of(
            ("deployment", account.id, name), lambda: self._deployment(account, name)
        )

    def _find(self, subdomain: str) -> Account | None:
        for stored in self._store.of_type(ACCOUNT):
            if subdomain_of(stored.body) == subdomain:
                return account(stored, self._has_endpoint(stored.id))
        return None

    def _has_endpoint(self, account_id: str) -> bool:
        return any(
            account_id.lower() == target.lower()
            for endpoint in self._store.of_type(PRIVATE_ENDPOINT)
            for target in targets(endpoint.body)
        )

    def _deployment(self, account: Account, name: str) -> Deployment | None:
        if "/" in name:
            return None
        stored = self._store.get(f"{account.id}/deployments/{name}")
        if stored is None:
            return None
        policy_name = stored.body["properties"].get("raiPolicyName") or ""
        found = deployment(stored.body, self._policy(account, policy_name))
        changed = changes(Settings(self._store)).get(f"{found.model}/{found.version}", {})
        return (
            replace(found, retires=_midnight(changed["retires"])) if "retires" in changed else found
        )

    def _policy(self, account: Account, name: str) -> content_filter.Policy:
        stored = self._store.get(f"{account.id}/raiPolicies/{name}") if name else None
        if stored is None:
            return content_filter.SERVICE_DEFAULT
        properties = stored.body["properties"]
        names = {each["blocklistName"].lower() for each in properties.get("customBlocklists") or ()}
        lists = {name: self._patterns(account, name) for name in names}
        return content_filter.policy(properties, lists)

    def _patterns(self, account: Account, blocklist: str) -> content_filter.Patterns:
        items = self._store.children(f"{account.id}/raiBlocklists/{blocklist}", BLOCKLIST_ITEM)
        return tuple(content_filter.pattern(each.body["properties"]) for each in items)


def subdomain_of(body: Mapping[str, Any]) -> str:
    """The subdomain that an account's body names; its name where it has none."""
    properties = body["properties"]
    return str(properties.get("customSubDomainName") or body.get("name", "")).lower()


def targets(endpoint: Mapping[str, Any]) -> list[str]:
    """The ids of what a private endpoint leads to."""
    properties = endpoint["properties"]
    connections = [
        *(properties.get("privateLinkServiceConnections") or ()),
        *(properties.get("manualPrivateLinkServiceConnections") or ()),
    ]
    return [
        (each.get("properties") or {}).get("privateLinkServiceId") or "" for each in connections
    ]


def account(stored: Stored, has_endpoint: bool) -> Account:
    properties = stored.body["properties"]
    rules = properties.get("networkAcls") or {}
    return Account(
        id=stored.id,
        subdomain=subdomain_of(stored.body),
        kind=stored.body.get("kind") or "AIServices",
        location=stored.body["location"],
        region=display_name(stored.body["location"]),
        keys_allowed=not properties.get("disableLocalAuth"),
        public=str(properties.get("publicNetworkAccess") or "Enabled").lower() != "disabled",
        open_to_all=str(rules.get("defaultAction") or "Allow").lower() == "allow",
        networks=tuple(networks(each.get("value", "") for each in rules.get("ipRules") or ())),
        reached_from_inside=has_endpoint or bool(rules.get("virtualNetworkRules")),
    )


def networks(values: Iterable[str]) -> Iterator[Network]:
    """The networks of a firewall's rules; one that is none lets nobody in."""
    for value in values:
        with suppress(ValueError):
            yield ip_network(value, strict=False)


def deployment(body: Mapping[str, Any], policy: content_filter.Policy) -> Deployment:
    properties, sku = body["properties"], body.get("sku") or {}
    named = properties["model"]
    name, version = named["name"], str(named.get("version") or "")
    known = find_model(name, version, named.get("format") or "OpenAI")
    facts = known or base_model(name)
    provisioned = sku.get("name") in PROVISIONED_SKUS
    kind = facts.kind if facts else "chat"
    written = body.get("systemData") or {}
    changed = written.get("createdAt") != written.get("lastModifiedAt")
    state = properties.get("provisioningState") or "Succeeded"
    return Deployment(
        name=body["name"],
        model=name,
        version=version,
        kind=kind,
        dimensions=(facts.dimensions if facts else None) or 0,
        sku=sku.get("name") or "",
        provisioned=provisioned,
        batch=sku.get("name") in BATCH_SKUS,
        limits=limits(facts, int(sku.get("capacity") or 1), provisioned),
        spills_to=properties.get("spilloverDeploymentName") or "",
        policy=policy,
        made=moment(written.get("createdAt", "0001-01-01T00:00:00Z")),
        serves=state == "Succeeded" or (changed and state not in ("Deleting", "Disabled")),
        retires=_midnight(known.retires) if known else None,
        capabilities=capabilities(name, kind),
    )


def _midnight(date: str) -> datetime:
    return datetime.fromisoformat(date).replace(tzinfo=UTC)


def capabilities(model: str, kind: str) -> frozenset[str]:
    """What may be asked of a model."""
    if kind == "embeddings":
        return frozenset({"embeddings"})
    return COMPLETES.get(model, frozenset({"chatCompletion", "responses"}))


def limits(
    facts: Model | None, capacity: int, provisioned: bool
) -> limiter.Standard | limiter.Provisioned:
    """What a capacity lets in; 1,000 TPM and 6 RPM a unit for a model without figures."""
    if not provisioned:
        return limiter.Standard(
            tokens=capacity * (facts.tokens_per_unit if facts else 1000),
            requests=capacity * (facts.requests_per_unit if facts else 6),
        )
    known = facts.provisioned if facts else None
    return limiter.Provisioned(
        tokens=capacity * (known.tokens_per_minute if known else 1000),
        output_ratio=known.output_ratio if known else 4,
    )


def ready(wanted: Deployment, now: datetime, delay_seconds: float) -> bool:
    """Whether a deployment serves and is old enough for the data plane to have heard of it."""
    return wanted.serves and now >= wanted.made + timedelta(seconds=delay_seconds)
