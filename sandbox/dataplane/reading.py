"""What was read from the store, for as long as nobody writes to it."""

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from sandbox.store import Store

T = TypeVar("T")


class Reading:
    """A cache that any write to the store empties; renew it once a request.

    SQLite counts the rows that a connection has changed, and the sandbox has only one: the count
    says whether anything was written without every writer having to tell.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._changes = -1
        self._known: dict[Hashable, Any] = {}

    def of(self, key: Hashable, read: Callable[[], T]) -> T:
        """What `read` returns, or returned since the last write. None is not kept."""
        found: T | None = self._known.get(key)
        if found is not None:
            return found
        fresh = read()
        if fresh is not None:
            self._known[key] = fresh
        return fresh

    def renew(self) -> None:
        """Forget all if the store has been written to."""
        (row,) = self._store.execute("SELECT total_changes()")
        if row[0] != self._changes:
            self._changes = row[0]
            self._known.clear()
