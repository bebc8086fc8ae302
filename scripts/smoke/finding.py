"""What one check of one subject came to."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from scripts.exit import Exit

Level = Literal["ok", "warn", "no", "unknown", "unreached"]

CODES: Final[dict[Level, Exit]] = {
    "ok": Exit.YES,
    "warn": Exit.YES,
    "no": Exit.NO,
    "unknown": Exit.CANNOT_TELL,
    "unreached": Exit.NOT_REACHED,
}
STACK: Final = "stack"
"""The subject of what is about none of its parts."""

GRAVITY: Final = (Exit.NO, Exit.NOT_REACHED, Exit.CANNOT_TELL)
"""The gravest first."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    check: str
    """What was looked at: chat, filter, key."""
    subject: str
    """`account`, `account/deployment`, `route NAME`, or `stack`."""
    level: Level
    text: str
    """What there is, or what is wrong and what to do."""

    @property
    def code(self) -> Exit:
        return CODES[self.level]


def verdict(findings: Iterable[Finding], *, partial: bool = False) -> Exit:
    """The gravest of all. Nothing found is no yes, and neither is what was cut off."""
    codes = {each.code for each in findings}
    if partial or not codes:
        codes.add(Exit.CANNOT_TELL)
    return next((code for code in GRAVITY if code in codes), Exit.YES)
