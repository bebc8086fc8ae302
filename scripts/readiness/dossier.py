"""What a person reads before signing for a stack: each number proven, its limit and its age."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from components.evidence_entry import complaints
from components.evidence_file import Recorded
from components.evidence_kinds import KINDS, part_of
from components.profiles import Profile
from policies.limits import operations, performance, quality
from policies.report import Row, StackReport
from policies.rule import CATEGORIES, Category, Param
from scripts.readiness.declared import Declared
from scripts.readiness.evidence_age import age, days
from scripts.readiness.evidence_problems import newest
from scripts.readiness.evidence_verification import Verified

Bound = Literal["over", "at least", "under", "at most"]
HOLDS: Final[Mapping[Bound, Callable[[float, float], bool]]] = {
    "over": lambda value, limit: value > limit,
    "at least": lambda value, limit: value >= limit,
    "under": lambda value, limit: value < limit,
    "at most": lambda value, limit: value <= limit,
}


@dataclass(frozen=True)
class Figure:
    """One number, and what it is held against."""

    what: str
    value: float | str | None
    """None: it should be there, and is not."""
    bound: Bound | None = None
    limit: float | None = None
    scale: tuple[float, float] = (0, 1)
    """From where to where a bar of it goes."""

    @property
    def holds(self) -> bool:
        if self.bound is None or self.limit is None:
            return self.value is not None
        return isinstance(self.value, int | float) and HOLDS[self.bound](self.value, self.limit)


@dataclass(frozen=True)
class Proof:
    """One entry of evidence that counts."""

    category: Category
    kind: str
    about: str
    seq: int
    at: str
    age_days: float | None
    limit_days: float
    figures: tuple[Figure, ...]
    said_by: str = ""
    of: str = ""
    """What exactly was measured."""
    links: tuple[str, ...] = ()

    @property
    def is_fresh(self) -> bool:
        return self.age_days is not None and self.age_days <= self.limit_days


@dataclass(frozen=True)
class Dossier:
    """A whole stack."""

    report: StackReport
    """The gate's: it decides. What stands here beside it is for people."""
    evidence: Verified
    proofs: tuple[Proof, ...]

    @property
    def is_ready(self) -> bool:
        return self.report.verdict == "ready" and not self.evidence.tampered

    @property
    def awaits_only_approval(self) -> bool:
        """Whether nothing is wrong but that somebody has yet to decide."""
        rules = {row.rule for row in self.report.of("mandatory")}
        return not self.evidence.tampered and rules == {"approvals-complete"}

    def of(self, category: Category) -> list[Proof]:
        return [each for each in self.proofs if each.category == category]

    def missing(self, category: Category) -> list[Row]:
        """What the gate finds in a category, the mandatory first."""
        rows = [row for row in self.report.of("mandatory", "advisory") if row.category == category]
        return sorted(rows, key=lambda row: row.level != "mandatory")


def dossier(
    report: StackReport,
    evidence: Verified,
    recorded: Sequence[Recorded],
    target: Declared,
    now: datetime,
) -> Dossier:
    """The gate's report with the evidence on what serves today."""
    proofs = [
        _proof(each.entry, target, now)
        for each in newest(recorded)
        if not any(complaints(each.entry)) and _counts(each.entry, target)
    ]
    order = list(KINDS)
    proofs.sort(key=lambda p: (CATEGORIES.index(p.category), order.index(p.kind), p.about, p.seq))
    return Dossier(report, evidence, tuple(proofs))


CATEGORY_OF: Final[Mapping[str, Category]] = {
    "evaluation": "quality",
    "humanReview": "quality",
    "loadTest": "performance",
    "demand": "performance",
    "rollback": "operations",
    "capacityPlan": "operations",
    "attestation": "operations",
    "approval": "business",
    "cost": "business",
}


def _counts(entry: Mapping[str, Any], target: Declared) -> bool:
    """Whether it is about this stack, or about what serves in it."""
    subject = entry["subject"]
    match KINDS[entry["kind"]].about:
        case "deployment":
            return (subject["account"], subject["deployment"]) in target.serving
        case "route":
            return subject["route"] in target.settings.routes
    return bool(subject["stack"] == target.stack)


def _proof(entry: Mapping[str, Any], target: Declared, now: datetime) -> Proof:
    kind, subject = str(entry["kind"]), entry["subject"]
    match KINDS[kind].about:
        case "deployment":
            about = f"{subject['account']}/{subject['deployment']}"
        case "route":
            about = f"route {subject['route']}"
        case _:
            about = str(part_of(entry, KINDS[kind].one_for_each) or target.stack)
    old = age(entry, now)
    links = (part_of(entry, f"data.{part}") for part in ("uri", "url", "link"))
    return Proof(
        category=CATEGORY_OF[kind],
        kind=kind,
        about=about,
        seq=entry["seq"],
        at=str(part_of(entry, KINDS[kind].dated)),
        age_days=old.total_seconds() / 86400 if old is not None else None,
        limit_days=days(kind, target.profile),
        figures=tuple(_figures(kind, entry, target)),
        said_by=_whose(entry),
        of=_what(entry),
        links=tuple(link for link in links if isinstance(link, str)),
    )


