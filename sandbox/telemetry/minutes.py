"""The minutes in which something happened: read on from where the last look ended."""

from datetime import datetime
from typing import Final

from sandbox.clock import moment, stamp
from sandbox.store import Store

TIMES: Final = {"events": ("at",), "telemetry": ("at", "received")}
"""What may fall into a minute, by table."""


class BusyMinutes:
    """Each row is looked at once: rules ask for the minutes of a day at every turn."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._read = dict.fromkeys(TIMES, 0)
        self._minutes: set[str] = set()

    def since(self, start: datetime) -> list[datetime]:
        """Those that are not before the minute of a moment."""
        self._read_on()
        first = stamp(start)[:16]
        return [moment(f"{each}:00+00:00") for each in sorted(self._minutes) if each >= first]

    def forget(self) -> None:
        """The rows are gone, or others."""
        self._read = dict.fromkeys(TIMES, 0)
        self._minutes.clear()

    def _read_on(self) -> None:
        for table, columns in TIMES.items():
            (last,) = self._store.execute(f"SELECT coalesce(max(number), 0) FROM {table}")[0]
            for column in columns:
                rows = self._store.execute(
                    f"SELECT DISTINCT substr({column}, 1, 16) AS minute FROM {table} "
                    "WHERE number > ? AND number <= ?",
                    (self._read[table], last),
                )
                self._minutes.update(row["minute"] for row in rows)
            self._read[table] = last
