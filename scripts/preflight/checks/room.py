"""Whether regions have the capacity itself: quota is only the right to ask for it."""

from collections import defaultdict
from collections.abc import Collection, Iterator

from components.stack_file import Place
from scripts.preflight.finding import Finding, cannot_tell, fails
from scripts.preflight.seen import Seen
from scripts.preflight.wanted import Wanted, WantedDeployment
from scripts.subscription.facts import LiveDeployment, Unknown


def room(wanted: Wanted, seen: Seen) -> Iterator[Finding]:
    groups: dict[tuple[object, ...], list[WantedDeployment]] = defaultdict(list)
    for each in wanted.deployments:
        if seen.sku(each) is None:
            continue  # not offered: the model check says so
        groups[each.location, each.offered, each.sku, each.fine_tuned].append(each)
    for group in groups.values():
        yield from _group(group, wanted.regions, seen)


def _group(
    group: list[WantedDeployment], regions: Collection[str], seen: Seen
) -> Iterator[Finding]:
    """Of deployments of one model and SKU in one region."""
    one = group[0]
    place: Place = (*one.place, "capacity")
    live = {each: seen.in_place(each) for each in group}
    held = sum(each.capacity for each in live.values() if isinstance(each, LiveDeployment))
    growth = sum(_growth(each, now) for each, now in live.items())
    if growth <= 0:
        return
    names = ", ".join(each.name for each in group)
    wants = f"{growth} more of {one.model.name} as {one.sku} in {one.location} ({names})"
    rooms = seen.rooms[one.offered]
    if isinstance(rooms, Unknown):
        yield cannot_tell("room", place, rooms, wants)
        return
    here = [each for each in rooms if (each.location, each.sku) == (one.location, one.sku)]
    if not here:
        unknown = Unknown(
            reason=f"room for {one.offered}: Azure tells none for {one.sku} in {one.location}",
            fix="ask again later",
        )
        yield cannot_tell("room", place, unknown, wants)
        return

    def left(location: str) -> float:
        return sum(
            each.available_fine_tuned if one.fine_tuned else each.available
            for each in rooms
            if (each.location, each.sku) == (location, one.sku)
        )

    if growth <= left(one.location):
        return
    unread = next((each for each in live.values() if isinstance(each, Unknown)), None)
    if unread:
        yield cannot_tell("room", place, unread, wants)
        return
    wide = {each.location for each in rooms if left(each.location) >= growth + held}
    elsewhere = sorted(wide & set(regions))
    other = f"there is room in {', '.join(elsewhere[:6])}" if elsewhere else "another SKU or model"
    yield fails(
        "room",
        place,
        found=f"{one.location} has {left(one.location):g} left",
        wanted=wants,
        fix=f"{other}; or less capacity, or ask again later",
    )


def _growth(wanted: WantedDeployment, live: LiveDeployment | Unknown | None) -> int:
    held = live.capacity if isinstance(live, LiveDeployment) else 0
    return 0 if wanted.autoscaled and held else wanted.capacity - held
