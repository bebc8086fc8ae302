"""What the sandbox remembers: one SQLite file, one writer."""

import json
import sqlite3
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import RLock
from typing import Any

from sandbox.clock import Clock, stamp
from sandbox.ids import parent_of
from sandbox.schema import FORGOTTEN, TABLES, VERSION

Body = dict[str, Any]

OF_THE_CLOUD = "cloud:"
"""How settings begin that a caller of Azure has made; a reset empties them too."""


class WrongDatabase(Exception):
    """The file cannot be used; the text says what to do."""


@dataclass(frozen=True, kw_only=True)
class Stored:
    """One ARM resource, as GET would answer it."""

    id: str
    type: str
    body: Body
    etag: str
    changed_at: str
    """A stamp on the sandbox clock."""
    deleted_at: str | None = None
    purge_at: str | None = None


class Store:
    """Resources and settings. A transaction is all or nothing, a kill -9 included."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self.clock = clock
        self.path = path
        self._lock = RLock()
        self._depth = 0
        if path.is_dir():
            raise WrongDatabase(f"{path} is a folder. Fix: remove it, or name another --dir.")
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._connection.row_factory = sqlite3.Row
        try:
            self._open(path)
        except sqlite3.OperationalError:
            self._connection.close()
            raise
        except sqlite3.DatabaseError as error:
            self._connection.close()
            raise WrongDatabase(
                f"{path} does not open: {error}. Fix: delete it; the sandbox starts empty then."
            ) from None

    def _open(self, path: Path) -> None:
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=5000"):
            self._connection.execute(f"PRAGMA {pragma}")
        (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        if version not in (0, VERSION):
            self._connection.close()
            raise WrongDatabase(
                f"{path} was written by another version of the sandbox ({version}, not {VERSION})."
                " Fix: delete it, or go back to that version."
            )
        self._connection.executescript(TABLES)
        self._connection.execute(f"PRAGMA user_version={VERSION}")

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def execute(
        self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()
    ) -> list[sqlite3.Row]:
        with self._lock:
            return self._connection.execute(sql, parameters).fetchall()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """One writer at a time; a transaction within another joins it."""
        with self._lock:
            if self._depth == 0:
                self._connection.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
            except BaseException:
                self._depth -= 1
                if self._depth == 0:
                    self._roll_back()
                raise
            self._depth -= 1
            if self._depth == 0:
                self._commit()

    def _commit(self) -> None:
        try:
            self._connection.execute("COMMIT")
        except sqlite3.OperationalError:
            self._roll_back()  # or nothing could be begun again
            raise

    def _roll_back(self) -> None:
        # A full disk has SQLite do it by itself, most of the time.
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

    def get(self, id: str) -> Stored | None:
        """A live resource, whatever the casing of its id."""
        return self._one("id_lc = ? AND deleted_at IS NULL", id.lower())

    def soft_deleted(self, id: str) -> Stored | None:
        return self._one("id_lc = ? AND deleted_at IS NOT NULL", id.lower())

    def children(self, parent_id: str, type: str | None = None) -> list[Stored]:
        """Those directly under a resource, a group or a scope, by id."""
        if type is None:
            return self._all("parent_lc = ? AND deleted_at IS NULL", parent_id.lower())
        return self._all(
            "parent_lc = ? AND type_lc = ? AND deleted_at IS NULL", parent_id.lower(), type.lower()
        )

    def beneath(self, scope: str) -> list[Stored]:
        """All at any depth under a scope, by id."""
        prefix = scope.lower() + "/"
        return self._all(
            "id_lc >= ? AND id_lc < ? AND deleted_at IS NULL", prefix, prefix[:-1] + "0"
        )

    def page(
        self, parent_id: str | None, types: Sequence[str], scope: str, after: str, size: int
    ) -> list[Stored]:
        """The next live ones by id: of some types, under a parent or at any depth of a scope."""
        which = "deleted_at IS NULL AND id_lc > ? AND id_lc >= ? AND id_lc < ? "
        from_id, to_id = _range(scope.rstrip("/"))
        parameters = [after.lower(), from_id, to_id]
        if parent_id is not None:
            which += "AND parent_lc = ? "
            parameters.append(parent_id.lower())
        # The plus keeps SQLite from sorting all of many types instead of walking along the ids.
        column = "type_lc" if len(types) == 1 else "+type_lc"
        which += f"AND {column} IN ({','.join('?' * len(types))})"
        return self._all(which, *parameters, *(each.lower() for each in types), limit=size)

    def of_type(self, type: str, *, deleted: bool = False) -> list[Stored]:
        """All of a type: the live ones, or the soft-deleted ones."""
        which = "IS NOT NULL" if deleted else "IS NULL"
        return self._all(f"type_lc = ? AND deleted_at {which}", type.lower())

    def put(
        self, id: str, type: str, body: Body, *, etag: str | None = None, at: str | None = None
    ) -> Stored:
        """Write a live resource, in place of whatever has the id; `at` is a stamp, now if none."""
        at = at or stamp(self.clock.now())
        stored = Stored(id=id, type=type, body=body, etag=etag or new_etag(), changed_at=at)
        self.execute(
            "INSERT OR REPLACE INTO resources VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL)",
            (
                id.lower(),
                id,
                type.lower(),
                type,
                parent_of(id).lower(),
                json.dumps(body, separators=(",", ":")),
                stored.etag,
                at,
            ),
        )
        return stored

    def delete(self, id: str) -> None:
        """Remove one row; what hangs under it is the caller's business."""
        self.execute("DELETE FROM resources WHERE id_lc = ?", (id.lower(),))

    def soft_delete(self, id: str, purge_at: datetime) -> None:
        """Hide a resource and all beneath it until it is restored or purged."""
        self.execute(
            "UPDATE resources SET deleted_at = ?, purge_at = ? "
            "WHERE deleted_at IS NULL AND (id_lc = ? OR (id_lc >= ? AND id_lc < ?))",
            (stamp(self.clock.now()), stamp(purge_at), id.lower(), *_range(id)),
        )

    def restore(self, id: str) -> None:
        """Bring a soft-deleted resource back, with all beneath it."""
        self.execute(
            "UPDATE resources SET deleted_at = NULL, purge_at = NULL "
            "WHERE deleted_at IS NOT NULL AND (id_lc = ? OR (id_lc >= ? AND id_lc < ?))",
            (id.lower(), *_range(id)),
        )

    def purge(self, id: str) -> None:
        """Forget a soft-deleted resource and all beneath it."""
        self.execute(
            "DELETE FROM resources "
            "WHERE deleted_at IS NOT NULL AND (id_lc = ? OR (id_lc >= ? AND id_lc < ?))",
            (id.lower(), *_range(id)),
        )
        self.forget_secrets()

    def purge_due(self) -> None:
        """Forget what has been soft-deleted for long enough."""
        now = stamp(self.clock.now())
        # Asked first: a write, even of nothing, empties the data planes' caches.
        if self.execute("SELECT 1 FROM resources WHERE purge_at <= ? LIMIT 1", (now,)):
            self.execute("DELETE FROM resources WHERE purge_at <= ?", (now,))
            self.forget_secrets()

    def forget_secrets(self) -> None:
        """Forget principals and keys of resources that are gone for good."""
        self.execute(
            "DELETE FROM principals WHERE resource_lc IS NOT NULL "
            "AND resource_lc NOT IN (SELECT id_lc FROM resources)"
        )
        self.execute(
            "DELETE FROM settings WHERE key LIKE 'keys:%' "
            "AND substr(key, 6) NOT IN (SELECT id_lc FROM resources)"
        )
        self.execute("DELETE FROM objects WHERE account_lc NOT IN (SELECT id_lc FROM resources)")

    def setting(self, key: str, default: Any = None) -> Any:
        rows = self.execute("SELECT value FROM settings WHERE key = ?", (key,))
        return json.loads(rows[0]["value"]) if rows else default

    def set_setting(self, key: str, value: Any) -> None:
        self.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (key, json.dumps(value)))

    def forget(self) -> None:
        """Empty the cloud; keep secrets, keys and principals that are not of a resource."""
        with self.transaction():
            for table in FORGOTTEN:
                self.execute(f"DELETE FROM {table}")
            self.execute("DELETE FROM settings WHERE key LIKE ?", (f"{OF_THE_CLOUD}%",))
            self.forget_secrets()

    def _one(self, condition: str, *parameters: str) -> Stored | None:
        found = self._all(condition, *parameters)
        return found[0] if found else None

    def _all(self, condition: str, *parameters: str, limit: int = -1) -> list[Stored]:
        rows = self.execute(
            "SELECT id, type, body, etag, changed_at, deleted_at, purge_at FROM resources "
            f"WHERE {condition} ORDER BY id_lc LIMIT ?",
            (*parameters, limit),
        )
        return [
            Stored(
                id=row["id"],
                type=row["type"],
                body=json.loads(row["body"]),
                etag=row["etag"],
                changed_at=row["changed_at"],
                deleted_at=row["deleted_at"],
                purge_at=row["purge_at"],
            )
            for row in rows
        ]


def new_etag() -> str:
    """Without the quotes that the wire puts around it."""
    return str(uuid.uuid4())


def _range(id: str) -> tuple[str, str]:
    """The ids beneath one, as a half-open range: "/" is followed by "0"."""
    return id.lower() + "/", id.lower() + "0"
