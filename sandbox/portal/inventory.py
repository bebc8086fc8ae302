"""Resources by group, without reading all of them: how many of what, and some."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sandbox.ids import segment
from sandbox.portal.resources import SUBSCRIPTION, Group, Item, counted, item, order
from sandbox.store import Store

GROUP: Final = "microsoft.resources/resourcegroups"
SETTLED: Final = ("", "Succeeded", "Approved")
MOST_UNSETTLED: Final = 50
"""Of one group, by name."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A resource as it is counted."""

    id: str
    type: str
    state: str


def groups(store: Store, most: int) -> list[Group]:
    """By name, what is in no group last; of each, the first so many."""
    by_group = _by_group(_entries(store))
    return [
        _group(store, by_group[name], 0, most)
        for name in sorted(by_group, key=lambda name: (name == SUBSCRIPTION, name))
    ]


def group(store: Store, name: str, first: int, most: int) -> Group | None:
    """What a group holds from a place on; None if there is no such group."""
    entries = _by_group(_entries(store)).get(name.lower())
    return _group(store, entries, first, most) if entries is not None else None


def _entries(store: Store) -> list[Entry]:
    rows = store.execute(
        "SELECT id, type, json_extract(body, '$.properties.provisioningState') AS state "
        "FROM resources WHERE deleted_at IS NULL"
    )
    return [Entry(id=row["id"], type=row["type"], state=str(row["state"] or "")) for row in rows]


def _by_group(entries: Iterable[Entry]) -> dict[str, list[Entry]]:
    found: dict[str, list[Entry]] = {}
    for each in entries:
        found.setdefault(segment(each.id, "resourceGroups").lower(), []).append(each)
    return found


def _group(store: Store, entries: list[Entry], first: int, most: int) -> Group:
    own = next((each for each in entries if each.type.lower() == GROUP), None)
    stored = store.get(own.id) if own else None
    inside = sorted((each for each in entries if each is not own), key=lambda each: order(each.id))
    odd = [each for each in inside if each.state not in SETTLED][:MOST_UNSETTLED]
    within = stored.id if stored else ""
    return Group(
        name=str(stored.body.get("name")) if stored else "No group",
        id=within,
        location=str(stored.body.get("location") or "") if stored else "",
        counts=counted(each.type.partition("/")[2] or each.type for each in inside),
        items=_items(store, inside[first : first + most], within),
        number=len(inside),
        unsettled=_items(store, odd, within),
    )


def _items(store: Store, entries: Iterable[Entry], within: str) -> tuple[Item, ...]:
    found = (store.get(each.id) for each in entries)
    return tuple(item(each, within) for each in found if each)
