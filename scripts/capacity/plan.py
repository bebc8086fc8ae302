"""A route's plan: what it needs, what it has, until when that is enough, and what it costs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from components.catalog import PROVISIONED_SKUS, CapacityStep, Model
from policies.throughput import NOISE, tightest
from scripts.capacity.growth import Growth
from scripts.capacity.peak import Peak
from scripts.capacity.purchase import Offer
from scripts.capacity.quota import Left
from scripts.capacity.size import Size, calls_per_minute, size
from scripts.capacity.sources import Reconciled
from scripts.exit import Exit, gravest
from scripts.subscription.facts import Unknown

LEVER: Final = 1.25
"""A declared maximum that takes so many times what the answers take is worth lowering."""


@dataclass(frozen=True, kw_only=True)
class Serving:
    """A deployment as declared."""

    name: str
    """`account/deployment`."""
    model: Model
    """Of a fine-tuned model its base."""
    deployed_model: str
    version: str
    sku: str
    location: str
    capacity: int
    step: CapacityStep

    @property
    def provisioned(self) -> bool:
        return self.sku in PROVISIONED_SKUS

    @property
    def unit(self) -> str:
        return "PTU" if self.provisioned else "units"


@dataclass(frozen=True, kw_only=True)
class Reason:
    code: Exit
    text: str
    warns: bool = False
    """It holds today."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Of one route."""

    route: str
    peak: Peak
    headroom: float
    serving: Serving
    spillover: Serving | None
    declared: Size
    """By what callers declare as most."""
    observed: Size
    """By what answers hold."""
    sources: Reconciled
    capacity: int
    """What is planned: the largest source, as a legal capacity."""
    quota: Left | Unknown
    growth: Growth | None
    """None where nobody knows the quota."""
    offers: Sequence[Offer]
    currency: str
    unpriced: str
    """Why there are no offers; empty if there are."""
    elsewhere: Sequence[str]
    """Deployments that the route may fall back to, in a pool of their own."""

    @property
    def carried(self) -> float:
        """The share of the need that is declared already, the spillover's with it."""
        need = self.peak.declared(self.headroom)
        more = self.sources.units / self.declared.raw if self.declared.raw else 1.0
        found = 0.0
        for each in (self.serving, self.spillover):
            if each:
                takes = size(need, each.model, each.sku, each.step)
                found += tightest(takes.needs, each.capacity).share(each.capacity)
        return found / more

    @property
    def admits(self) -> int | None:
        """Calls a minute of this kind that the declared capacity lets in; None for throughput."""
        serving = self.serving
        if serving.provisioned:
            return None
        return calls_per_minute(
            serving.capacity * serving.model.tokens_per_unit,
            self.peak.prompt_tokens + self.peak.declared_output,
            serving.capacity * serving.model.requests_per_unit,
        )

    @property
    def ways(self) -> Sequence[str]:
        """How a need that outgrows it can be met."""
        if self.elsewhere:
            apart = f"{', '.join(self.elsewhere)}: another region, so a quota of its own"
        else:
            apart = (
                "only another region, SKU or subscription has another quota; a second deployment "
                "beside this one adds nothing"
            )
        return (
            "vertical: more capacity, up to what the quota leaves and the region has",
            f"horizontal: {apart}",
        )

    @property
    def reasons(self) -> Sequence[Reason]:
        return list(_reasons(self))

    @property
    def code(self) -> Exit:
        return gravest(reason.code for reason in self.reasons)


def _reasons(plan: Plan) -> Iterator[Reason]:
    yield _enough(plan)
    yield from _lasts(plan)
    yield from _sources(plan)
    lever = plan.declared.raw / plan.observed.raw if plan.observed.raw else 1.0
    if plan.peak.observed_output is not None and lever > LEVER:
        yield Reason(
            code=Exit.YES,
            warns=True,
            text=f"callers declare {plan.peak.declared_output:,.0f} output tokens and answers hold "
            f"{plan.peak.observed_output:,.0f}: lower max_completion_tokens, and "
            f"{plan.observed.capacity:,} {plan.serving.unit} do instead of "
            f"{plan.declared.capacity:,}",
        )
    if isinstance(plan.quota, Left) and plan.quota.neighbours:
        yield Reason(
            code=Exit.YES,
            warns=True,
            text=f"{', '.join(plan.quota.neighbours)} draw on the same quota {plan.quota.name}: "
            "another deployment of it adds nothing",
        )


def _enough(plan: Plan) -> Reason:
    has = f"{plan.serving.name} has {plan.serving.capacity:,}"
    if plan.spillover:
        has += f", its spillover {plan.spillover.name} {plan.spillover.capacity:,}"
    needs = f"the peak x {plan.headroom:g} takes {plan.capacity:,} {plan.serving.unit}, {has}"
    if plan.carried >= 1 - NOISE:
        return Reason(code=Exit.YES, text=f"{needs}: enough")
    if plan.capacity < plan.sources.units - NOISE:
        fix = f"{plan.capacity:,} is the most of one deployment: another region or SKU beside it"
    else:
        fix = f"capacity: {plan.capacity}"
    return Reason(code=Exit.NO, text=f"{needs}: {plan.carried:.0%} of it. Fix: {fix}")


def _lasts(plan: Plan) -> Iterator[Reason]:
    if plan.growth is None:
        if isinstance(plan.quota, Unknown):
            yield Reason(code=plan.quota.code, text=str(plan.quota))
        return
    growth = plan.growth
    if growth.ends is None or growth.ask_by is None:
        yield Reason(code=Exit.YES, text="the quota does not end as the need grows")
    elif growth.months_to_quota == 0:
        yield Reason(
            code=Exit.NO,
            text="the need has reached the quota today. Fix: ask for more now, or serve it from "
            "another region or SKU too",
        )
    elif growth.ends_within:
        when = "now" if growth.ask_now else f"by {growth.ask_by:%Y-%m-%d}"
        yield Reason(
            code=Exit.NO,
            text=f"the quota ends on {growth.ends:%Y-%m-%d}, in {growth.months_to_quota:.1f} "
            f"months. Fix: ask for more {when}",
        )
    else:
        yield Reason(
            code=Exit.YES,
            text=f"the quota ends on {growth.ends:%Y-%m-%d}, after the {growth.horizon} months "
            f"planned for; ask for more by {growth.ask_by:%Y-%m-%d}",
        )


def _sources(plan: Plan) -> Iterator[Reason]:
    if plan.sources.far_apart:
        yield Reason(
            code=Exit.YES,
            warns=True,
            text=f"the sources are {plan.sources.apart:.0%} apart; planned is with the largest, "
            f"{plan.sources.source}",
        )
    for each in plan.sources.estimates:
        if each.missing:
            yield Reason(code=each.missing, text=f"{each.source}: {each.how}")
