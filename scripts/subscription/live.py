"""A subscription as Azure's management API tells it."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final, TypeVar

from azure.mgmt.cognitiveservices.models import (
    DeploymentModel,
    ModelCapacityCalculatorWorkload,
    ModelCapacityCalculatorWorkloadRequestParam,
)

from components import catalog
from scripts.subscription import wire
from scripts.subscription.arm import Arm, pages
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
    Subdomain,
    Unknown,
    Usage,
    Workload,
)
from scripts.subscription.patience import CONNECT_S, Patience, read

Told = TypeVar("Told")

ACCOUNT_TYPE: Final = "Microsoft.CognitiveServices/accounts"
ZONE_TYPE: Final = "Microsoft.Network/privateDnsZones"

# API versions of what the client does not know.
PERMISSIONS: Final = "2022-04-01"
"""Documented for groups and resources; a subscription answers as well."""
ZONES: Final = "2024-06-01"


class Live:
    """Asks Azure. One for a whole command: its parts share a deadline and may ask at once."""

    def __init__(self, arm: Arm, patience: Patience) -> None:
        self._arm = arm
        self._patience = patience
        self._client = arm.cognitive()
        self._raw = arm.raw()

    def usages(self, location: str) -> tuple[Usage, ...] | Unknown:
        return self._ask(
            f"quota of {location}",
            lambda limits: tuple(map(wire.usage, self._client.usages.list(location, **limits))),
        )

    def models(self, location: str) -> tuple[OfferedModel, ...] | Unknown:
        rows = self.model_rows(location)
        if isinstance(rows, Unknown):
            return rows
        return read(f"models of {location}", partial(wire.offered, rows))

    def model_rows(self, location: str) -> list[Mapping[str, Any]] | Unknown:
        """The same as Azure answered it."""

        def call(limits: dict[str, Any]) -> list[Mapping[str, Any]]:
            # The client's own objects drop rateLimits[].key, so the answers are read as they came.
            answers: list[Any] = []
            told = self._client.models.list(
                location,
                raw_response_hook=lambda said: answers.append(said.http_response.json()),
                **limits,
            )
            for _ in told:
                pass
            return [row for answer in answers for row in answer["value"]]

        return self._ask(f"models of {location}", call)

    def capacities(self, model: ModelKey) -> tuple[Room, ...] | Unknown:
        return self._ask(
            f"room for {model}",
            lambda limits: tuple(
                map(
                    wire.room,
                    self._client.model_capacities.list(
                        model.format, model.name, model.version, **limits
                    ),
                )
            ),
        )

    def accounts(self) -> tuple[Account, ...] | Unknown:
        return self._ask(
            "accounts",
            lambda limits: tuple(map(wire.account, self._client.accounts.list(**limits))),
        )

    def deployments(self, account: Account) -> tuple[LiveDeployment, ...] | Unknown:
        return self._ask(
            f"deployments of {account.name}",
            lambda limits: tuple(
                map(
                    wire.deployment,
                    self._client.deployments.list(account.resource_group, account.name, **limits),
                )
            ),
        )

    def deleted_accounts(self) -> tuple[DeletedAccount, ...] | Unknown:
        return self._ask(
            "deleted accounts",
            lambda limits: tuple(map(wire.deleted, self._client.deleted_accounts.list(**limits))),
        )

    def subdomain(self, name: str) -> Subdomain | Unknown:
        def call(limits: dict[str, Any]) -> Subdomain:
            told = self._client.check_domain_availability(name, ACCOUNT_TYPE, FOUNDRY, **limits)
            if told.is_subdomain_available is None:
                raise ValueError("neither available nor taken")
            return Subdomain(
                name=name, available=told.is_subdomain_available, reason=told.reason or ""
            )

        return self._ask(f"subdomain {name}", call)

    def permissions(self, scope: str) -> tuple[Permission, ...] | Unknown:
        whole = scope or f"/subscriptions/{self._arm.subscription}"
        path = f"{whole}/providers/Microsoft.Authorization/permissions"
        return self._patience.ask(
            f"your rights at {scope or 'the subscription'}",
            lambda seconds: tuple(
                map(wire.permission, pages(self._raw, path, PERMISSIONS, seconds))
            ),
        )

    def private_zones(self) -> tuple[PrivateZone, ...] | Unknown:
        def call(seconds: float) -> tuple[PrivateZone, ...]:
            here = f"/subscriptions/{self._arm.subscription}/providers/{ZONE_TYPE}"
            return tuple(
                wire.private_zone(
                    each,
                    pages(self._raw, f"{each['id']}/virtualNetworkLinks", ZONES, seconds),
                    pages(self._raw, f"{each['id']}/A", ZONES, seconds),
                )
                for each in pages(self._raw, here, ZONES, seconds)
                if each["name"] in catalog.PRIVATE_DNS_ZONES
            )

        return self._patience.ask("private DNS zones", call)

    def calculate_capacity(
        self, model: ModelKey, sku: str, workloads: Sequence[Workload]
    ) -> Estimate | Unknown:
        def call(limits: dict[str, Any]) -> Estimate:
            # Three keywords: one whole parameter object would be sent as the model, silently.
            told = self._client.calculate_model_capacity(
                model=DeploymentModel(format=model.format, name=model.name, version=model.version),
                sku_name=sku,
                workloads=[_workload(each) for each in workloads],
                **limits,
            )
            found = told.estimated_capacity
            if found is None or found.value is None or found.deployable_value is None:
                raise ValueError("no estimatedCapacity")
            return Estimate(value=found.value, deployable=found.deployable_value)

        return self._ask(f"calculator for {model} as {sku}", call)

    def _ask(self, what: str, call: Callable[[dict[str, Any]], Told]) -> Told | Unknown:
        """What the client answers within the seconds that are left."""
        return self._patience.ask(
            what,
            lambda seconds: call(
                {"connection_timeout": min(CONNECT_S, seconds), "read_timeout": seconds}
            ),
        )


def _workload(wanted: Workload) -> ModelCapacityCalculatorWorkload:
    return ModelCapacityCalculatorWorkload(
        request_per_minute=wanted.requests_per_minute,
        request_parameters=ModelCapacityCalculatorWorkloadRequestParam(
            avg_prompt_tokens=wanted.prompt_tokens, avg_generated_tokens=wanted.generated_tokens
        ),
    )
