"""Whether what callers tell of their calls reaches Application Insights."""

from collections.abc import Iterator, Sequence
from typing import Final, Literal

from scripts.smoke.facts import Rows, Sent
from scripts.smoke.finding import STACK, Finding, Level

What = Literal["span", "evaluation"]
NAMES: Final[dict[What, str]] = {
    "span": "a span of a call (AppDependencies)",
    "evaluation": "a FeatureEvaluation of a flag (AppEvents)",
}
READ: Final = "Fix: the role Log Analytics Reader on the workspace"


def findings(
    sent: Sequence[Sent], rows: Sequence[Rows], wanted: Sequence[What]
) -> Iterator[Finding]:
    """wanted: a flag is evaluated only where there is a route."""
    for what in wanted:
        took = next((each for each in sent if each.what == what), None)
        came = next((each for each in rows if each.what == what), None)
        level, text = _of(what, took, came)
        yield Finding(check=what, subject=STACK, level=level, text=text)


def _of(what: What, took: Sent | None, came: Rows | None) -> tuple[Level, str]:
    name = NAMES[what]
    if took is None:
        return "unknown", f"{name} was not sent: no time was left. Fix: a longer --deadline"
    if took.nothing:
        return "unknown", f"{name} was not made: nobody called. Fix: what the routes say"
    if took.error:
        fix = f"Fix: the role {took.role}" if took.role else "Fix: network, or sandbox"
        return "unreached", f"not taken: {took.error.rstrip('.')}. {fix}"
    if came is None:
        return "unknown", f"{name} was not looked for. Fix: a longer --deadline"
    if came.error:
        fix = READ if came.forbidden else "Fix: ask again later"
        level: Level = "unreached" if came.forbidden else "unknown"
        return level, f"the logs do not tell: {came.error.rstrip('.')}. {fix}"
    if not came.count:
        return "unknown", (
            f"{name} was taken, and is not in the logs after {came.waited_s:.0f} s. "
            "Fix: a longer --trace-within; rows come minutes late"
        )
    if came.item_count > 1:
        return "no", f"{name} stands for {came.item_count}: a sampler drops rows. Fix: keep all"
    return "ok", f"{name} is in the logs after {came.waited_s:.0f} s"
