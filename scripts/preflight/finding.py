"""What preflight has to say about one thing."""

from dataclasses import dataclass
from typing import Literal

from components.stack_file import Place
from scripts.exit import Exit
from scripts.subscription.facts import Unknown

Level = Literal["fail", "warn", "unknown"]

Check = Literal[
    "rights",
    "names",
    "model",
    "lifecycle",
    "sku",
    "quota",
    "room",
    "spillover",
    "dns",
    "calculator",
]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A complaint with what was found, what is wanted, and what to do."""

    check: Check
    level: Level
    place: Place
    """Of the setting that leads to it."""
    found: str
    wanted: str
    fix: str
    code: Exit
    """What a command answers because of it alone."""


def fails(check: Check, place: Place, *, found: str, wanted: str, fix: str) -> Finding:
    """Azure refuses this."""
    return Finding(
        check=check, level="fail", place=place, found=found, wanted=wanted, fix=fix, code=Exit.NO
    )


def warns(check: Check, place: Place, *, found: str, wanted: str, fix: str) -> Finding:
    """Azure takes this today."""
    return Finding(
        check=check, level="warn", place=place, found=found, wanted=wanted, fix=fix, code=Exit.YES
    )


def cannot_tell(check: Check, place: Place, unknown: Unknown, wanted: str) -> Finding:
    """Nobody knows, because a question was not answered."""
    return Finding(
        check=check,
        level="unknown",
        place=place,
        found=unknown.reason,
        wanted=wanted,
        fix=unknown.fix,
        code=unknown.code,
    )
