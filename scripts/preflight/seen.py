"""Everything that the checks look at: what a subscription answered, at one moment."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from scripts.preflight.wanted import WantedAccount, WantedDeployment
from scripts.subscription.facts import (
    FOUNDRY,
    Account,
    DeletedAccount,
    Estimate,
    LiveDeployment,
    ModelKey,
    OfferedModel,
    Permission,
    PrivateZone,
    Room,
    Sku,
    Subdomain,
    Unknown,
    Usage,
)


@dataclass(frozen=True, kw_only=True)
class Seen:
    at: datetime
    """UTC."""
    subscription: str
    """Its id; "" where only the dated tables were read."""
    usages: Mapping[str, tuple[Usage, ...] | Unknown]
    """By location."""
    models: Mapping[str, tuple[OfferedModel, ...] | Unknown]
    """By location."""
    rooms: Mapping[ModelKey, tuple[Room, ...] | Unknown]
    accounts: tuple[Account, ...] | Unknown
    """Every account of the subscription."""
    deployments: Mapping[str, tuple[LiveDeployment, ...] | Unknown]
    """By account of the stack file; without an account in Azure there are none."""
    deleted: tuple[DeletedAccount, ...] | Unknown
    subdomains: Mapping[str, Subdomain | Unknown]
    """Of the accounts that are not there yet."""
    permissions: Mapping[str, tuple[Permission, ...] | Unknown]
    """By scope; "" is the subscription."""
    zones: tuple[PrivateZone, ...] | Unknown
    estimates: Mapping[tuple[ModelKey, str], Estimate | Unknown]
    """By model and SKU."""

    def live_account(self, wanted: WantedAccount) -> Account | Unknown | None:
        """The account that the stack has already, if it has."""
        return find_account(self.accounts, wanted)

    def in_place(self, wanted: WantedDeployment) -> LiveDeployment | Unknown | None:
        """The deployment that `up` changes instead of making one.

        Another SKU, model or publisher means another deployment: both hold quota for a while.
        """
        live = self.deployments[wanted.account]
        if isinstance(live, Unknown):
            return live
        return next((each for each in live if changes_into(each, wanted)), None)

    def offered(self, wanted: WantedDeployment) -> OfferedModel | Unknown | None:
        """The model that is deployed, or its base, as its region offers it to our accounts."""
        models = self.models[wanted.location]
        if isinstance(models, Unknown):
            return models
        return next(
            (each for each in models if (each.key, each.kind) == (wanted.offered, FOUNDRY)), None
        )

    def sku(self, wanted: WantedDeployment) -> Sku | Unknown | None:
        """How the region sells it, or its base."""
        model = self.offered(wanted)
        return model.sku(wanted.sku) if isinstance(model, OfferedModel) else model


def find_account(
    accounts: tuple[Account, ...] | Unknown, wanted: WantedAccount
) -> Account | Unknown | None:
    if isinstance(accounts, Unknown):
        return accounts
    name = wanted.subdomain.lower()
    return next((each for each in accounts if each.name.lower() == name), None)


def changes_into(live: LiveDeployment, wanted: WantedDeployment) -> bool:
    """Whether Azure can make the one of the other without a second deployment."""
    return (live.name.lower(), live.sku, live.model.format, live.model.name) == (
        wanted.name.lower(),
        wanted.sku,
        wanted.model.format,
        wanted.model.name,
    )
