"""What a call that came to nothing means for the check that needed it."""

import difflib
from collections.abc import Sequence
from typing import Final

from scripts.client.outcome import THROTTLED
from scripts.smoke.facts import Call
from scripts.smoke.finding import Level
from scripts.smoke.plan import Target

NETWORK: Final = ("public access is disabled", "virtual network/firewall")
"""How Azure says that it was asked from the wrong side."""


def trouble(
    call: Call, target: Target, there: Sequence[str] | None = None
) -> tuple[Level, str] | None:
    """How grave it is, and what to do; None for an answer. there: the account's deployments."""
    if call.outcome == "ok":
        return None
    if call.outcome in THROTTLED:
        waited = f" Waited {call.waited_s:g} s." if call.waited_s else ""
        return "unknown", f"throttled: {call.said}{waited} Fix: ask again later"
    match call.outcome:
        case "server":
            return "unreached", f"Azure fails ({call.status}): {call.said} Fix: ask again later"
        case "timeout":
            return "unreached", f"no answer in time: {call.said} Fix: ask again; --deadline"
        case "connection":
            return "unreached", f"not reached: {call.said} Fix: network, DNS, or sandbox"
        case "cut":
            return "no", (
                f"the answer was cut off after {len(call.text)} characters: no finish_reason or no "
                "usage. Fix: ask again; see Azure's status page"
            )
        case "filtered":
            by = ", ".join(stopped_by(call)) or "the content filter"
            return "no", (
                f"a harmless question was stopped by {by}. "
                f"Fix: look at {target.declared.content_filter!r}"
            )
    return _refused(call, target, there)


def not_asked(
    calls: Sequence[Call], target: Target, there: Sequence[str] | None
) -> tuple[Level, str]:
    """Why a call is missing: the first one had found nobody, or the time was up."""
    for call in calls:
        if call.kind == "warm-up" and (found := trouble(call, target, there)):
            return found
    return "unknown", "not asked: no time was left. Fix: a longer --deadline"


def stopped_by(call: Call) -> list[str]:
    """The categories in which the content filter stopped a call."""
    return [name for name, each in (call.filters or {}).items() if each.get("filtered")]


def _refused(call: Call, target: Target, there: Sequence[str] | None) -> tuple[Level, str]:
    said = f"refused ({call.status}): {call.said}"
    if call.status == 404:
        return "no", f"{said} {nearest(target.deployment, there)}"
    if call.status == 410:
        return "no", f"{said} Fix: deploy another version, and lead the routes to it"
    if call.status == 401 and call.code == "PermissionDenied":
        return "unreached", f"{said} Fix: the role Cognitive Services OpenAI User for who you are"
    if call.status == 401:
        return "unreached", f"{said} Fix: sign in anew; the token may have expired"
    if from_the_wrong_side(call):
        return "unreached", f"{said} Fix: ask from inside its network, or --outside to prove this"
    if call.status == 403:
        return "unreached", f"{said} Fix: ask whoever owns the account"
    return "no", f"{said} Fix: see what Azure says of it"


def from_the_wrong_side(call: Call) -> bool:
    """Whether Azure refused a call for where it came from."""
    return call.status == 403 and any(words in call.said.lower() for words in NETWORK)


def nearest(wanted: str, there: Sequence[str] | None) -> str:
    """What an account has instead of a deployment, the likeliest first."""
    if there is None:
        return "Fix: pulumi up --refresh"
    if not there:
        return "The account has no deployment at all. Fix: pulumi up --refresh"
    close = difflib.get_close_matches(wanted, there, n=1, cutoff=0.5)
    meant = f" Did you mean {close[0]}?" if close else ""
    return f"The account has {', '.join(sorted(there))}.{meant} Fix: pulumi up --refresh"
