"""What Azure answers about a subscription, read into facts."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict
from pydantic.alias_generators import to_camel

from scripts.subscription.facts import (
    Account,
    DeletedAccount,
    LiveDeployment,
    ModelKey,
    OfferedModel,
    Permission,
    PrivateZone,
    RateLimit,
    Replacement,
    Room,
    Sku,
    Usage,
)


def moment(text: Any) -> datetime | None:
    """A date of Azure's, which comes with any offset or none, in UTC.

    Raises:
        ValueError: it is no date.
    """
    if text is None or text == "":
        return None
    found = datetime.fromisoformat(str(text))
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


Moment = Annotated[datetime | None, BeforeValidator(moment)]


class Part(BaseModel):
    """A part of an answer, in Azure's casing. What is not used here is ignored."""

    model_config = ConfigDict(
        alias_generator=to_camel, extra="ignore", frozen=True, protected_namespaces=()
    )


class Capacity(Part):
    minimum: int | None = None
    maximum: int | None = None
    step: int | None = None
    default: int | None = None
    allowed_values: list[int] | None = None


class Limit(Part):
    key: str | None = None
    count: float
    renewal_period: float


class Meter(Part):
    meter_id: str | None = None


class OfferedSku(Part):
    name: str
    usage_name: str | None = None
    deprecation_date: Moment = None
    capacity: Capacity | None = None
    rate_limits: list[Limit] | None = None
    cost: list[Meter] | None = None
    scope: str | None = None


class Deprecation(Part):
    inference: Moment = None
    fine_tune: Moment = None


class Target(Part):
    target_model_name: str | None = None
    target_model_version: str | None = None
    auto_upgrade_start_date: Moment = None


class Details(Part):
    format: str
    name: str
    version: str
    is_default_version: bool | None = None
    lifecycle_status: str | None = None
    deprecation: Deprecation | None = None
    replacement_config: Target | None = None
    skus: list[OfferedSku] | None = None
    capabilities: dict[str, str] | None = None


class Row(Part):
    kind: str
    model: Details


def offered(rows: Iterable[Mapping[str, Any]]) -> tuple[OfferedModel, ...]:
    """The rows of `locations/{location}/models`.

    Raises:
        ValueError: a row is not what Azure documents.
    """
    return tuple(_offered(Row.model_validate(row)) for row in rows)


def _offered(row: Row) -> OfferedModel:
    model = row.model
    ends = model.deprecation or Deprecation()
    return OfferedModel(
        key=ModelKey(format=model.format, name=model.name, version=model.version),
        kind=row.kind,
        lifecycle=model.lifecycle_status or "",
        is_default=bool(model.is_default_version),
        retires=ends.inference,
        fine_tune_retires=ends.fine_tune,
        replacement=_replacement(model.replacement_config),
        skus=tuple(_sku(each) for each in model.skus or ()),
        capabilities=frozenset(
            name for name, said in (model.capabilities or {}).items() if said.lower() == "true"
        ),
    )


def _replacement(told: Target | None) -> Replacement | None:
    if told is None or not told.target_model_name:
        return None
    return Replacement(
        name=told.target_model_name,
        version=told.target_model_version or "",
        upgrades_from=told.auto_upgrade_start_date,
    )


def _sku(told: OfferedSku) -> Sku:
    capacity = told.capacity or Capacity()
    return Sku(
        name=told.name,
        usage_name=told.usage_name,
        retires=told.deprecation_date,
        minimum=capacity.minimum or 1,  # null and 0 both mean that Azure sets none
        step=capacity.step or 1,
        maximum=capacity.maximum,
        default=capacity.default,
        allowed=tuple(capacity.allowed_values or ()),
        rate_limits=tuple(
            RateLimit(key=each.key or "", count=each.count, renewal_s=each.renewal_period)
            for each in told.rate_limits or ()
        ),
        meters=tuple(each.meter_id for each in told.cost or () if each.meter_id),
        scope=told.scope,
    )


def usage(told: Any) -> Usage:
    """A row of `locations/{location}/usages`.

    Raises:
        TypeError: a number is missing, and nought is not what that means.
    """
    return Usage(
        name=told.name.value,
        label=told.name.localized_value or told.name.value,
        used=float(told.current_value),
        limit=float(told.limit),
    )


def room(told: Any) -> Room:
    """A row of `modelCapacities`.

    Raises:
        TypeError: it does not tell how much.
    """
    found = told.properties
    return Room(
        location=_region(told.location),
        sku=found.sku_name,
        available=float(found.available_capacity),
        available_fine_tuned=float(found.available_finetune_capacity or 0),
    )


def account(told: Any) -> Account:
    return Account(
        id=told.id,
        name=told.name,
        resource_group=_group(told.id),
        location=_region(told.location),
        subdomain=told.properties.custom_sub_domain_name or "",
        kind=told.kind,
        state=told.properties.provisioning_state or "",
        tags=dict(told.tags or {}),
    )


def deleted(told: Any) -> DeletedAccount:
    return DeletedAccount(
        name=told.name,
        resource_group=_group(told.id),
        location=_region(told.location),
        subdomain=told.properties.custom_sub_domain_name or "",
        deleted_at=moment(told.properties.deletion_date),
        purged_at=moment(told.properties.scheduled_purge_date),
    )


def deployment(told: Any) -> LiveDeployment:
    found = told.properties
    return LiveDeployment(
        name=told.name,
        model=ModelKey(
            format=found.model.format, name=found.model.name, version=found.model.version or ""
        ),
        sku=told.sku.name,
        capacity=told.sku.capacity or 1,
        upgrade_option=found.version_upgrade_option or "OnceCurrentVersionExpired",
        spillover=found.spillover_deployment_name,
        state=found.provisioning_state or "",
    )


def permission(told: Mapping[str, Any]) -> Permission:
    return Permission(
        actions=tuple(told.get("actions") or ()), not_actions=tuple(told.get("notActions") or ())
    )


def private_zone(
    told: Mapping[str, Any],
    links: Iterable[Mapping[str, Any]],
    records: Iterable[Mapping[str, Any]],
) -> PrivateZone:
    return PrivateZone(
        id=told["id"],
        name=told["name"],
        networks=tuple(each["properties"]["virtualNetwork"]["id"] for each in links),
        addresses=tuple(
            (
                each["name"],
                tuple(one["ipv4Address"] for one in each["properties"].get("aRecords") or ()),
            )
            for each in records
        ),
    )


def _region(location: str) -> str:
    """Sweden Central is swedencentral."""
    return location.lower().replace(" ", "")


def _group(id: str) -> str:
    """The resource group in an id, whatever its casing."""
    parts = id.split("/")
    at = [part.lower() for part in parts].index("resourcegroups")
    return parts[at + 1]
