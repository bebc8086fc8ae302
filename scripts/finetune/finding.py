"""One thing that was looked at, and what was seen."""

from dataclasses import dataclass

from scripts.exit import Exit
from scripts.finetune.facts import Missing


@dataclass(frozen=True, kw_only=True)
class Finding:
    check: str
    code: Exit
    text: str
    warns: bool = False
    """Of a yes: worth a look."""


def good(check: str, text: str) -> Finding:
    return Finding(check=check, code=Exit.YES, text=text)


def warning(check: str, text: str) -> Finding:
    return Finding(check=check, code=Exit.YES, text=text, warns=True)


def bad(check: str, text: str) -> Finding:
    return Finding(check=check, code=Exit.NO, text=text)


def unclear(check: str, text: str) -> Finding:
    return Finding(check=check, code=Exit.CANNOT_TELL, text=text)


def missing(check: str, missing: Missing) -> Finding:
    return Finding(check=check, code=missing.exit, text=missing.reason)
