"""The guard: a gate that could not see must not open."""

from collections.abc import Iterator
from typing import Final

from components.catalog import ACCOUNT, DEPLOYMENT, PROJECT
from policies.limits.security import JUDGED_ELSEWHERE
from policies.rule import Context, Levels, StackRule
from policies.rules.bypasses import complaint
from policies.values import Need, Unknown
from policies.wording import shown
from policies.world import Finding, Resource, World


def preview_values_known(world: World, ctx: Context) -> Iterator[Finding]:
    if world.by_urn.keys() <= world.unseen:
        yield Finding(
            None,
            "nobody showed the gate what the resources are asked to be, so nothing was judged. "
            "Fix: run it with the whole program: pulumi preview --policy-pack policies.",
        )
        return
    for missed in sorted(world.missed, key=lambda missed: (missed.urn, missed.rule, missed.path)):
        subject = world.by_urn.get(missed.urn)
        of = f" of {subject.label}" if subject else ""
        yield Finding(
            subject,
            f"{missed.rule} could not read {missed.path}{of} before the update. "
            "Fix: a literal value, or one from the stack file.",
            missed.path,
        )
    elsewhere = ctx.limit(JUDGED_ELSEWHERE)
    for child in world.of(DEPLOYMENT, PROJECT) if ACCOUNT not in elsewhere else ():
        if not _is_ours(world, child):
            name = child.fields.peek("accountName")
            which = "only the update names" if isinstance(name, Unknown) else "is not declared"
            yield Finding(
                child,
                f"{child.label} is put into an account that {which} here, {shown(name)}: nobody "
                "judges its keys and its network. Fix: declare the account in this stack; if the "
                f"gate of another one judges it, name {ACCOUNT} in judgedElsewhere of the policy "
                "configuration.",
                "accountName",
            )
    for resource in world.resources:
        unread = complaint(resource.type)
        if unread and resource.type not in elsewhere:
            reason, instead = unread
            yield Finding(
                resource,
                f"{resource.label} ({resource.type}) {reason}. Fix: {instead}; if people judge it "
                "in another way, name its type in judgedElsewhere of the policy configuration.",
            )


def _is_ours(world: World, child: Resource) -> bool:
    """Whether its account was judged: one that is only read is never asked what it should be."""
    try:
        account = world.target(child, "accountName", ACCOUNT)
    except Need:
        return False
    return account is not None and account.urn not in world.unseen


GUARD: Final = StackRule(
    id="preview-values-known",
    number=51,
    category="operations",
    severity="High",
    levels=Levels.of("aMM"),
    description="What a mandatory rule must read can be read before the update.",
    why="A value that only the update brings is judged when it is too late: the resource is there. "
    "A template, a script or another provider's resource is never judged at all.",
    fix="Give the value as a literal, from the stack file; declare resources of azure-native one "
    "by one.",
    types=frozenset(),
    params=(JUDGED_ELSEWHERE,),
    check=preview_values_known,
)
"""Stands last, since it speaks of what the others missed."""
