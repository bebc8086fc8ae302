"""What is deployed, by resource group, and one resource from all sides."""

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox.clock import moment
from sandbox.directory import GROUPS, PEOPLE
from sandbox.ids import parse
from sandbox.portal.activity import Asked
from sandbox.portal.masking import masked
from sandbox.roles import ROLES
from sandbox.store import Stored

SUBSCRIPTION = ""
"""The group of what is in none."""

NAMED = {**GROUPS, **{oid: name for name, oid, *_ in PEOPLE}}
"""Names that are the same in every sandbox, by object id."""


@dataclass(frozen=True, kw_only=True)
class Item:
    """One resource in a list."""

    id: str
    name: str
    type: str
    depth: int
    """How many resources it hangs under within its group."""
    location: str
    state: str
    detail: str
    changed_at: datetime

    @property
    def kind(self) -> str:
        """The type without its namespace."""
        return self.type.partition("/")[2] or self.type

    @property
    def settled(self) -> bool:
        return self.state in ("", "Succeeded", "Approved")


@dataclass(frozen=True, kw_only=True)
class Group:
    name: str
    id: str
    location: str
    counts: tuple[tuple[str, int], ...]
    """How many of each type, the most first."""
    items: tuple[Item, ...]
    """The first of them."""
    number: int
    """Of all."""
    unsettled: tuple[Item, ...]


@dataclass(frozen=True, kw_only=True)
class Detail:
    """All that is known of one resource."""

    item: Item
    deleted: bool
    etag: str
    above: tuple[tuple[str, str], ...]
    """Name and id of what it hangs under, the outermost first."""
    tags: tuple[tuple[str, str], ...]
    body: str
    """As ARM answers it, without its secrets."""
    beneath: tuple[Item, ...]
    refers_to: tuple[Item, ...]
    referred_by: tuple[Item, ...]
    asked: tuple[Asked, ...]


def item(stored: Stored, within: str = "") -> Item:
    """One row; `within` is what its depth is counted from."""
    body, parsed = stored.body, parse(stored.id)
    properties = body.get("properties") if isinstance(body.get("properties"), dict) else {}
    return Item(
        id=stored.id,
        name=parsed.name if parsed else stored.id.rpartition("/")[2],
        type=stored.type,
        depth=depth(stored.id[len(within) :]) if within else 0,
        location=str(body.get("location") or ""),
        state=str((properties or {}).get("provisioningState") or ""),
        detail=_detail(stored, properties or {}),
        changed_at=moment(stored.changed_at),
    )


def depth(path: str) -> int:
    """How many resources stand above the last one of a path."""
    chain = path.lower().split("/providers/")
    own = len(chain[0].strip("/").split("/")) // 2 if chain[0].strip("/") else 0
    return max(0, own + sum(each.count("/") // 2 for each in chain[1:]) - 1)


def _detail(stored: Stored, properties: Mapping[str, Any]) -> str:
    """What tells one of a kind from the next, where its name does not."""
    if stored.type.lower() == "microsoft.authorization/roleassignments":
        return _granted(properties)
    sku = stored.body.get("sku")
    said = []
    if isinstance(properties.get("model"), Mapping):
        said.append(str(properties["model"].get("name")))
    if isinstance(sku, Mapping) and sku.get("name"):
        capacity = sku.get("capacity")
        said.append(f"{sku['name']} {capacity}" if capacity else str(sku["name"]))
    if isinstance(properties.get("displayName"), str):
        said.append(properties["displayName"])
    return ", ".join(said)


def _granted(properties: Mapping[str, Any]) -> str:
    role = str(properties.get("roleDefinitionId") or "").rpartition("/")[2].lower()
    oid = str(properties.get("principalId") or "")
    known = ROLES.get(role)
    return f"{known.name if known else role} for {NAMED.get(oid, oid)}"


def counted(kinds: Iterable[str]) -> tuple[tuple[str, int], ...]:
    """How many of each, the most first."""
    return tuple(sorted(Counter(kinds).items(), key=lambda pair: (-pair[1], pair[0])))


def order(id: str) -> list[str]:
    """Sorted by this, parents come before what is theirs."""
    return id.lower().split("/")


def detail(
    stored: Stored,
    *,
    rows: Collection[Stored],
    asked: Iterable[Asked],
    secrets: Collection[str],
    find: Callable[[str], Stored | None],
) -> Detail:
    """One resource: what it says, what is beneath it, what it names and who names it."""
    body = masked(stored.body, secrets)
    id = stored.id.lower()
    beneath = [each for each in rows if each.id.lower().startswith(id + "/")]
    named = {each.lower() for each in ids_in(stored.body)} - {id}
    return Detail(
        item=item(stored),
        deleted=stored.deleted_at is not None,
        etag=stored.etag,
        above=tuple(above(stored.id, find)),
        tags=_tags(body),
        body=json.dumps(body, indent=2, ensure_ascii=False),
        beneath=tuple(
            item(each, stored.id) for each in sorted(beneath, key=lambda each: order(each.id))
        ),
        refers_to=tuple(item(each) for each in rows if each.id.lower() in named),
        referred_by=tuple(
            item(each)
            for each in rows
            if each.id.lower() != id
            and not each.id.lower().startswith(id + "/")
            and id in {named.lower() for named in ids_in(each.body)}
        ),
        asked=tuple(each for each in asked if each.id.lower() == id),
    )


def _tags(body: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    tags = body.get("tags")
    return tuple((str(k), str(v)) for k, v in tags.items()) if isinstance(tags, Mapping) else ()


def above(id: str, find: Callable[[str], Stored | None]) -> list[tuple[str, str]]:
    """What an id hangs under, as far as it is there."""
    parts, found = id.split("/"), []
    for end in range(2, len(parts)):
        outer = find("/".join(parts[:end]))
        if outer:
            found.append((item(outer).name, outer.id))
    return found


def ids_in(body: Any) -> list[str]:
    """Every text in a body that is an id."""
    if isinstance(body, dict):
        return [id for value in body.values() for id in ids_in(value)]
    if isinstance(body, list):
        return [id for value in body for id in ids_in(value)]
    return [body] if isinstance(body, str) and body.lower().startswith("/subscriptions/") else []
