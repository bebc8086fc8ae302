"""The kinds of evidence: what each holds, of whom it speaks, and when it stops to hold."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel


def _is_a_time(text: str) -> str:
    datetime.fromisoformat(text)
    return text


def _is_unsigned(address: str) -> str:
    if "sig=" in address:
        raise ValueError("holds a signature, which opens the door to whoever reads it")
    return address


Utc = Annotated[
    str,
    Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$"),
    AfterValidator(_is_a_time),
]
"""RFC 3339 in UTC, as text: YAML and JSON have no dates that both mean the same."""

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Text = Annotated[str, Field(min_length=1, max_length=300, pattern=r"^[^\x00-\x1f\x7f]+$")]
Link = Annotated[
    str,
    Field(max_length=1000, pattern=r"^https://[^\s/?#@]+([/?#]\S*)?$"),
    AfterValidator(_is_unsigned),
]
"""Without user, password or signature: everybody may read the file."""
Share = Annotated[float, Field(ge=0, le=1)]
Score = Annotated[float, Field(ge=1, le=5)]
Kappa = Annotated[float, Field(ge=-1, le=1)]
Count = Annotated[int, Field(ge=0)]
Amount = Annotated[float, Field(ge=0)]
Positive = Annotated[float, Field(gt=0)]

Role = Literal["product", "security", "responsible-ai", "operations", "finance"]


class Part(BaseModel):
    """A part of an entry. In the file it is written in camel case; nothing else may stand there."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        allow_inf_nan=False,
        alias_generator=to_camel,
        validate_by_alias=True,
        validate_by_name=True,
    )

    def written(self) -> dict[str, Any]:
        """As it stands in the file: what was left out is not there."""
        return self.model_dump(by_alias=True, exclude_none=True)


class Identity(Part):
    """What exactly was measured. A number says nothing of another model, prompt or filter."""

    account: Text
    deployment: Text
    model: Text
    version: Text
    sku: Text
    capacity: Annotated[int, Field(gt=0)]
    filter: Text
    filter_sha256: Sha256
    prompt_sha256: Sha256
    region: Text
    git_sha: Annotated[str, Field(pattern=r"^[0-9a-f]{6,64}$")] | None = None


