"""What a stack wants of a subscription, flat: one row a deployment."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from components import catalog
from components.profiles import Profile
from components.sections import AccountSettings, DeploymentSettings, Settings
from components.stack_file import Place
from scripts.subscription.facts import ModelKey, Workload

REFERENCE: Final = Workload(requests_per_minute=1000, prompt_tokens=1000, generated_tokens=300)
"""What Azure's calculator and our table are both asked for: large, so that no minimum hides a
difference."""


@dataclass(frozen=True, kw_only=True)
class WantedDeployment:
    """One deployment as the stack file declares it."""

    account: str
    name: str
    location: str
    model: ModelKey
    """What is deployed: of a fine-tuned model its own name."""
    offered: ModelKey
    """What Azure lists: of a fine-tuned model its base."""
    sku: str
    capacity: int
    autoscaled: bool
    spillover: str | None

    @property
    def place(self) -> Place:
        return ("accounts", self.account, "deployments", self.name)

    @property
    def fine_tuned(self) -> bool:
        return self.model != self.offered


@dataclass(frozen=True, kw_only=True)
class WantedAccount:
    key: str
    subdomain: str
    location: str
    private: bool
    subnet: str | None
    """An existing one, in which its private endpoint is to stand."""

    @property
    def place(self) -> Place:
        return ("accounts", self.key)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A whole stack."""

    stack: str
    profile: Profile
    accounts: Sequence[WantedAccount]
    deployments: Sequence[WantedDeployment]
    roles: frozenset[str]
    """Those that it grants."""
    workload: str
    """What its accounts are tagged with."""
    regions: frozenset[str]
    """Where its residency lets accounts stand."""

    @property
    def locations(self) -> Sequence[str]:
        return sorted({each.location for each in self.accounts})

    @property
    def models(self) -> Sequence[ModelKey]:
        """As Azure lists them, each once."""
        return sorted({each.offered for each in self.deployments}, key=str)

    def of(self, account: str) -> Iterator[WantedDeployment]:
        return (each for each in self.deployments if each.account == account)


def wanted(stack: str, settings: Settings) -> Wanted:
    return Wanted(
        stack=stack,
        profile=settings.profile_of(stack),
        accounts=[_account(key, each) for key, each in settings.accounts.items()],
        deployments=[
            _deployment(key, account.location, name, each)
            for key, account in settings.accounts.items()
            for name, each in account.deployments.items()
        ],
        roles=frozenset(role for each in settings.access.values() for role in each.roles),
        workload=settings.platform.workload,
        regions=catalog.regions(settings.platform.residency),
    )


def _account(key: str, settings: AccountSettings) -> WantedAccount:
    return WantedAccount(
        key=key,
        subdomain=settings.subdomain,
        location=settings.location,
        private=settings.network.is_private,
        subnet=settings.network.private_endpoint_subnet,
    )


def _deployment(
    account: str, location: str, name: str, settings: DeploymentSettings
) -> WantedDeployment:
    model = ModelKey(
        format=settings.format, name=settings.deployed_model, version=settings.deployed_version
    )
    return WantedDeployment(
        account=account,
        name=name,
        location=location,
        model=model,
        offered=offered_as(model),
        sku=settings.sku,
        capacity=settings.capacity,
        autoscaled=settings.autoscaled,
        spillover=settings.spillover,
    )


def offered_as(model: ModelKey) -> ModelKey:
    """What Azure's lists call a model: a fine-tuned one stands there as its base."""
    tuned = catalog.FINE_TUNED.match(model.name)
    if tuned is None:
        return model
    return ModelKey(format=model.format, name=tuned["name"], version=tuned["version"])
