"""A subscription as the dated tables have it: what is sold where, not what anybody holds."""

from collections.abc import Sequence
from datetime import UTC, datetime

from components import catalog
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
    RateLimit,
    Replacement,
    Room,
    Sku,
    Subdomain,
    Unknown,
    Usage,
    Workload,
)


class Dated:
    """Answers from a table, components/models.yaml. What only Azure knows is unknown here."""

    def __init__(self, models: Sequence[catalog.Model] | None = None) -> None:
        self._models = catalog.models() if models is None else models

    def usages(self, location: str) -> tuple[Usage, ...] | Unknown:
        return _not_here(f"quota of {location}")

    def models(self, location: str) -> tuple[OfferedModel, ...] | Unknown:
        return tuple(
            _offered(each, location)
            for each in self._models
            if any(location in where for where in each.skus.values())
        )

    def capacities(self, model: ModelKey) -> tuple[Room, ...] | Unknown:
        return _not_here(f"room for {model}")

    def accounts(self) -> tuple[Account, ...] | Unknown:
        return _not_here("accounts")

    def deployments(self, account: Account) -> tuple[LiveDeployment, ...] | Unknown:
        return _not_here(f"deployments of {account.name}")

    def deleted_accounts(self) -> tuple[DeletedAccount, ...] | Unknown:
        return _not_here("deleted accounts")

    def subdomain(self, name: str) -> Subdomain | Unknown:
        return _not_here(f"subdomain {name}")

    def permissions(self, scope: str) -> tuple[Permission, ...] | Unknown:
        return _not_here("your rights")

    def private_zones(self) -> tuple[PrivateZone, ...] | Unknown:
        return _not_here("private DNS zones")

    def calculate_capacity(
        self, model: ModelKey, sku: str, workloads: Sequence[Workload]
    ) -> Estimate | Unknown:
        return _not_here(f"calculator for {model} as {sku}")


def _not_here(what: str) -> Unknown:
    return Unknown(reason=f"{what}: the dated tables do not tell", fix="leave out --offline")


def _offered(model: catalog.Model, location: str) -> OfferedModel:
    retires = datetime.fromisoformat(model.retires).replace(tzinfo=UTC)
    return OfferedModel(
        key=ModelKey(format=model.format, name=model.name, version=model.version),
        kind=FOUNDRY,
        lifecycle=model.lifecycle,
        is_default=model.is_default_version,
        retires=retires,
        fine_tune_retires=None,
        replacement=_replacement(model.replaced_by),
        skus=tuple(
            _sku(model, sku) for sku, where in sorted(model.skus.items()) if location in where
        ),
        capabilities=frozenset({"fineTune"} if model.fine_tunable else ()),
    )


def _replacement(told: str | None) -> Replacement | None:
    if told is None:
        return None
    name, _, version = told.partition("/")
    return Replacement(name=name, version=version, upgrades_from=None)


def _sku(model: catalog.Model, name: str) -> Sku:
    legal = model.capacity(name)
    rated = name not in catalog.PROVISIONED_SKUS
    return Sku(
        name=name,
        usage_name=model.usage_names[name],
        retires=None,
        minimum=legal.minimum,
        step=legal.step,
        maximum=legal.maximum,
        rate_limits=(
            RateLimit(key="request", count=model.requests_per_unit, renewal_s=60),
            RateLimit(key="token", count=model.tokens_per_unit, renewal_s=60),
        )
        if rated
        else (),
    )
