"""Whether answers are in the style of their purpose."""

from collections.abc import Sequence

from scripts import style
from scripts.smoke.facts import Call
from scripts.smoke.finding import Finding, Level
from scripts.smoke.plan import Target
from scripts.smoke.trouble import not_asked, trouble


def finding(target: Target, calls: Sequence[Call], there: Sequence[str] | None) -> Finding | None:
    """Of all the style's questions; None where the purpose has none."""
    if target.style is None or not target.style.questions:
        return None

    def found(level: Level, text: str) -> Finding:
        return Finding(check="style", subject=target.subject, level=level, text=text)

    asked = {each.label: each for each in calls if each.kind == "style"}
    wrong: list[Finding] = []
    for number, question in enumerate(target.style.questions):
        call = asked.get(str(number + 1))
        if call is None:
            wrong.append(found(*not_asked(calls, target, there)))
            continue
        refused = question.wanted == "refusal" and call.outcome == "filtered"
        if (problem := trouble(call, target, there)) and not refused:
            wrong.append(found(*problem))
        elif not refused:
            said = style.complaints(target.style, call.text, question.wanted, question.required)
            wrong += [found("no", f"{question.ask!r}: {each}") for each in said]
    if wrong:
        worst = min(wrong, key=lambda each: ("no", "unreached", "unknown").index(each.level))
        more = len({each.text for each in wrong if each.level == worst.level}) - 1
        return found(worst.level, worst.text + (f" (and {more} more)" if more else ""))
    return found("ok", f"{len(target.style.questions)} answers in style")
