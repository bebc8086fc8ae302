"""The way back: what served before is still there, and going back to it was rehearsed."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from math import ceil
from typing import Final

from components.catalog import PROVISIONED_SKUS
from policies.commands import record_rollback
from policies.deployed import CAPACITY, SKU, model_of
from policies.freshness import in_order, outdated
from policies.limits.operations import REHEARSAL_DAYS, RETAINED_SHARE, ROLLBACK_MINUTES
from policies.proof import Proofs
from policies.rule import Context, Levels, Rule, StackRule, each
from policies.serving import ROUTING, Deployments, Route, deployments_of, routes
from policies.values import Fields
from policies.wording import shown
from policies.world import Finding, Resource, World


@dataclass(frozen=True)
class _WayBack:
    """A route, and what is known of going back on it."""

    route: Route
    rehearsal: Fields | None
    """The newest."""
    deployments: Deployments
    stack: str

    @property
    def rehearse(self) -> str:
        return f"rehearse it, then {record_rollback(self.stack, self.route.name)}"

    @property
    def label(self) -> str:
        return shown(self.route.name)

    @property
    def declared(self) -> str | None:
        """What the program says to go back to; the evidence may know it alone."""
        return self.route.declared.fields.text(f"{self.route.path}.rollback")

    @property
    def rehearsed(self) -> str | None:
        return self.rehearsal.text("data.target") if self.rehearsal else None

    @property
    def target(self) -> str | None:
        return self.declared or self.rehearsed

    @cached_property
    def deployment(self) -> Resource | None:
        return self._called(self.target)

    def is_same(self, one: str, other: str) -> bool:
        """Whether two names mean one deployment, or are one where neither is deployed."""
        first, second = self._called(one), self._called(other)
        return first is second if first else one.lower() == other.lower()

    def _called(self, name: str | None) -> Resource | None:
        if name is None:
            return None
        # A bare name means the account in which the route is at home.
        account, slash, _ = (self.route.stable.name if self.route.stable else "").rpartition("/")
        at_home = self.deployments.called(f"{account}/{name}") if slash else None
        return at_home or self.deployments.called(name)


def _ways_back(world: World) -> list[_WayBack]:
    rehearsals: dict[str, Fields] = {}
    for evidence in Proofs(world).of_stack:
        for rehearsal in in_order(evidence, "rollback"):
            rehearsals[(rehearsal.text("subject.route") or "").lower()] = rehearsal
    deployments = deployments_of(world)
    return [
        _WayBack(route, rehearsals.get(route.name.lower()), deployments, world.stack)
        for route in routes(world)
    ]


def rollback_target_retained(world: World, ctx: Context) -> Iterator[Finding]:
    least = ctx.limit(RETAINED_SHARE)
    return each(_ways_back(world), lambda way: _not_retained(way, least))


def _not_retained(way: _WayBack, least: float) -> Iterator[Finding]:
    route, target = way.route, way.target
    if target is None:
        yield Finding(
            route.declared,
            f"the route {way.label} has nothing to go back to: neither the program nor a "
            "rehearsal names a rollback target. Fix: rollback: the deployment that served before "
            f"(plumbline:routes); {way.rehearse}.",
            route.path,
        )
        return
    deployment = way.deployment
    if deployment is None:
        yield Finding(
            route.declared,
            f"the rollback target {shown(target)} of the route {way.label} is not in this stack. "
            "Fix: keep it under deployments until what replaced it is retired, or name another as "
            "rollback (plumbline:routes).",
            route.path,
        )
        return
    stable = route.stable.deployment if route.stable else None
    if stable is None:
        return
    if deployment is stable:
        yield Finding(
            route.declared,
            f"the rollback target of the route {way.label} is {shown(target)}, which serves it "
            "already. Fix: rollback: another deployment (plumbline:routes), such as the one that "
            "served before.",
            route.path,
        )
        return
    capacity, needed = deployment.fields.number(CAPACITY), stable.fields.number(CAPACITY)
    if capacity is None or needed is None:
        return  # another rule says so
    unit, least_carried = _per_unit(deployment), least * needed * _per_unit(stable)
    if capacity * unit < least_carried:
        yield Finding(
            deployment,
            f"{deployment.label}, to which the route {way.label} goes back, has a capacity of "
            f"{capacity:g}, which carries less than {least:.0%} of what {stable.label} does with "
            f"{needed:g}. Fix: sku.capacity: {ceil(least_carried / unit)} or more (capacity).",
            CAPACITY,
        )


def _per_unit(deployment: Resource) -> float:
    """Tokens a minute that one unit of capacity takes; 1 for a model that nobody knows."""
    model = model_of(deployment)
    if model is None:
        return 1
    if deployment.fields.text(SKU) not in PROVISIONED_SKUS:
        return model.tokens_per_unit
    return model.provisioned.tokens_per_minute if model.provisioned else 1


def rollback_tested(world: World, ctx: Context) -> Iterator[Finding]:
    return each(_ways_back(world), lambda way: _unrehearsed(way, ctx))


def _unrehearsed(way: _WayBack, ctx: Context) -> Iterator[Finding]:
    rehearsal = way.rehearsal
    if rehearsal is None:
        yield Finding(
            way.route.declared,
            f"going back on the route {way.label} was never rehearsed. Fix: {way.rehearse}.",
            way.route.path,
        )
        return
    late = outdated(rehearsal.text("data.testedAt"), ctx.limit(REHEARSAL_DAYS), ctx.now)
    if late:
        yield Finding(
            way.route.declared,
            f"the rollback rehearsal of the route {way.label} {late}. Fix: {way.rehearse}.",
            way.route.path,
        )
    minutes, most = rehearsal.number("data.minutes"), ctx.limit(ROLLBACK_MINUTES)
    if minutes is None or minutes > most:
        took = "an unknown time" if minutes is None else f"{minutes:g} minutes"
        yield Finding(
            way.route.declared,
            f"going back on the route {way.label} took {took} when it was rehearsed; {most:g} "
            f"minutes are allowed. Fix: find out what held it up, then {way.rehearse}.",
            way.route.path,
        )
    target, rehearsed = way.declared, way.rehearsed
    if target and not (rehearsed and way.is_same(target, rehearsed)):
        yield Finding(
            way.route.declared,
            f"the route {way.label} goes back to {shown(target)}, but what was rehearsed is "
            f"{shown(rehearsed)}. Fix: {way.rehearse}.",
            f"{way.route.path}.rollback",
        )


RULES: Final[list[Rule]] = [
    StackRule(
        id="rollback-target-retained",
        number=41,
        category="operations",
        severity="High",
        levels=Levels.of("-aM"),
        description="What a route goes back to is still deployed, and can carry the load.",
        why="A rollback is one write only while the old deployment is there. Once it is gone, or "
        "too small, going back means quota, a new deployment and an hour of outage.",
        fix="Name the deployment that served before as the route's rollback (plumbline:routes), "
        "and keep it, with half the capacity of the one that serves now, until that one has "
        "proven itself.",
        types=frozenset({ROUTING}),
        controls=("Well-Architected OE:12",),
        params=(RETAINED_SHARE,),
        check=rollback_target_retained,
    ),
    StackRule(
        id="rollback-tested",
        number=42,
        category="operations",
        severity="High",
        levels=Levels.of("-aM"),
        description="Going back was rehearsed on every route, lately, in minutes, to what it goes "
        "back to today.",
        why="A rollback that nobody has tried fails when it is needed: a right is missing, the "
        "flag has another shape, or the clients do not read it again.",
        fix="Take the route back and forth again on staging, or on prod at a small share, with a "
        f"watch in hand; then {record_rollback('STACK', None)}.",
        types=frozenset({ROUTING}),
        controls=("Well-Architected OE:12",),
        params=(REHEARSAL_DAYS, ROLLBACK_MINUTES),
        check=rollback_tested,
    ),
]