def _whose(entry: Mapping[str, Any]) -> str:
    by = part_of(entry, "data.by.name") or part_of(entry, "data.by") or part_of(entry, "tool.name")
    return str(by)


def _what(entry: Mapping[str, Any]) -> str:
    """Model, version and SKU, as far as the kind depends on them."""
    kind = KINDS[str(entry["kind"])]
    parts = [part for part in ("model", "version", "sku", "capacity") if part in kind.compares]
    if kind.about != "deployment":
        return ""
    return " ".join(str(part_of(entry, f"identity.{part}")) for part in parts)


def _figures(kind: str, entry: Mapping[str, Any], target: Declared) -> Iterator[Figure]:
    profile = target.profile
    match kind:
        case "evaluation":
            yield from _evaluation(entry, profile)
        case "humanReview":
            share, kappa = quality.REVIEW_PASS_SHARE, quality.KAPPA
            yield _figure(entry, "answers read", "reviewed", "at least", quality.REVIEWED, profile)
            yield _figure(entry, "let pass", "passShare", "at least", share, profile, (0, 1))
            yield _figure(entry, "kappa", "kappa", "at least", kappa, profile, (0, 1))
        case "loadTest":
            yield from _load_test(entry, profile)
        case "demand":
            yield Figure("peak requests/min", _number(entry, "peakRpm"))
            yield Figure("prompt tokens", _number(entry, "avgPromptTokens"))
            yield Figure("answer tokens, most", _number(entry, "maxOutputTokens"))
        case "rollback":
            most = operations.ROLLBACK_MINUTES
            yield _figure(entry, "minutes", "minutes", "at most", most, profile)
            yield Figure("back to", str(part_of(entry, "data.target")))
        case "cost":
            budget = target.settings.budget
            forecast = _number(entry, "forecastMonthly")
            what = f"forecast a month, {budget.currency}"
            yield Figure(what, forecast, "at most", budget.monthly, (0, budget.monthly * 1.25))
        case "approval":
            yield Figure("ticket", str(part_of(entry, "data.ticket")))
            for each in part_of(entry, "data.successMetrics") or ():
                yield Figure(f"success: {each.get('name')}", str(each.get("target")))


def _evaluation(entry: Mapping[str, Any], profile: Profile) -> Iterator[Figure]:
    yield _figure(
        entry, "groundedness", "metrics.groundedness", "over", quality.GROUNDEDNESS, profile, (1, 5)
    )
    for score in ("relevance", "coherence", "fluency"):
        path = f"metrics.{score}"
        yield _figure(entry, score, path, "at least", quality.SCORE, profile, (1, 5))
    share = quality.PASS_SHARE
    yield _figure(entry, "pass (lower bound)", "passShareLower", "at least", share, profile, (0, 1))
    harms = ("violence", "sexual", "selfHarm", "hateUnfairness")
    rates = [_number(entry, f"safety.{harm}.defectRate") for harm in harms]
    worst = None if None in rates else max(rate for rate in rates if rate is not None)
    limit = quality.DEFECT_RATE.default(profile)
    yield Figure("harm, worst kind", worst, "at most", limit, (0, 2 * limit))
    rate = quality.JAILBREAK_RATE
    yield _figure(entry, "jailbreaks", "jailbreakDefectRate", "at most", rate, profile)
    yield _figure(entry, "samples", "samples", "at least", quality.SAMPLES, profile)


def _load_test(entry: Mapping[str, Any], profile: Profile) -> Iterator[Figure]:
    yield _figure(entry, "p95, ms", "p95Ms", "under", performance.P95_MS, profile)
    yield _figure(entry, "failed", "errorRate", "at most", performance.ERROR_RATE, profile)
    throttled = performance.THROTTLED_SHARE
    yield _figure(entry, "throttled", "throttledShare", "at most", throttled, profile)
    asked, reached = _number(entry, "targetRps"), _number(entry, "achievedRps")
    share = reached / asked if asked and reached is not None else None
    least = performance.ACHIEVED_SHARE.default(profile)
    yield Figure("rate reached", share, "at least", least, (0, 1))
    lasts = performance.DURATION_MIN
    yield _figure(entry, "minutes", "durationMin", "at least", lasts, profile)


def _figure(
    entry: Mapping[str, Any],
    what: str,
    path: str,
    bound: Bound,
    param: Param[float],
    profile: Profile,
    scale: tuple[float, float] | None = None,
) -> Figure:
    limit = param.default(profile)
    return Figure(what, _number(entry, path), bound, limit, scale or (0, 2 * limit))


def _number(entry: Mapping[str, Any], path: str) -> float | None:
    value = part_of(entry, f"data.{path}")
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