class Person(Part):
    """Somebody of the directory, as their token names them."""

    id: Annotated[str, Field(pattern=r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")]
    """The object id: names change, and two people may share one."""
    name: Text
    upn: Text | None = None
    """The name they sign in with; git knows people by their mail address, which is often this."""


class SamplesByTag(Part):
    typical: Count
    edge: Count
    adversarial: Count
    regression: Count


class Metrics(Part):
    """Means of what a judge gave, from 1 to 5."""

    groundedness: Score
    relevance: Score
    coherence: Score
    fluency: Score


class Baseline(Part):
    """The same means of what serves today."""

    groundedness: Score | None = None
    relevance: Score | None = None
    coherence: Score | None = None
    fluency: Score | None = None


class Defects(Part):
    defect_rate: Share
    max_severity: Literal["Very low", "Low", "Medium", "High"]


class Safety(Part):
    violence: Defects
    sexual: Defects
    self_harm: Defects
    hate_unfairness: Defects


class Judge(Part):
    model: Text
    version: Text


class Evaluation(Part):
    run_id: Text
    dataset: Text
    dataset_sha256: Sha256
    samples: Count
    judged: Count
    samples_by_tag: SamplesByTag
    metrics: Metrics
    pass_share_lower: Share
    """Lower bound of the share of answers that pass."""
    baseline: Baseline | None = None
    safety: Safety
    jailbreak_defect_rate: Share
    judge: Judge
    uri: Link | None = None

    @model_validator(mode="after")
    def _no_more_judged_than_asked(self) -> Self:
        if self.judged > self.samples:
            raise ValueError(f"judged {self.judged} of {self.samples} samples")
        return self


class HumanReview(Part):
    reviewed: Count
    pass_share: Share
    kappa: Kappa
    """Agreement of people and judge beyond chance."""
    sheet_sha256: Sha256


class LoadTest(Part):
    run_id: Text
    ran_at: Utc
    duration_min: Positive
    target_rps: Positive
    achieved_rps: Amount
    p50_ms: Amount
    p95_ms: Amount
    p99_ms: Amount
    error_rate: Share
    throttled_share: Share
    dropped: Count
    tokens_per_min: Amount
    partial: bool | None = None
    """It was cut off."""
    uri: Link | None = None

    @model_validator(mode="after")
    def _percentiles_rise(self) -> Self:
        if not self.p50_ms <= self.p95_ms <= self.p99_ms:
            raise ValueError("p50Ms <= p95Ms <= p99Ms does not hold")
        return self


class Demand(Part):
    """What a route must carry, by its owner's forecast."""

    peak_rpm: Positive
    avg_prompt_tokens: Positive
    max_output_tokens: Positive
    """What callers declare: admission counts it, used or not."""
    cache_share: Share | None = None
    growth_months: Amount
    """How far ahead the forecast looks."""
    as_of: Utc


class Rollback(Part):
    """A rehearsal: the route was taken back, and this is how long it took."""

    target: Text
    tested_at: Utc
    minutes: Amount


class CapacityPlan(Part):
    url: Link
    reviewed_at: Utc
    by: Text


class SuccessMetric(Part):
    name: Text
    baseline: float | Text | None = None
    target: float | Text
    source: Text


class Approval(Part):
    role: Role
    by: Person
    at: Utc
    ticket: Text
    covers: Annotated[list[Identity], Field(min_length=1)]
    success_metrics: Annotated[list[SuccessMetric], Field(min_length=1)] | None = None
    """By which the product will be called a success; the product owner names them."""

    @model_validator(mode="after")
    def _product_says_what_success_is(self) -> Self:
        if self.role == "product" and not self.success_metrics:
            raise ValueError("product approves with successMetrics")
        return self


class Cost(Part):
    forecast_monthly: Amount
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    price_file_sha256: Sha256


class Attestation(Part):
    """What nobody can measure: support is trained, users have accepted, everybody is told."""

    what: Text
    link: Link
    by: Text
    """Who owns it."""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of evidence."""

    about: Literal["deployment", "route", "stack"]
    data: type[Part]
    compares: tuple[str, ...] = ()
    """The parts of the identity that it depends on. Evidence for others does not count."""
    made_by: str = ""
    """The command that measures it; nothing else may. Empty: a person declares it."""
    one_for_each: str = ""
    """Of these a stack has several: one for each of this."""
    dated: str = "measuredAt"
    """From when on it ages."""


_ANSWERS: Final = ("model", "version", "filterSha256", "promptSha256")

KINDS: Final[Mapping[str, Kind]] = {
    "evaluation": Kind(
        about="deployment", data=Evaluation, compares=_ANSWERS, made_by="plumb evaluate"
    ),
    "humanReview": Kind(
        about="deployment", data=HumanReview, compares=_ANSWERS, made_by="plumb review"
    ),
    "loadTest": Kind(
        about="deployment",
        data=LoadTest,
        compares=("model", "version", "sku", "capacity"),
        made_by="plumb load",
        dated="data.ranAt",
    ),
    "demand": Kind(about="route", data=Demand, one_for_each="subject.route", dated="data.asOf"),
    "rollback": Kind(
        about="route", data=Rollback, one_for_each="subject.route", dated="data.testedAt"
    ),
    "capacityPlan": Kind(about="stack", data=CapacityPlan, dated="data.reviewedAt"),
    "approval": Kind(
        about="stack",
        data=Approval,
        compares=("model", "version", "sku", "filterSha256", "promptSha256"),
        one_for_each="data.role",
        dated="data.at",
    ),
    "cost": Kind(about="stack", data=Cost),
    "attestation": Kind(about="stack", data=Attestation, one_for_each="data.what"),
}

MEASURED: Final = frozenset(name for name, kind in KINDS.items() if kind.made_by)


def part_of(entry: Mapping[str, Any], path: str) -> Any:
    """One value of an entry, by its dotted path; None where there is none."""
    value: Any = entry
    for key in path.split("."):
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def differences(
    compares: tuple[str, ...], proven: Mapping[str, Any], declared: Mapping[str, Any]
) -> list[str]:
    """The parts of an identity in which what was proven is not what is declared.

    More capacity than was tested is no difference; less is.
    """
    return [part for part in compares if not _same(part, proven.get(part), declared.get(part))]


def _same(part: str, proven: Any, declared: Any) -> bool:
    if part == "capacity":
        numbers = isinstance(proven, int | float) and isinstance(declared, int | float)
        return numbers and declared >= proven
    return proven is not None and bool(proven == declared)
