"""Content filters: what a model may be asked, and what it may answer."""

from collections.abc import Iterator
from typing import Final

from components.catalog import DEPLOYMENT, RAI_POLICY, models
from policies.limits import security as limits
from policies.rule import Context, Levels, Rule, StackRule, each
from policies.values import Unknown
from policies.wording import listed, shown
from policies.world import Finding, Resource, World

FILTER: Final = "properties.raiPolicyName"


def content_filter_assigned(world: World, ctx: Context) -> Iterator[Finding]:
    return each(world.of(DEPLOYMENT), lambda deployment: _unfiltered(deployment, world, ctx))


def _unfiltered(deployment: Resource, world: World, ctx: Context) -> Iterator[Finding]:
    built_in = ctx.limit(limits.BUILT_IN_FILTERS_ALLOWED)
    if not _talks(deployment):
        return
    if not deployment.fields.is_set(FILTER):
        yield Finding(
            deployment,
            f"{deployment.label} names no content filter, so Azure chooses. "
            "Fix: raiPolicyName: a filter of this stack (content_filter).",
            FILTER,
        )
        return
    name = deployment.fields.peek(FILTER)
    sources = world.sources(deployment, "properties", RAI_POLICY)
    if isinstance(name, Unknown) and sources:
        candidates = sources
    else:
        name = deployment.fields.read(FILTER)
        if isinstance(name, str) and name.startswith("Microsoft."):
            if name not in built_in:
                yield Finding(
                    deployment,
                    f"{deployment.label} has the built-in content filter {shown(name)}, which "
                    f"is not for {ctx.profile}. Fix: raiPolicyName: "
                    f"{listed({*built_in, 'a filter of this stack'})} (content_filter).",
                    FILTER,
                )
            return
        candidates = [
            policy
            for policy in world.of(RAI_POLICY)
            if _is_called(policy, name) or policy in sources
        ]
    account = world.account(deployment)
    if all(world.account(policy) != account for policy in candidates):
        yield Finding(
            deployment,
            f"{deployment.label} names the content filter {shown(name)}, which its account "
            "does not have. Fix: declare it on that account, or name one that is there.",
            FILTER,
        )


def _is_called(policy: Resource, name: object) -> bool:
    own = policy.fields.peek("raiPolicyName")
    return isinstance(own, str) and isinstance(name, str) and own.lower() == name.lower()


def _talks(deployment: Resource) -> bool:
    """Whether its model answers in words. What the catalog does not know counts as one that does.

    Raises:
        Need: nobody can tell yet which model it is.
    """
    name = deployment.fields.text("properties.model.name")
    kinds = {model.kind for model in models() if model.name == name}
    return kinds != {"embeddings"}


RULES: Final[list[Rule]] = [
    StackRule(
        id="content-filter-assigned",
        number=25,
        category="security",
        severity="Critical",
        levels=Levels.of("MMM"),
        description="A deployment that answers in words has a content filter that its account "
        "knows.",
        why="Azure otherwise applies its own default, which nobody here has read, tested or can "
        "hold still.",
        fix="Declare a RaiPolicy on the account and name it in raiPolicyName.",
        types=frozenset({DEPLOYMENT}),
        controls=(
            "Azure Policy f3a9c2e0-7b4d-4d8f-9c3a-2e1f6b9a8d4e",
            "Azure Policy af253d37-136a-42f8-a1fc-30010c083d41",
        ),
        params=(limits.BUILT_IN_FILTERS_ALLOWED,),
        check=content_filter_assigned,
    ),
]
