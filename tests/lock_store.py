"""A store of locks that can be interrupted and loses answers, and a clock that is held."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from scripts.guarded_store import Entry, NotReached, Told

START = datetime(2026, 11, 21, 20, tzinfo=UTC)


@dataclass
class HeldClock:
    """Of the machines. The store's own goes on with it, from another moment."""

    seconds: float = 0.0

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


@dataclass
class FakeStore:
    """Its writes are guarded as App Configuration guards them."""

    clock: HeldClock
    entries: dict[str, Entry] = field(default_factory=dict)
    before: Callable[[], None] = lambda: None
    """What happens between the sending of a request and its arrival."""
    loses: Callable[[], str] = lambda: ""
    """What gets lost: the request, the answer, or nothing."""
    writes: int = 0

    def read(self, key):
        return self._ask(lambda: self.entries.get(key))

    def add(self, key, value):
        return self._ask(lambda: None if key in self.entries else self._put(key, value))

    def replace(self, key, value, etag):
        return self._ask(lambda: self._put(key, value) if self._has(key, etag) else None)

    def remove(self, key, etag):
        return self._ask(lambda: self.entries.pop(key) if self._has(key, etag) else None)

    def _has(self, key, etag):
        return key in self.entries and self.entries[key].etag == etag

    def _put(self, key, value):
        self.writes += 1
        self.entries[key] = Entry(value=value, etag=f"e{self.writes}")
        return self.entries[key]

    def _ask(self, act):
        self.before()
        lost = self.loses()
        if lost == "request":
            raise NotReached("lost on the way there")
        entry = act()
        if lost == "answer":
            raise NotReached("lost on the way back")
        moment = START + timedelta(seconds=self.clock.seconds)
        return Told(entry=entry, at=moment.replace(microsecond=0))
