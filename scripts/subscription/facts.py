"""What is known of a subscription, in our words: plain, frozen, without a client in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Final, Protocol

from scripts.exit import Exit

FOUNDRY: Final = "AIServices"
"""The kind of our accounts. Azure lists a model once for each kind that may deploy it."""


@dataclass(frozen=True, kw_only=True)
class Unknown:
    """Stands where an answer should: nobody may take it for an empty list."""

    reason: str
    """What was asked, and what came of it."""
    fix: str
    code: Exit = Exit.CANNOT_TELL
    """What a command that needed it answers: 4 if not reached or not allowed, else 3."""
    missing_action: str | None = None
    """What a role would have to allow, where that is why."""

    def __str__(self) -> str:
        return f"{self.reason}. Fix: {self.fix}"


@dataclass(frozen=True, kw_only=True)
class ModelKey:
    """What names one version of one model."""

    format: str
    name: str
    version: str

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


@dataclass(frozen=True, kw_only=True)
class Usage:
    """One quota pool of one region. Unit: that of sku.capacity."""

    name: str
    """As in `Sku.usage_name`."""
    label: str
    used: float
    """By everybody in the subscription, soft-deleted accounts included."""
    limit: float


@dataclass(frozen=True, kw_only=True)
class RateLimit:
    """What one unit of capacity admits."""

    key: str
    """request or token."""
    count: float
    renewal_s: float

    @property
    def per_minute(self) -> float:
        return self.count * 60 / self.renewal_s


@dataclass(frozen=True, kw_only=True)
class Sku:
    """One way in which a region sells a model."""

    name: str
    usage_name: str | None
    """The quota pool it draws on. Never built from parts: it has exceptions."""
    retires: datetime | None
    """UTC; when this SKU closes, which may be before the model does."""
    minimum: int
    step: int
    maximum: int | None
    default: int | None = None
    allowed: tuple[int, ...] = ()
    """If there are any, the only capacities that are taken."""
    rate_limits: tuple[RateLimit, ...] = ()
    meters: tuple[str, ...] = ()
    """Ids of billing meters; empty where Azure does not tell."""
    scope: str | None = None
    """Base, Finetune or All, where Azure tells."""

    def per_minute(self, key: str) -> float | None:
        """Tokens (`token`) or requests (`request`) a minute that one unit of capacity admits."""
        return next((each.per_minute for each in self.rate_limits if each.key == key), None)


@dataclass(frozen=True, kw_only=True)
class Replacement:
    """What Azure would put in a model's place."""

    name: str
    version: str
    upgrades_from: datetime | None
    """UTC; when deployments that allow it begin to be upgraded."""


@dataclass(frozen=True, kw_only=True)
class OfferedModel:
    """One version of a model as a region offers it to accounts of one kind."""

    key: ModelKey
    kind: str
    lifecycle: str
    """Azure's API word: Deprecating still serves, Deprecated has been switched off."""
    is_default: bool
    retires: datetime | None
    """UTC; None where Azure names no date."""
    fine_tune_retires: datetime | None
    replacement: Replacement | None
    skus: tuple[Sku, ...]
    capabilities: frozenset[str] = frozenset()
    """chatCompletion, embeddings, fineTune, ...: what Azure says that it can do."""

    def sku(self, name: str) -> Sku | None:
        """Its base's SKU of that name."""
        found = [each for each in self.skus if each.name == name]
        return next((each for each in found if each.scope != "Finetune"), None)


@dataclass(frozen=True, kw_only=True)
class Room:
    """What a region could still deploy of a model, whatever the quota says."""

    location: str
    sku: str
    available: float
    available_fine_tuned: float


@dataclass(frozen=True, kw_only=True)
class Account:
    id: str
    name: str
    resource_group: str
    location: str
    subdomain: str
    kind: str
    state: str
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def group_id(self) -> str:
        return self.id.partition("/providers/")[0]


@dataclass(frozen=True, kw_only=True)
class LiveDeployment:
    name: str
    model: ModelKey
    sku: str
    capacity: int
    upgrade_option: str
    spillover: str | None
    state: str


@dataclass(frozen=True, kw_only=True)
class DeletedAccount:
    """Gone, but its name, its subdomain and its quota are kept for 48 hours."""

    name: str
    resource_group: str
    location: str
    subdomain: str
    deleted_at: datetime | None
    purged_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Subdomain:
    name: str
    available: bool
    reason: str


@dataclass(frozen=True, kw_only=True)
class Permission:
    """What one of the caller's roles lets it do at a scope; patterns with *."""

    actions: tuple[str, ...]
    not_actions: tuple[str, ...]

    def allows(self, action: str) -> bool:
        return _matches(action, self.actions) and not _matches(action, self.not_actions)


@dataclass(frozen=True, kw_only=True)
class Workload:
    """What callers do in a minute."""

    requests_per_minute: int
    prompt_tokens: int
    generated_tokens: int


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """Provisioned throughput units that workloads need."""

    value: int
    deployable: int
    """The same, rounded up to what can be deployed."""


@dataclass(frozen=True, kw_only=True)
class PrivateZone:
    """A private DNS zone and what it answers."""

    id: str
    name: str
    networks: tuple[str, ...]
    """Ids of the networks that ask it."""
    addresses: tuple[tuple[str, tuple[str, ...]], ...]
    """(host name without the zone, its IPv4 addresses)."""


class Subscription(Protocol):
    """Who can be asked. Every answer that did not come is an `Unknown`, never an empty one."""

    def usages(self, location: str) -> tuple[Usage, ...] | Unknown: ...

    def models(self, location: str) -> tuple[OfferedModel, ...] | Unknown:
        """Of every kind of account; see `FOUNDRY`."""

    def capacities(self, model: ModelKey) -> tuple[Room, ...] | Unknown:
        """In every region."""

    def accounts(self) -> tuple[Account, ...] | Unknown: ...

    def deployments(self, account: Account) -> tuple[LiveDeployment, ...] | Unknown: ...

    def deleted_accounts(self) -> tuple[DeletedAccount, ...] | Unknown: ...

    def subdomain(self, name: str) -> Subdomain | Unknown:
        """Whether it can be had; one's own is as taken as anybody's."""

    def permissions(self, scope: str) -> tuple[Permission, ...] | Unknown:
        """Of whoever asks; a scope is `""` for the subscription, or an id below it."""

    def private_zones(self) -> tuple[PrivateZone, ...] | Unknown:
        """Those under which an account answers, `catalog.PRIVATE_DNS_ZONES`."""

    def calculate_capacity(
        self, model: ModelKey, sku: str, workloads: Sequence[Workload]
    ) -> Estimate | Unknown: ...


def _matches(action: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(action.lower(), each.lower()) for each in patterns)
