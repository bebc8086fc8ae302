"""What was proven, joined to what the stack deploys."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

from components.canonical import NotCanonical, built_in_filter_hash, filter_hash
from components.catalog import RAI_POLICY
from components.evidence_kinds import differences
from policies.deployed import CAPACITY, FILTER, MODEL, SKU, VERSION
from policies.serving import account_names
from policies.values import Fields, Need, Unknown, Value
from policies.wording import CREDENTIAL, shown
from policies.world import Resource, World

EVIDENCE: Final = "plumb:index:Evidence"

SKEW: Final = timedelta(minutes=5)
"""How far the clocks of two machines may be apart."""


class Proofs:
    """The evidence of a stack, by whom it speaks of."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._of_deployments: dict[str, list[tuple[str, Resource]]] = {}
        self.of_stack: list[Resource] = []
        """What speaks of the stack as a whole."""
        for evidence in world.of(EVIDENCE):
            name = evidence.fields.text("subject.deployment")
            account = evidence.fields.text("subject.account")
            if name is None and account is None:
                self.of_stack.append(evidence)
            elif name and account:
                held = self._of_deployments.setdefault(name.lower(), [])
                held.append((account.lower(), evidence))

    def of(self, deployment: Resource) -> list[Resource]:
        """What speaks of one deployment.

        Raises:
            Need: nobody can tell yet which deployment it is.
        """
        name = (deployment.fields.text("deploymentName") or "").lower()
        candidates = self._of_deployments.get(name)
        if not candidates:
            return []
        accounts = account_names(self._world, deployment)
        return [evidence for account, evidence in candidates if account in accounts]


def entry(evidence: Resource, kind: str) -> Fields | None:
    """The newest entry of a kind of which there is one; None if nothing was recorded."""
    return _entry(evidence.fields.read(kind), kind)


def entries(evidence: Resource, kind: str) -> list[Fields]:
    """The entries of a kind of which there may be several."""
    value = evidence.fields.read(kind)
    if isinstance(value, list):
        return evidence.fields.items(kind)
    one = _entry(value, kind)
    return [one] if one else []


def _entry(value: Value, kind: str) -> Fields | None:
    return Fields(value, kind) if isinstance(value, Mapping) else None


def changes(
    world: World, deployment: Resource, evidence: Resource, proven: Fields, parts: Iterable[str]
) -> list[tuple[str, Value, Value]]:
    """(part of the identity, proven, deployed) wherever what was proven is not what is deployed.

    Raises:
        Need: one of the parts is not known yet.
    """
    deployed = {part: _deployed(world, deployment, evidence, part) for part in parts}
    measured = {part: proven.read(f"identity.{part}") for part in deployed}
    return [
        (part, measured[part], deployed[part])
        for part in differences(tuple(deployed), measured, deployed)
    ]


def _deployed(world: World, deployment: Resource, evidence: Resource, part: str) -> Value:
    match part:
        case "filterSha256":
            return _filter_hash(world, deployment)
        case "promptSha256":
            return evidence.fields.read("current.promptSha256")
    paths = {"model": MODEL, "version": VERSION, "sku": SKU, "capacity": CAPACITY}
    return deployment.fields.read(paths[part])


def _filter_hash(world: World, deployment: Resource) -> str | None:
    """The hash of the content filter that a deployment names; None if the stack has no such."""
    if deployment.fields.peek(FILTER) is None:
        return None
    declared = filter_of(world, deployment)
    if declared is None:
        name = deployment.fields.text(FILTER) or ""
        return built_in_filter_hash(name) if name.startswith("Microsoft.") else None
    hashes = _hashes_of(world)
    if declared.urn not in hashes:
        hashes[declared.urn] = _hash_of(declared)
    return hashes[declared.urn]


@lru_cache(maxsize=1)
def _hashes_of(world: World) -> dict[str, str | None]:
    """By URN: many deployments share a filter, and several rules ask."""
    return {}


def _hash_of(policy: Resource) -> str | None:
    properties = policy.fields.read("properties")
    if not isinstance(properties, Mapping):
        return None
    known(properties, "properties")
    try:
        return filter_hash(properties)
    except NotCanonical:
        return None


def filter_of(world: World, deployment: Resource) -> Resource | None:
    """The content filter of this stack that a deployment names; None for one of Microsoft's.

    Raises:
        Need: nobody can tell yet which one it is.
    """
    name = deployment.fields.peek(FILTER)
    sources = world.sources(deployment, "properties", RAI_POLICY)
    if isinstance(name, Unknown):
        if len(sources) == 1:
            return sources[0]
        raise Need(FILTER)
    account = world.account(deployment)
    for source in sources:
        nameless = not isinstance(source.fields.peek("raiPolicyName"), str)
        if nameless and world.account(source) == account:
            return source
    filters = _filters_of(world)
    wanted = name.lower() if isinstance(name, str) else ""
    if (account, wanted) in filters:
        return filters[account, wanted]
    if (account, "") in filters or ("", wanted) in filters:
        raise Need(FILTER)
    return None


@lru_cache(maxsize=1)
def _filters_of(world: World) -> dict[tuple[str, str], Resource]:
    """By account and name, in lower case; what of these is not known yet is empty."""
    found: dict[tuple[str, str], Resource] = {}
    for policy in world.of(RAI_POLICY):
        own = policy.fields.peek("raiPolicyName")
        try:
            account = world.account(policy)
        except Need:
            account = ""
        if isinstance(own, str | Unknown):
            found.setdefault((account, own.lower() if isinstance(own, str) else ""), policy)
    return found


def known(value: Value, path: str = "") -> None:
    """Go through a whole value.

    Raises:
        Need: a part of it is unknown.
    """
    if (within := _unknown_within(value)) is not None:
        raise Need(f"{path}{within}".lstrip("."))


def _unknown_within(value: Value) -> str | None:
    """Where a value is unknown; None if it is known in all its parts."""
    if isinstance(value, str | int | float | None):
        return None  # most of them, so asked first
    if isinstance(value, Unknown):
        return ""
    parts = value.items() if isinstance(value, Mapping) else enumerate(value)
    for key, held in parts:
        within = _unknown_within(held)
        if within is not None:
            return (f"[{key}]" if isinstance(key, int) else f".{key}") + within
    return None


def time(text: str | None) -> datetime | None:
    """A time in UTC; None for any other text."""
    try:
        at = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return at if at.utcoffset() == timedelta(0) else None


def days_ago(text: str | None, now: datetime) -> float | str:
    """How many days ago a time was, or why it is none that counts.

    What will be measured tomorrow has not been measured.
    """
    at = time(text)
    if at is None:
        return f"has no date in UTC but {shown(text)}" if text else "has no date"
    if at > now + SKEW:
        return f"has a date in the future, {shown(text)}"
    return max(now - at, timedelta(0)) / timedelta(days=1)


def of_whom(evidence: Resource) -> str:
    """Of whom evidence speaks, as commands and people call it: account/deployment."""
    names = [evidence.fields.peek(f"subject.{key}") for key in ("account", "deployment")]
    whole = "/".join(name for name in names if isinstance(name, str))
    return whole if whole and not CREDENTIAL.search(whole) else evidence.name
