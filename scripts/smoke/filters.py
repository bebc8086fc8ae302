"""Whether the content filter that was declared is the one that works."""

from collections.abc import Iterator, Sequence

from scripts.smoke.facts import Call
from scripts.smoke.finding import Finding, Level
from scripts.smoke.plan import Target
from scripts.smoke.probe import Probe
from scripts.smoke.trouble import not_asked, stopped_by, trouble


def finding(target: Target, calls: Sequence[Call], there: Sequence[str] | None) -> Finding:
    """Of all probes: the gravest. That harmless questions pass, the answers show."""
    asked = {each.label: each for each in calls if each.kind == "filter"}
    order: tuple[Level, ...] = ("no", "unreached", "unknown")
    missing = not_asked(calls, target, there)
    found = [
        _of_probe(target, probe, call, there) if (call := asked.get(probe.name)) else missing
        for probe in target.probes
    ]
    wrong = sorted((each for each in found if each), key=lambda each: order.index(each[0]))
    if wrong:
        return Finding(check="filter", subject=target.subject, level=wrong[0][0], text=wrong[0][1])
    if not target.probes:
        text = f"{target.declared.content_filter!r} is declared to stop nothing: nothing to probe"
        return Finding(check="filter", subject=target.subject, level="warn", text=text)
    names = ", ".join(each.name for each in target.probes)
    return Finding(check="filter", subject=target.subject, level="ok", text=f"stops {names}")


def _of_probe(
    target: Target, probe: Probe, call: Call, there: Sequence[str] | None
) -> tuple[Level, str] | None:
    if call.outcome == "filtered":
        by = stopped_by(call)
        if by and probe.category not in by:
            return "no", (
                f"{probe.name} was stopped, but by {', '.join(by)}. "
                f"Fix: check that {target.declared.content_filter!r} is bound to the deployment"
            )
        return None
    if found := trouble(call, target, there):
        return found
    return next(_let_through(target, probe, call))


def _let_through(target: Target, probe: Probe, call: Call) -> Iterator[tuple[Level, str]]:
    bound = f"Fix: check that {target.declared.content_filter!r} is bound to the deployment"
    heard = (call.filters or {}).get(probe.category)
    if heard is None:
        yield "no", f"{probe.name} was answered, and no filter looked for {probe.category}. {bound}"
    elif heard.get("detected") or heard.get("severity", "safe") != "safe" or heard.get("details"):
        yield "no", f"{probe.name} was found and let through. {bound}"
    elif probe.category == "custom_blocklists":
        yield "no", f"{probe.name}: its first term was let through. {bound}"
    else:
        yield (
            "unknown",
            f"{probe.name}: the filter finds no harm in this text, so it proves nothing. "
            "Fix: texts that it knows, in prompts/filter-probes.yaml (docs/smoke.md)",
        )
