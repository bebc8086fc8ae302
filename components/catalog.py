"""Facts about Azure, as data. This module imports nothing of ours.

What ages (models, their regions, SKUs and retirement dates) lies in models.yaml beside it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal, get_args

# Type tokens, as the engine and the gate see them.
RESOURCE_GROUP: Final = "azure-native:resources:ResourceGroup"
ACCOUNT: Final = "azure-native:cognitiveservices:Account"
DEPLOYMENT: Final = "azure-native:cognitiveservices:Deployment"
RAI_POLICY: Final = "azure-native:cognitiveservices:RaiPolicy"
RAI_BLOCKLIST: Final = "azure-native:cognitiveservices:RaiBlocklist"
RAI_BLOCKLIST_ITEM: Final = "azure-native:cognitiveservices:RaiBlocklistItem"
PROJECT: Final = "azure-native:cognitiveservices:Project"
ACCOUNT_CONNECTION: Final = "azure-native:cognitiveservices:AccountConnection"
PROJECT_CONNECTION: Final = "azure-native:cognitiveservices:ProjectConnection"
ROLE_ASSIGNMENT: Final = "azure-native:authorization:RoleAssignment"
MANAGEMENT_LOCK: Final = "azure-native:authorization:ManagementLockByScope"
PRIVATE_ENDPOINT: Final = "azure-native:network:PrivateEndpoint"
PRIVATE_DNS_ZONE_GROUP: Final = "azure-native:network:PrivateDnsZoneGroup"
WORKSPACE: Final = "azure-native:operationalinsights:Workspace"
APP_INSIGHTS: Final = "azure-native:applicationinsights:Component"
WORKBOOK: Final = "azure-native:applicationinsights:Workbook"
DIAGNOSTIC_SETTING: Final = "azure-native:monitor:DiagnosticSetting"
ACTION_GROUP: Final = "azure-native:monitor:ActionGroup"
METRIC_ALERT: Final = "azure-native:monitor:MetricAlert"
SCHEDULED_QUERY_RULE: Final = "azure-native:monitor:ScheduledQueryRule"
BUDGET: Final = "azure-native:consumption:Budget"
CONFIGURATION_STORE: Final = "azure-native:appconfiguration:ConfigurationStore"
KEY_VALUE: Final = "azure-native:appconfiguration:KeyValue"

StandardSku = Literal["Standard", "DataZoneStandard", "GlobalStandard"]
ProvisionedSku = Literal[
    "ProvisionedManaged", "DataZoneProvisionedManaged", "GlobalProvisionedManaged"
]
BatchSku = Literal["GlobalBatch", "DataZoneBatch"]
Sku = Literal[StandardSku, ProvisionedSku, BatchSku, "DeveloperTier"]

PROVISIONED_SKUS: Final[frozenset[str]] = frozenset(get_args(ProvisionedSku))

SPILLS_TO: Final[dict[str, str]] = {
    "ProvisionedManaged": "Standard",
    "DataZoneProvisionedManaged": "DataZoneStandard",
    "GlobalProvisionedManaged": "GlobalStandard",
}
"""The SKU that may take a provisioned deployment's overflow: prompts stay where they were."""

Boundary = Literal["region", "zone", "world"]
PROCESSED_IN: Final[dict[str, Boundary]] = {
    "Standard": "region",
    "ProvisionedManaged": "region",
    "DataZoneStandard": "zone",
    "DataZoneProvisionedManaged": "zone",
    "DataZoneBatch": "zone",
    "GlobalStandard": "world",
    "GlobalProvisionedManaged": "world",
    "GlobalBatch": "world",
    "DeveloperTier": "world",
}
"""How far a prompt may travel before it is answered, by SKU."""

Residency = Literal["eu", "us", "global"]

DEPLOYMENTS_PER_ACCOUNT: Final = 32
FINE_TUNED_DEPLOYMENTS_PER_ACCOUNT: Final = 10
PROVISIONED_CAPACITY_MAXIMUM: Final = 100_000

