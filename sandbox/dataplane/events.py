"""One row for each request to a model: what metrics, logs and costs are made of."""

import asyncio
import sqlite3
from collections.abc import Iterable
from typing import Final, NamedTuple

from sandbox import no_room
from sandbox.store import Store

FLUSH_SECONDS: Final = 0.2
"""Rows are written together: a write for each would cost more than the answers."""

MOST_WAITING: Final = 100_000
"""Rows that wait for a disk to have room again; beyond them the oldest are forgotten."""


class Event(NamedTuple):
    """In the order of the table's columns."""

    at: str
    account_lc: str
    deployment: str
    model: str
    version: str
    operation: str
    status: int
    stream: bool
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    ttft_ms: float = 0.0
    ttlt_ms: float = 0.0
    rate_cost: float = 0.0
    utilisation: float = 0.0
    is_spillover: bool = False
    filtered: bool = False
    principal: str = ""
    correlation_id: str = ""
    details: str = "{}"


COLUMNS: Final = ", ".join(Event._fields)
INSERT: Final = f"INSERT INTO events ({COLUMNS}) VALUES ({', '.join('?' * len(Event._fields))})"


class Events:
    """Collects rows and writes them together."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: list[Event] = []

    def add(self, event: Event) -> None:
        self._waiting.append(event)
        if len(self._waiting) == 1:
            asyncio.get_running_loop().call_later(FLUSH_SECONDS, self.flush)

    def write(self, rows: Iterable[Event]) -> None:
        """Rows at once, within the caller's transaction: they stand or fall with its work."""
        for row in rows:
            self._store.execute(INSERT, row)

    def flush(self) -> None:
        """Write what has been collected."""
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        try:
            with self._store.transaction():
                for event in waiting:
                    self._store.execute(INSERT, event)
        except sqlite3.OperationalError as error:
            self._waiting = [*waiting, *self._waiting][-MOST_WAITING:]
            no_room.noted("the last requests to models", error)
