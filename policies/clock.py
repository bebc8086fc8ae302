"""What time it is to those who judge how old evidence is."""

import math
import os
from datetime import UTC, datetime, timedelta
from typing import Final

AHEAD: Final = "PLUMB_CLOCK_AHEAD_S"
"""Seconds that a sandbox's clock is ahead of this machine's, as `plumb sandbox env` says."""


def now() -> datetime:
    """The machine's time, or a later one. An earlier one would make old evidence new."""
    told = os.environ.get(AHEAD, "")
    try:
        ahead_s = max(float(told or 0), 0.0)
        return datetime.now(UTC) + timedelta(seconds=ahead_s if math.isfinite(ahead_s) else 0.0)
    except (ValueError, OverflowError):
        return datetime.now(UTC)