ROLES: Final[dict[str, str]] = {
    "Cognitive Services OpenAI User": "5e0bd9bd-7b93-4f28-af87-19fc36ad61bd",
    "Cognitive Services OpenAI Contributor": "a001fd3d-188f-4b5d-821b-7da978bf7442",
    "Cognitive Services User": "a97b65f3-24c7-4388-baec-2e87135dc908",
    "Cognitive Services Contributor": "25fbc0a9-bd7c-42a3-aa1a-3b75d497ee68",
    "Cognitive Services Usages Reader": "bba48692-92b0-4667-a9ad-c31c7b334ac2",
    "Foundry User": "53ca6127-db72-4b80-b1b0-d745d6d5456d",
    "Foundry Project Manager": "eadc314b-1a2d-4efa-be10-5d325db5065e",
    "Foundry Account Owner": "e47c6f54-e4a2-4754-9501-8e0985b135e1",
    "Azure AI Developer": "64702f94-c441-49e6-a78b-ef80e0188fee",
    "App Configuration Data Owner": "5ae67dd6-50cb-40e7-96ff-dc2bfa4b606b",
    "App Configuration Data Reader": "516239f1-63e1-4d78-a4de-a74fb236a071",
    "Monitoring Metrics Publisher": "3913510d-42f4-4e42-8a64-420c390055eb",
    "Monitoring Reader": "43d0d8ad-25c7-4714-9337-8ba259a9fe05",
    "Monitoring Contributor": "749f88d5-cbae-40b8-bcfc-e573ddc772fa",
    "Log Analytics Reader": "73c42c96-874c-492b-b04d-ab87d138a893",
    "Key Vault Secrets User": "4633458b-17de-408a-b874-0445c86b69e6",
    "Key Vault Crypto Service Encryption User": "e147488a-f6f5-4113-8e2d-b22465e65bf6",
    "Key Vault Crypto User": "12338af0-0e69-4776-bea7-57ae8d297424",
    "Reader": "acdd72a7-3385-48ef-bd42-f606fba81ae7",
    "Contributor": "b24988ac-6180-42a0-ab88-20f7382dd24c",
    "Owner": "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
    "User Access Administrator": "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",
    "Role Based Access Control Administrator": "f58310d9-a9f6-439a-9e8d-f62e7b41a168",
}
"""Built-in roles by name. Foundry's were renamed in May 2026; the GUIDs stayed."""

RoleScope = Literal[
    "account", "store", "workspace", "app_insights", "resource_group", "subscription"
]
ROLE_SCOPES: Final[dict[str, RoleScope]] = {
    "Cognitive Services OpenAI User": "account",
    "Cognitive Services OpenAI Contributor": "account",
    "Cognitive Services User": "account",
    "Cognitive Services Contributor": "account",
    "Foundry User": "account",
    "Foundry Project Manager": "account",
    "Foundry Account Owner": "account",
    "Cognitive Services Usages Reader": "subscription",
    "App Configuration Data Owner": "store",
    "App Configuration Data Reader": "store",
    "Monitoring Metrics Publisher": "app_insights",
    "Log Analytics Reader": "workspace",
    "Monitoring Reader": "resource_group",
    "Monitoring Contributor": "resource_group",
    "Reader": "resource_group",
    "Contributor": "resource_group",
    "Owner": "resource_group",
}
"""The narrowest scope at which a role does its work in a stack of ours."""

PrincipalType = Literal["ServicePrincipal", "Group", "User"]

FilterSource = Literal["Prompt", "Completion"]
Threshold = Literal["Low", "Medium", "High"]


@dataclass(frozen=True)
class ContentFilter:
    """One filter that Azure knows, in Azure's own spelling."""

    name: str
    sources: tuple[FilterSource, ...]
    graded: bool
    """Whether it has a severity threshold (Low is the strictest), or is only on or off."""


