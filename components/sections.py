"""The shape of Pulumi.<stack>.yaml, section by section."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from components.catalog import FilterSource, PrincipalType, Residency, Sku, Threshold
from components.profiles import Profile, resolve

Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
"""A name of the team's choice. Resources are named after it, so renaming it replaces them."""

Version = Annotated[str, Field(pattern=r"^[\w.-]+$")]
"""The pattern is for unquoted dates: the CLI hands them on as text, with a time of day added."""

Email = Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]
Guid = Annotated[str, Field(pattern=r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")]
HttpsUrl = Annotated[str, Field(pattern=r"^https://\S+$")]
AccountId = Annotated[
    str, Field(pattern=r"^/subscriptions/.+/providers/Microsoft\.CognitiveServices/accounts/[^/]+$")
]
SubnetId = Annotated[str, Field(pattern=r"^/subscriptions/.+/virtualNetworks/.+/subnets/.+$")]
Text = Annotated[str, Field(min_length=1)]
Share = Annotated[float, Field(gt=0, le=1)]


class Section(BaseModel):
    """A part of the stack file. A misspelled setting is an error, not a silent default."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class PlatformSettings(Section):
    """Who this is, and whose: in every name and on every tag."""

    workload: Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=20)]
    """Stands in every physical name; some are unique in all of Azure, so put your company in it."""
    owner: Email
    cost_center: Text
    data_classification: Literal["public", "internal", "confidential", "restricted"]
    residency: Residency
    """Where data may be processed: decides which regions and which SKUs an account may use."""


class BlocklistSettings(Section):
    """Words that no prompt and no answer may contain."""

    description: str = ""
    terms: Annotated[list[Text], Field(max_length=10_000)] = []
    patterns: Annotated[list[Text], Field(max_length=100)] = []
    """Regular expressions."""


class FilterAdjustment(Section):
    """One entry of a content filter that differs from its preset."""

    filter: str
    """In Azure's spelling: Violence, Selfharm, Protected Material Text."""
    source: FilterSource
    threshold: Threshold | None = None
    """The lowest severity acted on (Low is the strictest); only for graded filters."""
    enabled: bool = True
    blocking: bool = True
    """False: annotate only."""


class ContentFilterSettings(Section):
    preset: Literal["strict", "balanced", "lenient"]
    adjust: list[FilterAdjustment] = []
    blocklists: list[Key] = []


class FineTunedSettings(Section):
    """A fine-tuned model by the job that made it; the weights themselves never move."""

    base: Text
    """The base model with its version: gpt-4.1-mini-2025-04-14."""
    job: Annotated[str, Field(pattern=r"^ftjob-[\w]+$")]
    suffix: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,18}$")] | None = None
    source: AccountId | None = None
    """The account that ran the job, if it is not the one that deploys its model."""

    @property
    def model(self) -> str:
        """What Azure calls the tuned model: <base>.ft-<hash>[-<suffix>]."""
        tail = f"-{self.suffix}" if self.suffix else ""
        return f"{self.base}.ft-{self.job.removeprefix('ftjob-')}{tail}"


class DeploymentSettings(Section):
    model: str | None = None
    version: Version | None = None
    fine_tuned: FineTunedSettings | None = None
    """Instead of `model` and `version`."""
    format: str = "OpenAI"
    """The publisher as Azure spells it in model.format: OpenAI, DeepSeek, Mistral AI."""
    publisher: str | None = None
    sku: Sku
    capacity: Annotated[int, Field(gt=0)]
    """Thousands of tokens a minute; for a provisioned SKU, provisioned throughput units."""
    content_filter: str = "Microsoft.DefaultV2"
    spillover: str | None = None
    """The deployment of the same account that answers when this one is full."""
    autoscaled: bool = False
    """Whether `plumb autoscale` owns the capacity; Pulumi then only sets the first value."""

    @property
    def deployed_model(self) -> str:
        """The model's name as Azure and its callers see it."""
        return self.fine_tuned.model if self.fine_tuned else self.model or ""

    @property
    def deployed_version(self) -> str:
        """A fine-tuned model has no version but its first: each job makes another model."""
        return "1" if self.fine_tuned else self.version or ""


class VirtualNetworkSettings(Section):
    address_space: Annotated[str, Field(pattern=r"^\d+(\.\d+){3}/\d+$")]
    """IPv4 CIDR; its first half holds the private endpoints."""


class NetworkSettings(Section):
    """Who can reach an account. Closed unless it says otherwise."""

    public: bool = False
    allowed_ips: list[str] = []
    """IPv4 addresses or ranges that may use the public endpoint; everybody else is denied."""
    virtual_network: VirtualNetworkSettings | None = None
    """A network of its own for the private endpoint. Or:"""
    private_endpoint_subnet: SubnetId | None = None
    """An existing subnet's resource id."""
    outbound_hosts: list[str] = []
    """Host names that the account itself may call; all others are denied."""

    @property
    def is_private(self) -> bool:
        """Whether a private endpoint is made."""
        return bool(self.virtual_network or self.private_endpoint_subnet)


class ProjectSettings(Section):
    description: Text
    display_name: str | None = None


class AccountSettings(Section):
    location: str
    subdomain: str
    """Unique in all of Azure; the host of its endpoint and its name. It can never be changed."""
    network: NetworkSettings = NetworkSettings()
    projects: dict[Key, ProjectSettings] = {}
    deployments: Annotated[dict[str, DeploymentSettings], Field(min_length=1)]


class RouteSettings(Section):
    """A stable name for callers. Deployments: `name`, or `account/name` for another account."""

    stable: str
    candidate: str | None = None
    strategy: Literal["canary", "blue-green", "ab"] = "canary"
    steps_percent: list[Annotated[int, Field(gt=0, le=100)]] = [5, 25, 50, 100]
    bake_hours: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 24
    fallback: list[str] = []
    rollback: str | None = None
    """What answers once the route is taken back: what was stable before. It stays deployed."""


class AccessSettings(Section):
    """What one principal may do; each role is given at the narrowest scope it makes sense on."""

    principal_id: Guid
    principal_type: PrincipalType
    roles: Annotated[list[str], Field(min_length=1)]
    account: str | None = None
    """Only this account, for roles on accounts; otherwise every account of the stack."""


class ObjectiveSettings(Section):
    """What the service promises; alerts, rollouts and load tests are held against it."""

    error_rate: Share = 0.05
    p95_latency_ms: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 3000
    groundedness: Annotated[float, Field(ge=1, le=5)] = 4.0
    daily_cost_over_budget: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 1.5
    """How many times a day's share of the monthly budget one day may cost."""


class ReceiverSettings(Section):
    email: list[Email] = []
    webhook: Annotated[str, Field(pattern=r"^(https://\S+|\[secret\])$")] | None = None
    """Whoever has it may call it: keep it with `pulumi config set --secret --path`."""


class ObservabilitySettings(Section):
    log_retention_days: Annotated[int, Field(ge=30, le=730)] = 90
    daily_cap_gb: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    objectives: ObjectiveSettings = ObjectiveSettings()
    on_call: ReceiverSettings
    finance: ReceiverSettings


class BudgetSettings(Section):
    monthly: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    """In `currency`."""
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    starts: Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])-01$")]
    """First day of a month. Azure keeps it; written down so that no preview shows a change."""
    contacts: Annotated[list[Email], Field(min_length=1)]


class ReadinessSettings(Section):
    evidence: Annotated[str, Field(pattern=r"^evidence/[\w.-]+\.yaml$")]
    runbook: HttpsUrl
    rotation: Text


class Settings(Section):
    """A whole stack."""

    profile: Profile | None = None
    platform: PlatformSettings
    blocklists: dict[Key, BlocklistSettings] = {}
    content_filters: dict[Key, ContentFilterSettings] = {}
    accounts: Annotated[dict[Key, AccountSettings], Field(min_length=1)]
    routes: dict[Key, RouteSettings] = {}
    access: dict[Key, AccessSettings] = {}
    observability: ObservabilitySettings
    budget: BudgetSettings
    readiness: ReadinessSettings

    def profile_of(self, stack: str) -> Profile:
        """Whose limits hold. A stack that says nothing and is not dev or staging is prod."""
        return resolve(stack, self.profile)

    def main_account(self) -> str:
        """The account that a bare deployment name means, and where what is shared stands."""
        return "primary" if "primary" in self.accounts else min(self.accounts)

    def target(self, name: str) -> tuple[str, str]:
        """(account, deployment) that a route's `name` or `account/name` means."""
        account, slash, deployment = name.rpartition("/")
        return (account, deployment) if slash else (self.main_account(), name)
