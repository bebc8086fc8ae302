"""Snapshots of a configuration store: what was there once, and cannot be changed any more.

As Microsoft's REST documentation has it (rest-api-snapshot), texts and limits included.
"""

import json
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, Literal, Self

from sandbox.around import Around
from sandbox.clock import moment, stamp
from sandbox.dataplane.key_values import NO_LABEL, KeyValue, KeyValues, matches
from sandbox.store import Body

RETENTION_SECONDS: Final = 30 * 86_400
SHORTEST_SECONDS: Final = 3600
LONGEST_SECONDS: Final = 90 * 86_400

Status = Literal["provisioning", "ready", "archived"]
Composition = Literal["key", "key_label"]

FIELDS: Final = (
    *("etag", "name", "status", "filters", "composition_type", "created", "expires", "size"),
    *("items_count", "retention_period", "tags", "description"),
)


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    name: str
    filters: Sequence[dict[str, Any]]
    composition_type: Composition
    retention_period: int
    """Seconds that it is kept once it is archived."""
    tags: dict[str, str]
    description: str | None
    created: str
    """A stamp on the sandbox clock."""
    ready: str
    """From when on it can be used."""
    etag: str
    size: int
    items_count: int
    expires: str | None = None

    @classmethod
    def of(cls, row: Body) -> Self:
        return cls(**row)

    def status(self, now: datetime) -> Status:
        if self.expires is not None:
            return "archived"
        return "provisioning" if stamp(now) < self.ready else "ready"


def wire(snapshot: Snapshot, now: datetime, select: Sequence[str] = ()) -> dict[str, Any]:
    """As it goes over the wire, in all fields or the selected ones."""
    status = snapshot.status(now)
    counted = status != "provisioning"
    whole = {
        **asdict(snapshot),
        "status": status,
        "created": _iso(snapshot.created),
        "expires": _iso(snapshot.expires) if snapshot.expires else None,
        "size": snapshot.size if counted else 0,
        "items_count": snapshot.items_count if counted else 0,
    }
    return {name: whole[name] for name in FIELDS if not select or name in select}


def composed(
    filters: Iterable[dict[str, Any]], composition: Composition, items: Sequence[KeyValue]
) -> list[KeyValue]:
    """What filters choose; of a key, only what the last filter that meets it chooses."""
    found: dict[tuple[str, ...], KeyValue] = {}
    for each in filters:
        is_key = matches(each["key"])
        is_label = matches(each.get("label") or NO_LABEL)
        tags = dict(tag.partition("=")[::2] for tag in each.get("tags") or ())
        for item in items:
            if not (is_key(item.key) and is_label(item.label)):
                continue
            if tags and not tags.items() <= json.loads(item.tags).items():
                continue
            place = (item.key,) if composition == "key" else (item.key, item.label)
            found[place] = item
    return [found[place] for place in sorted(found)]


class Snapshots:
    """Those of all stores."""

    def __init__(self, around: Around, items: KeyValues) -> None:
        self._around = around
        self._store = around.store
        self._items = items

    def create(
        self,
        store_id: str,
        name: str,
        *,
        filters: Sequence[dict[str, Any]],
        composition_type: Composition,
        retention_period: int,
        tags: dict[str, str],
        description: str | None,
    ) -> Snapshot:
        """Take one of what is there now."""
        now = self._around.clock.now()
        items = composed(filters, composition_type, self._items.all(store_id))
        kept = json.dumps([asdict(each) for each in items])
        delay = timedelta(seconds=self._around.settings.profile.other_seconds)
        snapshot = Snapshot(
            name=name,
            filters=list(filters),
            composition_type=composition_type,
            retention_period=retention_period,
            tags=tags,
            description=description,
            created=stamp(now),
            ready=stamp(now + delay),
            etag=secrets.token_urlsafe(32),
            size=len(kept),
            items_count=len(items),
        )
        self._store.execute(
            "INSERT OR REPLACE INTO kv_snapshots VALUES (?, ?, ?, ?)",
            (store_id.lower(), name, json.dumps(asdict(snapshot)), kept),
        )
        return snapshot

    def get(self, store_id: str, name: str) -> Snapshot | None:
        """One that has not expired."""
        return next((each for each in self.all(store_id) if each.name == name), None)

    def all(self, store_id: str) -> list[Snapshot]:
        """By name, without those that have expired."""
        now = stamp(self._around.clock.now())
        rows = self._store.execute(
            "SELECT body FROM kv_snapshots WHERE store_id_lc = ? ORDER BY name",
            (store_id.lower(),),
        )
        found = [Snapshot.of(json.loads(row["body"])) for row in rows]
        return [each for each in found if each.expires is None or now < each.expires]

    def items(self, store_id: str, name: str) -> list[KeyValue]:
        """What a snapshot holds; nothing while it is being made, or if there is none."""
        snapshot = self.get(store_id, name)
        if snapshot is None or snapshot.status(self._around.clock.now()) == "provisioning":
            return []
        rows = self._store.execute(
            "SELECT items FROM kv_snapshots WHERE store_id_lc = ? AND name = ?",
            (store_id.lower(), name),
        )
        return [KeyValue(**each) for each in json.loads(rows[0]["items"])]

    def archive(self, store_id: str, snapshot: Snapshot) -> Snapshot:
        ends = self._around.clock.now() + timedelta(seconds=snapshot.retention_period)
        return self._changed(store_id, replace(snapshot, expires=stamp(ends)))

    def recover(self, store_id: str, snapshot: Snapshot) -> Snapshot:
        return self._changed(store_id, replace(snapshot, expires=None))

    def _changed(self, store_id: str, snapshot: Snapshot) -> Snapshot:
        after = replace(snapshot, etag=secrets.token_urlsafe(32))
        self._store.execute(
            "UPDATE kv_snapshots SET body = ? WHERE store_id_lc = ? AND name = ?",
            (json.dumps(asdict(after)), store_id.lower(), after.name),
        )
        return after


def _iso(at: str) -> str:
    return moment(at).replace(microsecond=0).isoformat()