CONTENT_FILTERS: Final = (
    ContentFilter("Hate", ("Prompt", "Completion"), True),
    ContentFilter("Sexual", ("Prompt", "Completion"), True),
    ContentFilter("Violence", ("Prompt", "Completion"), True),
    ContentFilter("Selfharm", ("Prompt", "Completion"), True),
    ContentFilter("Jailbreak", ("Prompt",), False),
    ContentFilter("Indirect Attack", ("Prompt",), False),
    ContentFilter("Indirect Attack Spotlighting", ("Prompt",), False),
    ContentFilter("Protected Material Text", ("Completion",), False),
    ContentFilter("Protected Material Code", ("Completion",), False),
    ContentFilter("Profanity", ("Prompt", "Completion"), False),
)
"""In Azure's order; lists are compared by position, so any other order shows up as a change."""

BUILT_IN_FILTERS: Final = ("Microsoft.Default", "Microsoft.DefaultV2")

PRIVATE_DNS_ZONES: Final = (
    "privatelink.cognitiveservices.azure.com",
    "privatelink.openai.azure.com",
    "privatelink.services.ai.azure.com",
)
"""All three: an AIServices account answers under each of these names."""

FEATURE_FLAG_PREFIX: Final = ".appconfig.featureflag/"
FEATURE_FLAG_CONTENT_TYPE: Final = "application/vnd.microsoft.appconfig.ff+json;charset=utf-8"

ModelKind = Literal["chat", "reasoning", "embeddings"]


