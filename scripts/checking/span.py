"""Spans of time as people write them: 300ms, 90s, 15m, 24h, 2d, 1h30m."""

import re
from decimal import Decimal

UNITS = {"ms": Decimal("0.001"), "s": Decimal(1), "m": Decimal(60), "h": Decimal(3600)}
UNITS["d"] = 24 * UNITS["h"]
PART = re.compile(r"(\d{1,9}(?:\.\d{1,6})?)(ms|s|m|h|d)", re.ASCII)
WHOLE = re.compile(f"(?:{PART.pattern})+", re.ASCII)


class NoSpan(ValueError):
    """What is written is no span; the text says how one is."""


def seconds(text: str) -> float:
    """A span in seconds.

    Raises:
        NoSpan: a number without its unit, another unit, nothing at all.
    """
    if not WHOLE.fullmatch(text.strip()):
        raise NoSpan(f"{text!r} is no span of time. Fix: 300ms, 90s, 15m, 24h, 2d or 1h30m")
    parts = PART.findall(text)
    return float(sum(Decimal(number) * UNITS[unit] for number, unit in parts))


def written(seconds: float) -> str:
    """Seconds as a span, the long units first; a part below a millisecond is dropped."""
    left = round(seconds * 1000)
    parts = []
    for unit in ("d", "h", "m", "s", "ms"):
        number, left = divmod(left, int(UNITS[unit] * 1000))
        if number:
            parts.append(f"{number}{unit}")
    return "".join(parts) or "0s"
