"""Declared capacity carries the peak, with something to spare."""

from collections.abc import Iterator
from typing import Final

from components.catalog import DEPLOYMENT
from policies.commands import record_demand
from policies.deployed import CAPACITY, MODEL, SKU, model_of
from policies.limits import performance as limits
from policies.proof import EVIDENCE, Proofs, entries
from policies.rule import Context, Levels, Rule, StackRule, each
from policies.serving import ROUTING, Route, deployments_of, routes
from policies.throughput import NOISE, Demand, Need, needs, tightest
from policies.values import Fields
from policies.wording import shown
from policies.world import Finding, Resource, World


def capacity_covers_peak(world: World, ctx: Context) -> Iterator[Finding]:
    proofs, deployments = Proofs(world), deployments_of(world)

    def short(route: Route) -> Iterator[Finding]:
        stable = route.stable.deployment if route.stable else None
        if stable is None:
            yield Finding(
                route.declared,
                f"route {shown(route.name)} has no stable deployment in this stack, so nobody can "
                "tell what it carries. Fix: stable: account/deployment of one that is deployed.",
                f"{route.path}.stable",
            )
            return
        demand = _demand(proofs, route, stable)
        if demand is None:
            yield Finding(
                stable,
                f"nobody said how many callers route {shown(route.name)} must carry at its peak. "
                f"Fix: {record_demand(world.stack, route.name)}.",
            )
            return
        spilled = deployments.spillover(stable)
        yield from _shortage(route, [stable, *([spilled] if spilled else [])], demand, ctx)

    yield from each(routes(world), short)


def _shortage(
    route: Route, serving: list[Resource], demand: Demand, ctx: Context
) -> Iterator[Finding]:
    """Together they must carry all of the peak: each a share of it."""
    headroom = ctx.limit(limits.HEADROOM)
    worst: list[Need] = []
    for deployment in serving:
        needed = _needs(deployment, demand.times(headroom))
        if not needed:
            yield Finding(
                deployment,
                f"nobody knows how much {_what(deployment)} carries, so not whether "
                f"{deployment.label} is enough for route {shown(route.name)}. "
                "Fix: a model and SKU of the catalog.",
                MODEL,
            )
            return
        worst.append(tightest(needed, _capacity(deployment)))
    shares = [need.share(_capacity(each)) for need, each in zip(worst, serving, strict=True)]
    if sum(shares) < 1 - NOISE:
        stable, need = serving[0], worst[0]
        beside = f" beside its spillover {serving[1].label}" if len(serving) > 1 else ""
        yield Finding(
            stable,
            f"route {shown(route.name)} needs {_amount(need.amount)} {need.kind} at its peak "
            f"(with headroom x {headroom:g}), {stable.label} has "
            f"{_amount(_capacity(stable) * need.per_unit)}{beside}. "
            f"Fix: capacity: {need.units}, or more.",
            CAPACITY,
        )


def _demand(proofs: Proofs, route: Route, stable: Resource) -> Demand | None:
    """What was recorded of a route's callers, if it says all there is to know."""
    for evidence in [*proofs.of_stack, *proofs.of(stable)]:
        for recorded in entries(evidence, "demand"):
            if recorded.text("subject.route") == route.name:
                return _read(recorded)
    return None


def _read(recorded: Fields) -> Demand | None:
    peak = recorded.number("data.peakRpm")
    prompt = recorded.number("data.avgPromptTokens")
    output = recorded.number("data.maxOutputTokens")
    cached = recorded.number("data.cacheShare") or 0.0
    if not (peak and prompt and output) or min(peak, prompt, output) < 0 or not 0 <= cached <= 1:
        return None
    return Demand(requests=peak, prompt_tokens=prompt, output_tokens=output, cache_share=cached)


def _needs(deployment: Resource, demand: Demand) -> list[Need]:
    model, sku = model_of(deployment), deployment.fields.text(SKU)
    return needs(demand, model, sku) if model and sku else []


def _capacity(deployment: Resource) -> float:
    """None declared is none; that it must be declared is another rule's."""
    return max(deployment.fields.number(CAPACITY) or 0.0, 0.0)


def _what(deployment: Resource) -> str:
    return f"{shown(deployment.fields.text(MODEL))} on {shown(deployment.fields.text(SKU))}"


def _amount(number: float) -> str:
    return f"{number:,.0f}"


RULES: Final[list[Rule]] = [
    StackRule(
        id="capacity-covers-peak",
        number=12,
        category="performance",
        severity="High",
        levels=Levels.of("aaM"),
        description="The stable deployment of a route, with its spillover, carries the peak and a "
        "fifth more.",
        why="Azure counts what a call may cost at most, not what it does cost, and answers 429 "
        "when the minute is used up. A forecast is wrong; the headroom says by how much it may be.",
        fix="Raise capacity, lower max_tokens, or record another demand, if it has changed.",
        types=frozenset({DEPLOYMENT, ROUTING, EVIDENCE}),
        params=(limits.HEADROOM,),
        check=capacity_covers_peak,
    ),
]