@dataclass(frozen=True, kw_only=True)
class CapacityStep:
    """What sku.capacity may be: at least `minimum`, then in steps, at most `maximum`."""

    minimum: int
    step: int
    maximum: int

    def nearest(self, capacity: int) -> int:
        """The smallest legal capacity that is not below the one asked for."""
        steps = -(-max(0, capacity - self.minimum) // self.step)
        return min(self.minimum + steps * self.step, self.maximum)

    def allows(self, capacity: int) -> bool:
        return self.nearest(capacity) == capacity


@dataclass(frozen=True, kw_only=True)
class Provisioned:
    """How a model fills provisioned throughput."""

    tokens_per_minute: int
    """Input tokens a minute that one PTU carries."""
    output_ratio: float
    """How many input tokens one output token weighs."""
    regional_minimum: int
    regional_step: int


@dataclass(frozen=True, kw_only=True)
class Model:
    """One version of one model, as an account of kind AIServices may deploy it."""

    name: str
    version: str
    format: str
    """The publisher, as Azure wants it in model.format: OpenAI, DeepSeek, Mistral AI."""
    kind: ModelKind
    lifecycle: str
    """Azure's API word; Deprecating still serves, Deprecated has been switched off."""
    retires: str
    """ISO date."""
    is_default_version: bool
    fine_tunable: bool
    dimensions: int | None
    """Length of an embedding; None where the model makes none."""
    tokens_per_unit: int
    """Tokens a minute that one unit of a standard SKU's capacity admits."""
    requests_per_unit: int
    provisioned: Provisioned | None
    skus: dict[str, frozenset[str]]
    """SKU -> regions."""
    usage_names: dict[str, str]
    """SKU -> name of the quota pool it draws on."""
    replaced_by: str | None = None
    """name/version of the model that Azure names in its place."""

    def capacity(self, sku: str) -> CapacityStep:
        """The capacities that a SKU takes for this model."""
        if sku not in PROVISIONED_SKUS:
            return CapacityStep(minimum=1, step=1, maximum=PROVISIONED_CAPACITY_MAXIMUM)
        if sku == "ProvisionedManaged" and self.provisioned:
            minimum, step = self.provisioned.regional_minimum, self.provisioned.regional_step
        else:
            minimum, step = (15, 5) if self.format == "OpenAI" else (100, 100)
        return CapacityStep(minimum=minimum, step=step, maximum=PROVISIONED_CAPACITY_MAXIMUM)


def usage_name(format: str, name: str, sku: str) -> str:
    """The quota pool of a model where Azure's own answer is not at hand: it has exceptions."""
    publisher = "OpenAI" if format == "OpenAI" else "AIServices"
    return f"OpenAI.{sku}" if sku in PROVISIONED_SKUS else f"{publisher}.{sku}.{name}"


FILE: Final = Path(__file__).with_name("models.yaml")
"""What ages, with its sources and dates; `plumb models refresh` renews it."""


@cache
def _facts() -> dict[str, Any]:
    return _loaded(FILE.read_text(encoding="utf-8"))


def _loaded(text: str) -> dict[str, Any]:
    # Here: most who need a role or a SKU name need no model.
    import yaml

    facts: dict[str, Any] = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return facts


def as_of() -> str:
    """The date (ISO) of the newest thing that models.yaml says."""
    date: str = _facts()["as_of"]
    return date


def _flat(regions: list[Any]) -> Iterator[str]:
    for region in regions:
        if isinstance(region, list):
            yield from _flat(region)
        else:
            yield region


def _model(row: dict[str, Any]) -> Model:
    format = row.get("format", "OpenAI")
    provisioned = row.get("provisioned")
    irregular = row.get("usage_name", {})
    return Model(
        name=row["name"],
        version=row["version"],
        format=format,
        kind=row["kind"],
        lifecycle=row["lifecycle"],
        retires=row["retires"],
        is_default_version=row.get("default_version", False),
        fine_tunable=row.get("fine_tunable", False),
        dimensions=row.get("dimensions"),
        tokens_per_unit=row["rates"]["tokens"],
        requests_per_unit=row["rates"]["requests"],
        provisioned=Provisioned(**provisioned) if provisioned else None,
        skus={sku: frozenset(_flat(regions)) for sku, regions in row["skus"].items()},
        usage_names={
            sku: irregular.get(sku, usage_name(format, row["name"], sku)) for sku in row["skus"]
        },
        replaced_by=row.get("replaced_by"),
    )


@cache
def models() -> tuple[Model, ...]:
    """Every model known offline, newest first."""
    return tuple(map(_model, _facts()["models"]))


def parse(text: str) -> tuple[Model, ...]:
    """The models that another text of models.yaml holds."""
    return tuple(map(_model, _loaded(text)["models"]))


@cache
def find_model(name: str, version: str, format: str = "OpenAI") -> Model | None:
    """The facts of one model version; None if the table has no such row."""
    wanted = (name, version, format)
    return next((m for m in models() if (m.name, m.version, m.format) == wanted), None)


FINE_TUNED: Final = re.compile(
    r"^(?P<name>.+?)-(?P<version>\d{4}-\d{2}-\d{2})\.ft-[\w-]+(:[\w-]+)?$"
)
"""gpt-4.1-mini-2025-04-14.ft-<hash>: what the model of a fine-tuning job is called, one of its
checkpoints with :ckpt-step-<step> behind it."""


@cache
def base_model(name: str) -> Model | None:
    """What a fine-tuned model was tuned from, by its deployed name; None for any other name."""
    match = FINE_TUNED.match(name)
    return find_model(match["name"], match["version"]) if match else None


def model_behind(name: str, version: str, format: str) -> Model | None:
    """The facts that a deployed model has, its base's if it is fine-tuned; None if unknown."""
    return base_model(name) or find_model(name, version, format)


@cache
def regions(residency: Residency) -> frozenset[str]:
    """The regions in which an account of that residency may stand."""
    groups = _facts()["regions"]
    return frozenset(r for zone in groups for r in groups[zone] if residency in (zone, "global"))


def default_quota(sku: str) -> int:
    """What a subscription may use of one pool unless Microsoft granted more. Unit: sku.capacity."""
    limit: int = _facts()["default_quota"][sku]
    return limit
