"""A load test is there, of what is deployed, at the load that is to come, and went well."""

from collections.abc import Iterable, Iterator
from typing import Final

from components.catalog import DEPLOYMENT
from components.evidence_kinds import KINDS
from policies.commands import load
from policies.deployed import CAPACITY, MODEL, SKU, VERSION, called
from policies.freshness import outdated
from policies.limits import performance as limits
from policies.proof import EVIDENCE, Proofs, changes, entries, entry, of_whom
from policies.rule import Context, Levels, ResourceRule, Rule, StackRule, each
from policies.serving import ROUTING, routes, serving
from policies.throughput import NOISE
from policies.values import Fields, Value
from policies.wording import shown
from policies.world import Finding, Resource, World

PATHS: Final = {"model": MODEL, "version": VERSION, "sku": SKU, "capacity": CAPACITY}


def load_test_evidence_present(world: World, ctx: Context) -> Iterator[Finding]:
    proofs = Proofs(world)
    compares = KINDS["loadTest"].compares

    def untested(deployment: Resource) -> Iterator[Finding]:
        proven = proofs.of(deployment)
        again = load(called(world, deployment), world.stack, ctx.profile, _peak(proven))
        found = [(of, test) for of in proven if (test := entry(of, "loadTest"))]
        if not found:
            yield Finding(
                deployment,
                f"{deployment.label} answers callers and has no load test. Fix: {again}.",
            )
        for evidence, test in found:
            differ = changes(world, deployment, evidence, test, compares)
            if differ:
                said = "; ".join(_difference(*change) for change in differ)
                yield Finding(
                    deployment,
                    f"{deployment.label} is not what was load tested: {said}. "
                    f"Fix: {again}; or deploy what was tested.",
                    PATHS[differ[0][0]],
                )

    for route in routes(world):
        for target in route.targets:
            if target.deployment is None:
                yield Finding(
                    route.declared,
                    f"route {shown(route.name)} leads to {shown(target.name or None)} as its "
                    f"{target.part}, and the stack deploys no such, so nothing shows that it was "
                    "tested. Fix: account/deployment of one that is deployed.",
                    f"{route.path}.{target.part}",
                )
    yield from each(serving(world), untested)


def _peak(proven: Iterable[Resource]) -> float:
    """Calls a second, of the route that asks most; zero where nobody said."""
    demands = [each for evidence in proven for each in entries(evidence, "demand")]
    return max((each.number("data.peakRpm") or 0.0 for each in demands), default=0.0) / 60


def _difference(part: str, measured: Value, deployed: Value) -> str:
    if part == "capacity":
        return f"tested with a capacity of {shown(measured)}, deployed with {shown(deployed)}"
    return f"{part} {shown(measured)} was tested, {shown(deployed)} is deployed"


def p95_latency_within_slo(evidence: Resource, ctx: Context) -> Iterator[Finding]:
    test = entry(evidence, "loadTest")
    if test is None:
        return
    most = ctx.limit(limits.P95_MS)
    p95, p99 = test.number("data.p95Ms"), test.number("data.p99Ms")
    slow = []
    if p95 is None or p95 >= most:
        slow.append(f"p95 {_ms(p95)} (limit {most:g})")
    if p99 is None or p99 > 2 * most:
        slow.append(f"p99 {_ms(p99)} (limit {2 * most:g})")
    if slow:
        yield Finding(
            evidence,
            f"{shown(of_whom(evidence))} is too slow under load: {', '.join(slow)}. "
            "Fix: more capacity, fewer output tokens, or provisioned throughput; then plumb load "
            "again.",
            test.at("data.p95Ms"),
        )
    failed = [
        f"{name} {_share(share)} (limit {least:g})"
        for name, least in (
            ("errorRate", ctx.limit(limits.ERROR_RATE)),
            ("throttledShare", ctx.limit(limits.THROTTLED_SHARE)),
        )
        if (share := test.number(f"data.{name}")) is None or share > least
    ]
    if failed:
        yield Finding(
            evidence,
            f"{shown(of_whom(evidence))} turns callers away under load: {', '.join(failed)}. "
            "Fix: more capacity, or a spillover; then plumb load again.",
            test.at("data.errorRate"),
        )


def _ms(number: float | None) -> str:
    return "not measured" if number is None else f"{number:g} ms"


