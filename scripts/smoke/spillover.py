"""Whether a full provisioned deployment hands over, and says so in the headers that it should."""

from collections.abc import Sequence
from typing import Final

from scripts.client.outcome import SPILLED_FROM, THROTTLED
from scripts.smoke.facts import Call
from scripts.smoke.finding import Finding, Level
from scripts.smoke.plan import Target

SERVED_BY: Final = "x-ms-deployment-name"
TARGET_FAILED: Final = "x-ms-spillover-error"
CALLS: Final = 8
"""At once; the pair comes with the first that finds it full."""
LONG_ANSWER: Final = 16_000
"""Tokens that each declares, which every model of today takes."""


def has_spilled(call: Call) -> bool:
    return any(name.startswith("x-ms-spillover-") for name in call.headers)


def finding(target: Target, calls: Sequence[Call]) -> Finding:
    def found(level: Level, text: str) -> Finding:
        return Finding(check="spillover", subject=target.subject, level=level, text=text)

    to = target.declared.spillover
    asked = [each for each in calls if each.kind == "spillover"]
    spilled = [each for each in asked if has_spilled(each)]
    if not asked:
        return found("unknown", "not asked: no time was left. Fix: a longer --deadline")
    for each in sorted(spilled, key=lambda call: call.outcome != "ok"):
        source, served = each.headers.get(SPILLED_FROM), each.headers.get(SERVED_BY)
        if each.outcome in THROTTLED:
            return found("unknown", f"{to} is full as well: {each.said} Fix: ask again later")
        if each.outcome != "ok":
            return found("no", f"{to} fails as well: {each.said} Fix: plumb smoke --only {to}")
        if (source, served) != (target.deployment, to):
            return found(
                "no",
                f"says {SPILLED_FROM}: {source} and {SERVED_BY}: {served}, declared is {to}. "
                "Fix: pulumi up --refresh",
            )
        return found("ok", f"{to} answers when it is full, and the headers say so")
    if any(each.status == 429 for each in asked):
        return found(
            "no", f"refuses when it is full, and {to} is not asked. Fix: pulumi up --refresh"
        )
    return found("unknown", f"was not full after {len(asked)} calls. Fix: ask under load")
