"""Who is on call: the action group that the stack declares, by whatever name alerts have for it."""

from typing import Final

from components.catalog import ACTION_GROUP
from policies.arm import last_name
from policies.proof import Proofs
from policies.wording import shown
from policies.world import World

DECLARED: Final = "operations.onCall.actionGroup"


def on_call_groups(world: World) -> set[str]:
    """Marks of the action groups that are declared to reach whoever is on call."""
    return {
        short(world, mark)
        for evidence in Proofs(world).of_stack
        for mark in world.marks_at(evidence, DECLARED, ACTION_GROUP)
    }


def short(world: World, mark: str) -> str:
    """A URN as it is; of a group elsewhere the name, since only that need be declared."""
    return mark if mark in world.by_urn else last_name(mark)


def called(world: World, mark: str) -> str:
    """How findings call a group."""
    group = world.by_urn.get(mark)
    return group.label if group else shown(mark)