def _share(number: float | None) -> str:
    return "not measured" if number is None else f"{number:g}"


def load_test_representative(evidence: Resource, ctx: Context) -> Iterator[Finding]:
    test = entry(evidence, "loadTest")
    if test is None:
        return
    whose = shown(of_whom(evidence))
    again = load(of_whom(evidence), evidence.stack, ctx.profile, _peak([evidence]))
    said = outdated(test.text("data.ranAt"), ctx.limit(limits.LOAD_TEST_DAYS), ctx.now)
    if said:
        yield Finding(
            evidence,
            f"the load test of {whose} {said}. Fix: {again}.",
            test.at("data.ranAt"),
        )
    weak = [*_too_little(test, ctx), *_below_peak(evidence, test)]
    if weak:
        yield Finding(
            evidence,
            f"the load test of {whose} shows nothing of the peak: {', '.join(weak)}. "
            f"Fix: {again}, for {ctx.limit(limits.DURATION_MIN):g} minutes.",
            test.at("data"),
        )


def _too_little(test: Fields, ctx: Context) -> Iterator[str]:
    minutes, least = test.number("data.durationMin"), ctx.limit(limits.DURATION_MIN)
    if minutes is None or minutes < least:
        yield f"it took {_count(minutes)} minutes (need {least:g})"
    wanted, achieved = test.number("data.targetRps"), test.number("data.achievedRps")
    share = ctx.limit(limits.ACHIEVED_SHARE)
    if wanted is None or achieved is None or achieved < share * wanted - NOISE:
        yield f"it reached {_count(achieved)} of {_count(wanted)} requests a second"
    dropped = test.number("data.dropped")
    if dropped != 0:
        yield f"it dropped {_count(dropped)} requests (limit 0)"
    if test.read("data.partial") not in (None, False):
        yield "it was cut off"


def _below_peak(evidence: Resource, test: Fields) -> Iterator[str]:
    """Against what routes ask, where that is on record; whether it is, is another rule's."""
    wanted = test.number("data.targetRps")
    for demand in entries(evidence, "demand"):
        peak = demand.number("data.peakRpm")
        if wanted is not None and peak is not None and wanted < peak / 60 - NOISE:
            yield f"it aimed at {wanted:g} requests a second (peak {peak / 60:.2f})"


def _count(number: float | None) -> str:
    return "no" if number is None else shown(number)


RULES: Final[list[Rule]] = [
    StackRule(
        id="load-test-evidence-present",
        number=9,
        category="performance",
        severity="High",
        levels=Levels.of("aaM"),
        description="What answers callers was load tested as it is deployed: the same model, "
        "version and SKU, with no more capacity.",
        why="Throughput depends on the model, the SKU and the capacity; a test of another says "
        "nothing, and the peak is a bad time to find out.",
        fix=f"Run it on staging, with no more capacity: {load('', 'STACK', 'prod')}.",
        types=frozenset({DEPLOYMENT, ROUTING}),
        check=load_test_evidence_present,
    ),
    ResourceRule(
        id="p95-latency-within-slo",
        number=10,
        category="performance",
        severity="High",
        levels=Levels.of("aMM"),
        description="Under load, 95 of 100 answers come within 3 seconds, and hardly any fails.",
        why="A mean hides the callers who wait; they are the ones who leave.",
        fix="Add capacity, cut output tokens or buy provisioned throughput; run plumb load again.",
        types=frozenset({EVIDENCE}),
        reads=("loadTest",),
        params=(limits.P95_MS, limits.ERROR_RATE, limits.THROTTLED_SHARE),
        check=p95_latency_within_slo,
    ),
    ResourceRule(
        id="load-test-representative",
        number=11,
        category="performance",
        severity="Medium",
        levels=Levels.of("aaM"),
        description="A load test is recent, reached the peak, and held it.",
        why="Limits are counted by the minute: five minutes at half the load show a service that "
        "is fast because nobody calls.",
        fix="Run plumb load again at the peak for fifteen minutes, with --record.",
        types=frozenset({EVIDENCE}),
        reads=("loadTest",),
        params=(limits.LOAD_TEST_DAYS, limits.DURATION_MIN, limits.ACHIEVED_SHARE),
        check=load_test_representative,
    ),
]
