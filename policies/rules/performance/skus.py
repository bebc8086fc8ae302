"""How capacity is bought: by token or by the hour, and what answers when it is full."""

from collections.abc import Iterator
from typing import Final

from components.catalog import DEPLOYMENT, PROVISIONED_SKUS, SPILLS_TO
from policies.deployed import CAPACITY, MODEL, SKU, SPILLOVER, model_of
from policies.limits import performance as limits
from policies.rule import Context, Levels, ResourceRule, Rule, StackRule, each
from policies.serving import deployments_of
from policies.wording import listed, shown
from policies.world import Finding, Resource, World


def deployment_sku_allowed(deployment: Resource, ctx: Context) -> Iterator[Finding]:
    sku, allowed = deployment.fields.text(SKU), ctx.limit(limits.SKUS)
    if sku is None or sku not in allowed:
        yield Finding(
            deployment,
            f"{deployment.label} has SKU {shown(sku)}, which is not for {ctx.profile}. "
            f"Fix: sku: {listed(allowed)}.",
            SKU,
        )
        return  # what its capacity may be hangs on it
    capacity = deployment.fields.number(CAPACITY)
    if capacity is None or capacity != int(capacity) or capacity < 1:
        yield Finding(
            deployment,
            f"{deployment.label} has a capacity of {shown(deployment.fields.read(CAPACITY))}. "
            "Fix: capacity: a whole number from 1.",
            CAPACITY,
        )
        return
    provisioned = sku in PROVISIONED_SKUS
    most = ctx.limit(limits.PROVISIONED_CAPACITY if provisioned else limits.CAPACITY)
    if capacity > most:
        yield Finding(
            deployment,
            f"{deployment.label} has a capacity of {shown(capacity)} of {sku} (limit for "
            f"{ctx.profile} {most:g}). Fix: capacity: {most:g}, or less.",
            CAPACITY,
        )
    if provisioned:
        yield from _off_step(deployment, sku, int(capacity))


def _off_step(deployment: Resource, sku: str, capacity: int) -> Iterator[Finding]:
    model = model_of(deployment)
    if model is None:
        yield Finding(
            deployment,
            f"nobody knows in which steps {sku} is sold for "
            f"{shown(deployment.fields.text(MODEL))}, so not whether {deployment.label} may have "
            f"{capacity}. Fix: a model and version of the catalog.",
            MODEL,
        )
        return
    steps = model.capacity(sku)
    if not steps.allows(capacity):
        yield Finding(
            deployment,
            f"{deployment.label} has a capacity of {capacity} of {sku}, which is sold from "
            f"{steps.minimum} in steps of {steps.step}. Fix: capacity: {steps.nearest(capacity)}.",
            CAPACITY,
        )


def provisioned_spillover_configured(world: World, ctx: Context) -> Iterator[Finding]:
    deployments = deployments_of(world)

    def unspilled(deployment: Resource) -> Iterator[Finding]:
        sku = deployment.fields.text(SKU)
        if sku not in PROVISIONED_SKUS:
            return
        name = deployment.fields.text(SPILLOVER)
        if name is None:
            yield Finding(
                deployment,
                f"{deployment.label} is {sku} and refuses callers when it is full. "
                f"Fix: spillover: a {SPILLS_TO[sku]} deployment of the same model and account.",
                SPILLOVER,
            )
            return
        target = deployments.spillover(deployment)
        if target is None:
            yield Finding(
                deployment,
                f"{deployment.label} spills over to {shown(name)}, which its account does not "
                "have. Fix: spillover: a deployment of the same account.",
                SPILLOVER,
            )
            return
        if target.fields.text(MODEL) != deployment.fields.text(MODEL):
            yield Finding(
                deployment,
                f"{deployment.label} serves {shown(deployment.fields.text(MODEL))} and spills over "
                f"to {target.label}, which serves {shown(target.fields.text(MODEL))}. "
                "Fix: spillover: a deployment of the same model.",
                SPILLOVER,
            )
        if target.fields.text(SKU) != SPILLS_TO[sku]:
            yield Finding(
                deployment,
                f"{deployment.label} is {sku} and spills over to {target.label}, which is "
                f"{shown(target.fields.text(SKU))}. "
                f"Fix: spillover: a {SPILLS_TO[sku]} deployment.",
                SPILLOVER,
            )

    yield from each(world.of(DEPLOYMENT), unspilled)


RULES: Final[list[Rule]] = [
    ResourceRule(
        id="deployment-sku-allowed",
        number=13,
        category="performance",
        severity="High",
        levels=Levels.of("aMM"),
        description="A deployment's SKU and capacity are such as the environment allows and Azure "
        "sells.",
        why="A DeveloperTier deployment is deleted after a day, a batch answers tomorrow, and "
        "provisioned throughput bills by the hour whether anybody calls or not.",
        fix="Choose a SKU of the environment's list and a capacity within its limit.",
        types=frozenset({DEPLOYMENT}),
        params=(limits.SKUS, limits.CAPACITY, limits.PROVISIONED_CAPACITY),
        check=deployment_sku_allowed,
    ),
    StackRule(
        id="provisioned-spillover-configured",
        number=14,
        category="performance",
        severity="Medium",
        levels=Levels.of("-aM"),
        description="Provisioned throughput spills over to a standard deployment of the same "
        "model, account and data boundary.",
        why="Full is full: without a spillover every further caller gets a 429 until the minute "
        "is over.",
        fix="Set spilloverDeploymentName to a standard deployment of the same account and model.",
        types=frozenset({DEPLOYMENT}),
        check=provisioned_spillover_configured,
    ),
]
