"""Alerts: somebody is told when calls fail, slow down or are turned away."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from components.catalog import DEPLOYMENT, METRIC_ALERT, PROVISIONED_SKUS, SCHEDULED_QUERY_RULE
from policies.deployed import SKU
from policies.limits.observability import OBJECTIVE_MS, UTILISATION_PERCENT
from policies.rule import Context, Levels, Rule, StackRule, each
from policies.serving import serving
from policies.values import Need
from policies.watches import FORBIDDEN, Signal, Watch, counts_models, criteria, watches_of
from policies.wording import shown
from policies.world import Finding, Resource, World

SUBJECTS: Final = frozenset({DEPLOYMENT, METRIC_ALERT, SCHEDULED_QUERY_RULE})


@dataclass(frozen=True)
class Wanted:
    """What must be watched of a deployment."""

    what: str
    signals: tuple[Signal, ...]
    """Any one of these will do."""
    fix: str
    most: float | None = None
    """The highest threshold that still counts."""
    unit: str = ""


def is_provisioned(deployment: Resource) -> bool:
    return deployment.fields.text(SKU) in PROVISIONED_SKUS


def _errors(deployment: Resource) -> Wanted:
    return Wanted(
        "failing calls",
        ("errors",),
        "a metric alert on AzureOpenAIRequests by StatusCode or on AzureOpenAIAvailabilityRate, "
        "with ModelDeploymentName '*' and the account as scope, or a log alert on errPct by dep.",
    )


def _latency(deployment: Resource, objective: float) -> Wanted:
    signals: tuple[Signal, ...] = ("latency",)
    if is_provisioned(deployment):
        signals = ("latency", "time to response")
    return Wanted(
        "slow answers",
        signals,
        f"a log alert on p95 by dep with threshold: {objective:g}, and the workspace as scope.",
        objective,
        " ms",
    )


def _throttling(deployment: Resource, fullest: float) -> Wanted:
    if is_provisioned(deployment):
        return Wanted(
            "full provisioned throughput",
            ("utilisation",),
            "a metric alert on AzureOpenAIProvisionedManagedUtilizationV2 with threshold: "
            f"{fullest:g}, ModelDeploymentName '*' and the account as scope.",
            fullest,
            " %",
        )
    return Wanted(
        "calls turned away (429)",
        ("throttling",),
        "a metric alert on AzureOpenAIRequests with StatusCode '429', ModelDeploymentName '*' and "
        "the account as scope, or a log alert on throttledPct by dep.",
    )


def alert_coverage_errors(world: World, ctx: Context) -> Iterator[Finding]:
    yield from each(world.of(METRIC_ALERT), lambda alert: _forbidden(world, alert))
    yield from _uncovered(world, _errors)


def alert_coverage_latency(world: World, ctx: Context) -> Iterator[Finding]:
    objective = ctx.limit(OBJECTIVE_MS)
    return _uncovered(world, lambda deployment: _latency(deployment, objective))


def alert_coverage_throttling(world: World, ctx: Context) -> Iterator[Finding]:
    fullest = ctx.limit(UTILISATION_PERCENT)
    return _uncovered(world, lambda deployment: _throttling(deployment, fullest))


def _forbidden(world: World, alert: Resource) -> Iterator[Finding]:
    for criterion in criteria(alert):
        name = criterion.text("metricName")
        if name and name.lower() in FORBIDDEN and counts_models(world, alert, criterion):
            yield Finding(
                alert,
                f"{alert.label} watches {shown(name)}, which Microsoft says not to use for Azure "
                "OpenAI: it counts something else. Fix: metricName: AzureOpenAIRequests, with the "
                "dimensions StatusCode and ModelDeploymentName.",
                criterion.at("metricName"),
            )


def _uncovered(world: World, wanted_of: Callable[[Resource], Wanted]) -> Iterator[Finding]:
    watches = watches_of(world)
    late: dict[str, tuple[Watch, Wanted, list[Resource]]] = {}
    missed: Need | None = None
    for deployment in serving(world):
        try:
            wanted = wanted_of(deployment)
            watch = _nearest(watches.of(deployment, *wanted.signals), wanted.most)
            if watch is not None and _is_enough(watch, wanted.most):
                continue
        except Need as need:
            missed = missed or need
            continue
        if watches.unread is not None:
            missed = missed or watches.unread
        elif watch is None:
            yield Finding(
                deployment,
                f"no alert tells of {wanted.what} of {deployment.label}. Fix: {wanted.fix}",
            )
        else:
            late.setdefault(watch.alert.urn, (watch, wanted, []))[2].append(deployment)
    for watch, wanted, deployments in late.values():
        yield _insufficient(watch, wanted, deployments)
    if missed:
        raise missed


def _is_enough(watch: Watch, most: float | None) -> bool:
    return watch.readable and (most is None or _height(watch) <= most)


def _height(watch: Watch) -> float:
    threshold = watch.threshold
    return float("inf") if threshold is None else threshold


def _nearest(watches: list[Watch], most: float | None) -> Watch | None:
    """The one that is enough, or nearest to it.

    Raises:
        Need: none is enough, and of one nobody knows yet.
    """
    known: list[Watch] = []
    missed: Need | None = None
    for watch in watches:
        try:
            if _is_enough(watch, most):
                return watch
            known.append(watch)
        except Need as need:
            missed = need
    if missed:
        raise missed
    return min(known, key=_height, default=None)


def _insufficient(watch: Watch, wanted: Wanted, deployments: list[Resource]) -> Finding:
    first, *others = deployments
    of = f"{first.label} and {len(others)} more" if others else first.label
    alert = watch.alert
    if not watch.readable:
        return Finding(
            alert,
            f"{alert.label} was to tell of {wanted.what} of {of}, but its criteria say all_of, "
            "which Azure does not read. Fix: allOf, metricName and their like in camel case, or "
            "MetricAlertSingleResourceMultipleMetricCriteriaArgs in Python.",
            "criteria",
        )
    threshold = watch.threshold
    found = (
        f"over {threshold:g}{wanted.unit}, which is"
        if threshold is not None
        else ("at a threshold of its own, which may be")
    )
    return Finding(
        alert,
        f"{alert.label} tells of {wanted.what} of {of} only {found} later than "
        f"{wanted.most:g}{wanted.unit}. Fix: threshold: {wanted.most:g}.",
        watch.criterion.at("threshold"),
    )


CONTROLS: Final = ("MCSB AI-6", "Well-Architected OE:08")

RULES: Final[list[Rule]] = [
    StackRule(
        id="alert-coverage-errors",
        number=34,
        category="observability",
        severity="High",
        levels=Levels.of("aMM"),
        description="An alert tells when the calls of a deployment fail.",
        why="Otherwise users find out first. Microsoft's older metrics, TotalCalls and their like, "
        "do not count these calls, so an alert on them stays silent for ever.",
        fix="Watch AzureOpenAIRequests by StatusCode, AzureOpenAIAvailabilityRate, or the column "
        "errPct of a log query, for every deployment that a route leads to.",
        types=SUBJECTS,
        controls=CONTROLS,
        check=alert_coverage_errors,
    ),
    StackRule(
        id="alert-coverage-latency",
        number=35,
        category="observability",
        severity="High",
        levels=Levels.of("aMM"),
        description="An alert tells when a deployment answers later than promised.",
        why="A slow model fails nobody's health check. Azure's own metrics have no percentiles, "
        "and on standard SKUs often no values, so the callers' traces must be asked.",
        fix="Watch the column p95 of a log query by deployment, at the objective or below; on "
        "provisioned SKUs the metric AzureOpenAITimeToResponse will do.",
        types=SUBJECTS,
        controls=CONTROLS,
        params=(OBJECTIVE_MS,),
        check=alert_coverage_latency,
    ),
    StackRule(
        id="alert-coverage-throttling",
        number=36,
        category="observability",
        severity="Medium",
        levels=Levels.of("-aM"),
        description="An alert tells when a deployment turns calls away, or is about to.",
        why="Clients retry a 429 without a word: users wait, nobody knows why, and there is no "
        "time left to ask for quota. Provisioned throughput spills or refuses when it is full.",
        fix="Watch AzureOpenAIRequests with StatusCode 429 or the column throttledPct of a log "
        "query; on provisioned SKUs AzureOpenAIProvisionedManagedUtilizationV2.",
        types=SUBJECTS,
        controls=CONTROLS,
        params=(UTILISATION_PERCENT,),
        check=alert_coverage_throttling,
    ),
]
