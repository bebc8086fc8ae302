"""Stacks as rules see them: one that is sound, and ways to change it."""

from dataclasses import replace
from datetime import UTC, datetime

from components import catalog
from policies.rule import Context
from policies.values import plain
from policies.world import STACK, Resource, World

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
SUBSCRIPTION = "/subscriptions/00000000-0000-4000-8000-000000000001"
GROUP = f"{SUBSCRIPTION}/resourceGroups/rg-shop"
ACCOUNT_ID = f"{GROUP}/providers/Microsoft.CognitiveServices/accounts/shop-ai"
ROOT = "urn:pulumi:prod::shop::pulumi:pulumi:Stack::shop-prod"


def role(name):
    definitions = f"{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions"
    return f"{definitions}/{catalog.ROLES[name]}"


def urn(type, name):
    return f"urn:pulumi:prod::shop::{type}::{name}"


def resource(type, name, inputs, parent=ROOT, **comes_from):
    return Resource(
        urn=urn(type, name),
        type=type,
        name=name,
        inputs=plain(inputs),
        parent=parent,
        comes_from={key: frozenset(sources) for key, sources in comes_from.items()},
    )


ACCOUNT = {
    "accountName": "shop-ai",
    "resourceGroupName": "rg-shop",
    "location": "swedencentral",
    "kind": "AIServices",
    "sku": {"name": "S0"},
    "identity": {"type": "SystemAssigned"},
    "properties": {
        "customSubDomainName": "shop-ai",
        "disableLocalAuth": True,
        "publicNetworkAccess": "Disabled",
        "networkAcls": {"defaultAction": "Deny", "ipRules": []},
    },
}
POLICY = {
    "accountName": "shop-ai",
    "resourceGroupName": "rg-shop",
    "raiPolicyName": "strict",
    "properties": {"basePolicyName": "Microsoft.DefaultV2", "mode": "Blocking"},
}
DEPLOYMENT = {
    "accountName": "shop-ai",
    "resourceGroupName": "rg-shop",
    "deploymentName": "chat-v1",
    "sku": {"name": "DataZoneStandard", "capacity": 50.0},
    "properties": {
        "model": {"format": "OpenAI", "name": "gpt-5.4", "version": "2026-03-05"},
        "raiPolicyName": "strict",
        "versionUpgradeOption": "NoAutoUpgrade",
    },
}
EMBEDDINGS = {
    **DEPLOYMENT,
    "deploymentName": "embed-v1",
    "properties": {
        "model": {"format": "OpenAI", "name": "text-embedding-3-large", "version": "1"},
        "versionUpgradeOption": "NoAutoUpgrade",
    },
}
ASSIGNMENT = {
    "principalId": "00000000-0000-4000-8000-000000000300",
    "principalType": "ServicePrincipal",
    "roleDefinitionId": role("Cognitive Services OpenAI User"),
    "scope": ACCOUNT_ID,
}

PARTS = {
    "account": (catalog.ACCOUNT, ACCOUNT),
    "strict": (catalog.RAI_POLICY, POLICY),
    "chat": (catalog.DEPLOYMENT, DEPLOYMENT),
    "embed": (catalog.DEPLOYMENT, EMBEDDINGS),
    "access": (catalog.ROLE_ASSIGNMENT, ASSIGNMENT),
}

MISSING = object()


def changed(inputs, path, value):
    """The same inputs, but for one; MISSING takes it away."""
    key, _, rest = path.partition(".")
    if rest:
        inner = inputs.get(key)
        return {**inputs, key: changed(inner if isinstance(inner, dict) else {}, rest, value)}
    if value is MISSING:
        return {name: held for name, held in inputs.items() if name != key}
    return {**inputs, key: value}


def sound(*changes, more=(), without=()):
    """A stack that no rule minds, then (resource, path, value) by (resource, path, value)."""
    parts = {name: part for name, part in PARTS.items() if name not in without}
    for name, path, value in changes:
        type, inputs = parts[name]
        parts[name] = (type, changed(inputs, path, value))
    root = Resource(urn=ROOT, type=STACK, name="shop-prod", inputs={})
    made = [resource(type, name, inputs) for name, (type, inputs) in parts.items()]
    return World([root, *made, *more])


def wired(world, name, **comes_from):
    """The same world, but one resource's inputs come from others, by logical name."""
    by_name = {each.name: each.urn for each in world.resources}
    sources = {key: frozenset(by_name[n] for n in names) for key, names in comes_from.items()}
    return World(
        replace(each, comes_from=sources) if each.name == name else each for each in world.resources
    )


def context(profile="prod", **config):
    return Context(profile=profile, now=NOW, config=config)
