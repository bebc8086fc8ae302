"""How fast the timed calls were answered, against the stack's objective."""

from collections.abc import Sequence
from statistics import median

from scripts.smoke.facts import Call
from scripts.smoke.finding import Finding, Level
from scripts.smoke.plan import TIMED, Limits


def finding(subject: str, calls: Sequence[Call], limits: Limits) -> Finding:
    """Of the timed calls. One that failed has no latency, and is not replaced by a better one."""

    def found(level: Level, text: str) -> Finding:
        return Finding(check="latency", subject=subject, level=level, text=text)

    took = [
        each.latency_ms for each in calls if each.outcome == "ok" and each.latency_ms is not None
    ]
    if took and max(took) >= limits.most_ms:
        return found(
            "no",
            f"the slowest of {len(took)} took {max(took):,.0f} ms, "
            f"allowed are {limits.most_ms:,.0f}. Fix: plumb load tells whether that is usual",
        )
    if len(took) < TIMED:
        return found("unknown", f"{len(took)} of {TIMED} timed calls were answered. Fix: ask again")
    middle = median(took)
    said = f"{middle:,.0f} ms in the middle, {max(took):,.0f} at most"
    if middle >= limits.typical_ms:
        return found("warn", f"{said}; usual should be less than {limits.typical_ms:,.0f}")
    return found("ok", said)
