"""Whether a run shows that the objectives hold."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from scripts.exit import Exit, gravest
from scripts.load.summary import Summary
from scripts.measure.shares import exact, fewest_calls

SLOW_SHARE: Final = 0.05
"""p95 within the objective means: no more than this share of the calls is slower."""

LATEST_MS: Final = 5.0
LATEST_SHARE: Final = 0.02
"""A generator that sends later than the larger of the two, 5 ms or this share of the objective,
measures itself."""


@dataclass(frozen=True, kw_only=True)
class Objectives:
    latency_ms: float
    """p95."""
    error_share: float
    throttled_share: float


@dataclass(frozen=True, kw_only=True)
class Reason:
    code: Exit
    text: str


def judge(
    summary: Summary, wanted: Objectives, *, partial: bool, cut_off: str = ""
) -> tuple[Exit, list[Reason]]:
    """The verdict, and all that speaks for or against it. No data is never a yes.

    cut_off: why a partial run ended early, where somebody knows.
    """
    reasons = list(_reasons(summary, wanted, partial, cut_off))
    return gravest(reason.code for reason in reasons), reasons


def _reasons(summary: Summary, wanted: Objectives, partial: bool, cut_off: str) -> Iterator[Reason]:
    if partial:
        why = f": {cut_off}" if cut_off else ""
        yield Reason(code=Exit.CANNOT_TELL, text=f"the run was cut off{why}. Fix: run it again")
    elif summary.unfinished:
        yield Reason(
            code=Exit.CANNOT_TELL,
            text=f"what became of {summary.unfinished} calls is not known. Fix: run it again",
        )
    if summary.ended and summary.refused_unseen == summary.ended:
        # That says nothing of how fast the model is, so nothing else is judged.
        yield Reason(
            code=Exit.NOT_REACHED,
            text=f"not one of {summary.ended} calls was let through to the model. Fix: plumb smoke "
            "tells whether it is the network, the sign-in or a role",
        )
        return
    if summary.dropped:
        yield Reason(
            code=Exit.NO,
            text=f"{summary.dropped} calls were not sent: too many were under way. "
            "Fix: more capacity, or a higher in_flight if callers really are so many",
        )
    latest_ms = max(LATEST_MS, LATEST_SHARE * wanted.latency_ms)
    if summary.late_ms_p99 > latest_ms:
        yield Reason(
            code=Exit.CANNOT_TELL,
            text=f"this machine sent {summary.late_ms_p99:.0f} ms late (p99, at most "
            f"{latest_ms:.0f}). Fix: a lower rate, or --workers",
        )
    enough = fewest_calls(SLOW_SHARE)
    if summary.ended < enough:
        yield Reason(
            code=Exit.CANNOT_TELL,
            text=f"{summary.ended} calls ended after the warm-up, {enough} are needed. "
            "Fix: a longer run",
        )
        return
    # A call that failed was no fast one either.
    late_or_bad = summary.slow + summary.errors
    answered = summary.good + summary.errors
    yield from _share("errors", summary.errors, summary.ended, wanted.error_share)
    yield from _share("throttled", summary.throttled, summary.ended, wanted.throttled_share)
    if answered:
        yield from _share(
            f"slower than {wanted.latency_ms:g} ms", late_or_bad, answered, SLOW_SHARE
        )
    else:
        yield Reason(code=Exit.CANNOT_TELL, text="no call was answered")


def _share(what: str, bad: int, calls: int, limit: float) -> Iterator[Reason]:
    bounds = exact(bad, calls)
    counted = f"{what}: {bad} of {calls} ({bad / calls:.1%})"
    if bounds.lower > limit:
        yield Reason(code=Exit.NO, text=f"{counted} is surely over {limit:.0%}")
    elif bounds.upper > limit:
        yield Reason(
            code=Exit.CANNOT_TELL,
            text=f"{counted} may be up to {bounds.upper:.1%}, allowed are {limit:.0%}. "
            "Fix: a longer run",
        )
    else:
        yield Reason(code=Exit.YES, text=f"{counted}, at most {bounds.upper:.1%}")
