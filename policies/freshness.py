"""How long a date counts."""

from datetime import datetime

from policies.proof import days_ago


def outdated(text: str | None, most: float, now: datetime) -> str | None:
    """Why a date does not count, or no longer; None while it does."""
    ago = days_ago(text, now)
    if isinstance(ago, str):
        return ago
    # One digit, unless that would call what is too old as old as it may be.
    old = f"{ago:.1f}" if round(ago, 1) > most else f"{ago:.4f}"
    return f"is {old} days old (limit {most:g})" if ago > most else None
