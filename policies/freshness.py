"""Which entry is the newest, and how long a date counts."""

from datetime import datetime
from math import ceil

from policies.proof import days_ago, entries
from policies.values import Fields
from policies.world import Resource


def in_order(evidence: Resource, kind: str) -> list[Fields]:
    """The entries of a kind as they were recorded, oldest first."""
    return sorted(entries(evidence, kind), key=lambda entry: entry.number("seq") or 0)


def outdated(text: str | None, most: float, now: datetime) -> str | None:
    """Why a date does not count, or no longer; None while it does."""
    ago = days_ago(text, now)
    if isinstance(ago, str):
        return ago
    # Rounded up: what is too old by a second is not as old as it may be.
    return f"is {ceil(10 * ago) / 10:.1f} days old (limit {most:g})" if ago > most else None
