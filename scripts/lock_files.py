"""Locks in a folder, for a stack that has no configuration store yet."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from filelock import FileLock, Timeout

from scripts.guarded_store import Entry, NotReached, Told


def now() -> datetime:
    return datetime.now(UTC)


class LockFiles:
    """A file an entry; what it says is its etag. For those who share a disk."""

    def __init__(self, folder: Path, clock: Callable[[], datetime] = now) -> None:
        self._folder = folder
        self._clock = clock

    def read(self, key: str) -> Told:
        return self._told(self._entry(key))

    def add(self, key: str, value: str) -> Told:
        with self._alone():
            return self._told(None if self._entry(key) else self._put(key, value))

    def replace(self, key: str, value: str, etag: str) -> Told:
        with self._alone():
            return self._told(self._put(key, value) if self._has(key, etag) else None)

    def remove(self, key: str, etag: str) -> Told:
        with self._alone():
            entry = self._entry(key)
            if not self._has(key, etag):
                return self._told(None)
            self._file(key).unlink()
            return self._told(entry)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with FileLock(self._folder / "guard", timeout=10):
                yield
        except (OSError, Timeout) as error:
            raise NotReached(f"{self._folder} cannot be written: {error}") from None

    def _file(self, key: str) -> Path:
        return self._folder / f"{key.rpartition('/')[2]}.json"

    def _entry(self, key: str) -> Entry | None:
        try:
            value = self._file(key).read_text("utf-8")
        except FileNotFoundError:
            return None
        return Entry(value=value, etag=sha256(value.encode()).hexdigest())

    def _has(self, key: str, etag: str) -> bool:
        entry = self._entry(key)
        return entry is not None and entry.etag == etag

    def _put(self, key: str, value: str) -> Entry | None:
        file = self._file(key)
        half = file.with_suffix(".half")
        half.write_text(value, "utf-8")
        half.replace(file)
        return self._entry(key)

    def _told(self, entry: Entry | None) -> Told:
        return Told(entry=entry, at=self._clock().replace(microsecond=0))
