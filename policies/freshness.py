"""Which entry is the newest, and how long a date counts."""

from datetime import datetime

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
    # One digit, unless that would call what is too old as old as it may be.
    old = f"{ago:.1f}" if round(ago, 1) > most else f"{ago:.4f}"
    return f"is {old} days old (limit {most:g})" if ago > most else None
