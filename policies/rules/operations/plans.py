"""What people need when it burns: a runbook, somebody on call, and a plan for growth."""

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from components.catalog import ACTION_GROUP, DEPLOYMENT
from policies.commands import record_demand, record_plan
from policies.freshness import outdated
from policies.limits.operations import DEMAND_DAYS, GROWTH_MONTHS, PLAN_DAYS
from policies.on_call import DECLARED, called, on_call_groups
from policies.proof import Proofs, entries, entry
from policies.rule import Context, Levels, Rule, StackRule
from policies.values import Fields
from policies.wording import listed, shown
from policies.world import Finding, Resource, World

RUNBOOK: Final = "operations.runbookUrl"
ROTATION: Final = "operations.onCall.rotation"

PLACEHOLDER: Final = re.compile(
    r"(^|[^a-z])(todo|tbd|fixme|changeme)([^a-z]|$)|(^|[./@])example\.(com|org|net)([:/?#]|$)",
    re.IGNORECASE,
)


def runbook_linked(world: World, ctx: Context) -> Iterator[Finding]:
    if not world.of(DEPLOYMENT):
        return
    evidence = _declaring(world, RUNBOOK)
    url = evidence.fields.text(RUNBOOK) if evidence else None
    if url is None:
        yield Finding(
            evidence,
            "the stack names no runbook, so whoever is woken up starts from nothing. "
            "Fix: operations.runbookUrl: the https address of one (plumbline:readiness.runbook).",
            RUNBOOK,
        )
    elif not _is_address(url):
        yield Finding(
            evidence,
            f"the runbook is {shown(url)}, which is no https address. "
            "Fix: operations.runbookUrl: one that is (plumbline:readiness.runbook).",
            RUNBOOK,
        )
    elif PLACEHOLDER.search(url):
        yield Finding(
            evidence,
            f"the runbook is {shown(url)}, which only holds the place of one. "
            "Fix: operations.runbookUrl: the runbook itself (plumbline:readiness.runbook).",
            RUNBOOK,
        )


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme == "https" and bool(parts.hostname)
    except ValueError:
        return False


def _declaring(world: World, path: str) -> Resource | None:
    """The stack's evidence that sets a field; failing that, whatever speaks of the stack."""
    found = Proofs(world).of_stack
    return next((each for each in found if each.fields.is_set(path)), found[0] if found else None)


def on_call_declared(world: World, ctx: Context) -> Iterator[Finding]:
    if not world.of(DEPLOYMENT):
        return
    evidence = _declaring(world, "operations.onCall")
    if not (evidence and evidence.fields.is_set(ROTATION)):
        yield Finding(
            evidence,
            "the stack names no rotation, so nobody is on call for it. "
            "Fix: operations.onCall.rotation: its name in your paging tool "
            "(plumbline:readiness.rotation).",
            ROTATION,
        )
    groups = on_call_groups(world)
    if not groups:
        yield Finding(
            evidence,
            "the stack does not say which action group reaches whoever is on call. "
            "Fix: operations.onCall.actionGroup: its name (plumbline:observability.on_call).",
            DECLARED,
        )
    elif groups.isdisjoint(world.by_urn):
        ours = listed(group.label for group in world.of(ACTION_GROUP))
        yield Finding(
            evidence,
            f"on call is the action group {listed(called(world, mark) for mark in groups)}, which "
            f"is not in this stack. Fix: operations.onCall.actionGroup: the name of {ours}.",
            DECLARED,
        )


def capacity_plan_current(world: World, ctx: Context) -> Iterator[Finding]:
    if not world.of(DEPLOYMENT):
        return
    proofs = Proofs(world).of_stack
    plans = [(each, plan) for each in proofs if (plan := entry(each, "capacityPlan"))]
    if not plans:
        yield Finding(
            proofs[0] if proofs else None,
            "there is no capacity plan, so the quota ends unannounced. "
            f"Fix: {record_plan(world.stack)}.",
            "capacityPlan",
        )
    for evidence, plan in plans:
        yield from _plan(evidence, plan, world.stack, ctx)
    for evidence in proofs:
        for demand in entries(evidence, "demand"):
            yield from _demand(evidence, demand, world.stack, ctx)


def _plan(evidence: Resource, plan: Fields, stack: str, ctx: Context) -> Iterator[Finding]:
    again = f"Fix: {record_plan(stack)}."
    if not plan.text("data.url"):
        yield Finding(
            evidence,
            f"nobody can read the capacity plan: url is {shown(plan.read('data.url'))}. {again}",
            plan.at("data.url"),
        )
    late = outdated(plan.text("data.reviewedAt"), ctx.limit(PLAN_DAYS), ctx.now)
    if late:
        yield Finding(
            evidence,
            f"the review of the capacity plan {late}. {again}",
            plan.at("data.reviewedAt"),
        )


def _demand(evidence: Resource, demand: Fields, stack: str, ctx: Context) -> Iterator[Finding]:
    named = demand.text("subject.route")
    route, again = shown(named), f"Fix: {record_demand(stack, named)}."
    late = outdated(demand.text("data.asOf"), ctx.limit(DEMAND_DAYS), ctx.now)
    if late:
        yield Finding(
            evidence,
            f"the forecast of demand on the route {route} {late}. {again}",
            demand.at("data.asOf"),
        )
    months, least = demand.number("data.growthMonths"), ctx.limit(GROWTH_MONTHS)
    if months is None or months < least:
        ahead = "not at all" if months is None else f"{months:g} months"
        yield Finding(
            evidence,
            f"the forecast of demand on the route {route} looks ahead {ahead}; {least:g} months "
            f"are needed, since quota takes weeks. {again}",
            demand.at("data.growthMonths"),
        )


RULES: Final[list[Rule]] = [
    StackRule(
        id="runbook-linked",
        number=43,
        category="operations",
        severity="Medium",
        levels=Levels.of("-aM"),
        description="The stack names the runbook that helps at three in the morning.",
        why="Whoever is woken up did not build it. Without a page that says what to look at and "
        "what to type, every incident begins with a search for somebody who knows.",
        fix="Set plumbline:readiness.runbook to the https address of the runbook.",
        types=frozenset({DEPLOYMENT}),
        controls=("Well-Architected OE:02", "Well-Architected OE:08"),
        check=runbook_linked,
    ),
    StackRule(
        id="on-call-declared",
        number=44,
        category="operations",
        severity="Medium",
        levels=Levels.of("-aM"),
        description="Somebody is on call: a rotation by name, and an action group that reaches it.",
        why="An alert needs somebody whose duty it is to answer, at any hour.",
        fix="Set plumbline:readiness.rotation, and declare the action group that pages it in the "
        "same stack.",
        types=frozenset({DEPLOYMENT}),
        controls=("Well-Architected OE:08",),
        check=on_call_declared,
    ),
    StackRule(
        id="capacity-plan-current",
        number=45,
        category="operations",
        severity="Medium",
        levels=Levels.of("-aM"),
        description="The capacity plan is written down, reviewed lately, and looks far enough "
        "ahead.",
        why="Quota is granted in days and regions run full: who notices on the day that traffic "
        "has outgrown it turns users away for weeks.",
        fix="Review the plan for at least three months ahead, then "
        f"{record_plan('STACK')}; likewise each route's demand: "
        f"{record_demand('STACK', None)}.",
        types=frozenset({DEPLOYMENT}),
        controls=("Well-Architected PE:02",),
        params=(PLAN_DAYS, DEMAND_DAYS, GROWTH_MONTHS),
        check=capacity_plan_current,
    ),
]
