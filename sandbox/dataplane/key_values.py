"""App Configuration's key-values: what they are, who may change them, and where they are kept."""

import hashlib
import json
import re
import secrets
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from sandbox.clock import stamp
from sandbox.store import Store

NO_LABEL: Final = "\0"
"""How a filter asks for what has no label."""

FIELDS: Final = (
    "etag",
    "key",
    "label",
    "content_type",
    "value",
    "tags",
    "locked",
    "last_modified",
)
KEPT: Final = timedelta(days=30)
COLUMNS: Final = "key, label, value, content_type, tags, etag, locked, last_modified"


@dataclass(frozen=True, kw_only=True)
class KeyValue:
    key: str
    label: str = ""
    """Empty for none."""
    value: str | None = None
    content_type: str | None = None
    tags: str = "{}"
    """JSON."""
    etag: str = ""
    locked: bool = False
    last_modified: str = ""


def wire(item: KeyValue, select: Sequence[str] = ()) -> dict[str, Any]:
    """As it goes over the wire, in all fields or the selected ones."""
    whole = {
        "etag": item.etag,
        "key": item.key,
        "label": item.label or None,
        "content_type": item.content_type,
        "value": item.value,
        "tags": json.loads(item.tags),
        "locked": item.locked,
        "last_modified": item.last_modified,
    }
    return {name: whole[name] for name in FIELDS if not select or name in select}


def precondition_fails(etag: str | None, if_match: str | None, if_none_match: str | None) -> bool:
    """Whether a caller's conditions rule out what is there; the etag is None if nothing is."""
    if if_match is not None and not _names(if_match, etag):
        return True
    return if_none_match is not None and _names(if_none_match, etag)


def _names(condition: str, etag: str | None) -> bool:
    if etag is None:
        return False
    wanted = {each.strip().removeprefix("W/").strip('"') for each in condition.split(",")}
    return "*" in wanted or etag in wanted


def misplaced(pattern: str) -> int | None:
    """Where a filter has a character that cannot stand there, counted from 1."""
    for name in re.finditer(r"(?:\\.|[^\\,])+", pattern, re.DOTALL):
        for star in re.finditer(r"\\.|\*", name[0], re.DOTALL):
            inside = 0 < star.start() < len(name[0]) - 1
            if star[0] == "*" and inside:
                return name.start() + star.start() + 1
    return None


def matches(pattern: str) -> Callable[[str], bool]:
    """A filter on keys or labels: names with commas between, * at their ends, \\ before either."""
    names = re.findall(r"(?:\\.|[^\\,])+", pattern, re.DOTALL)
    expression = re.compile("|".join(map(_expression, names)), re.DOTALL)
    return lambda text: expression.fullmatch(text) is not None


def _expression(name: str) -> str:
    if name == NO_LABEL:
        return ""
    characters = re.findall(r"\\.|.", name, re.DOTALL)
    last = len(characters) - 1
    return "".join(
        ".*" if each == "*" and at in (0, last) else re.escape(each[-1])
        for at, each in enumerate(characters)
    )


def page_etag(items: Iterable[KeyValue]) -> str:
    """One etag for a page of a list: other when anything on it is."""
    digest = hashlib.sha256()
    for item in items:
        digest.update(f"{item.key}\0{item.label}\0{item.etag}\n".encode())
    return digest.hexdigest()[:43]


class KeyValues:
    """Those of all stores. Each change is a revision."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def get(self, store_id: str, key: str, label: str) -> KeyValue | None:
        rows = self._store.execute(
            f"SELECT {COLUMNS} FROM kv WHERE store_id_lc = ? AND key = ? AND label = ?",
            (store_id.lower(), key, label),
        )
        return _read(rows[0]) if rows else None

    def all(self, store_id: str) -> list[KeyValue]:
        """By key, then label."""
        rows = self._store.execute(
            f"SELECT {COLUMNS} FROM kv WHERE store_id_lc = ? ORDER BY key, label",
            (store_id.lower(),),
        )
        return [_read(row) for row in rows]

    def revisions(self, store_id: str) -> list[KeyValue]:
        """Those of the last 30 days, as a standard store keeps them; the newest first."""
        since = stamp(self._store.clock.now() - KEPT)
        rows = self._store.execute(
            f"SELECT {COLUMNS} FROM kv_revisions WHERE store_id_lc = ? AND last_modified > ? "
            "ORDER BY number DESC",
            (store_id.lower(), since),
        )
        return [_read(row) for row in rows]

    def as_of(self, store_id: str, moment: datetime) -> list[KeyValue]:
        """All that was there at a moment, by key, then label."""
        at = stamp(moment)
        rows = self._store.execute(
            f"SELECT {COLUMNS} FROM kv_revisions AS r WHERE store_id_lc = ? AND number = ("
            "SELECT max(number) FROM kv_revisions WHERE store_id_lc = r.store_id_lc "
            "AND key = r.key AND label = r.label AND last_modified <= ?) "
            "AND NOT EXISTS (SELECT 1 FROM kv_deletions AS d WHERE d.store_id_lc = r.store_id_lc "
            "AND d.key = r.key AND d.label = r.label AND d.at >= r.last_modified AND d.at <= ?) "
            "ORDER BY key, label",
            (store_id.lower(), at, at),
        )
        return [_read(row) for row in rows]

    def put(self, store_id: str, item: KeyValue) -> KeyValue:
        """Keep an item under a new etag and the time of now."""
        now = self._store.clock.now()
        kept = replace(item, etag=secrets.token_urlsafe(32), last_modified=stamp(now))
        values = (
            store_id.lower(),
            kept.key,
            kept.label,
            kept.value,
            kept.content_type,
            kept.tags,
            kept.etag,
            int(kept.locked),
            kept.last_modified,
        )
        with self._store.transaction():
            for verb, table in (("INSERT OR REPLACE", "kv"), ("INSERT", "kv_revisions")):
                self._store.execute(
                    f"{verb} INTO {table} (store_id_lc, {COLUMNS}) "
                    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    values,
                )
        return kept

    def delete(self, store_id: str, item: KeyValue) -> None:
        place = (store_id.lower(), item.key, item.label)
        with self._store.transaction():
            self._store.execute(
                "DELETE FROM kv WHERE store_id_lc = ? AND key = ? AND label = ?", place
            )
            self._store.execute(
                "INSERT INTO kv_deletions VALUES (?, ?, ?, ?)",
                (*place, stamp(self._store.clock.now())),
            )

    def sequence(self) -> int:
        """Grows with each change; what a Sync-Token counts."""
        rows = self._store.execute("SELECT max(number) FROM kv_revisions")
        return int(rows[0][0] or 0)


def _read(row: sqlite3.Row) -> KeyValue:
    return KeyValue(
        key=row["key"],
        label=row["label"],
        value=row["value"],
        content_type=row["content_type"],
        tags=row["tags"],
        etag=row["etag"],
        locked=bool(row["locked"]),
        last_modified=row["last_modified"],
    )
