"""What came of the rules, for the comment on a pull request: the verdict first."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from policies.report import Report, Row, StackReport
from policies.reports.words import STATUSES, VERDICTS, judged_as, visible

LONGEST: Final = 60_000
"""GitHub takes comments up to 65,536 characters."""
MARK: Final = "<!-- plumb check -->"
"""By which a workflow finds its own comment again."""

_ACTIVE: Final = re.compile(r"([\\`*_{}\[\]<>|#~$!&])")


def as_markdown(report: Report) -> str:
    """Under 60,000 characters; what is left out is counted."""
    head = [MARK, f"## Gate: {VERDICTS[report.verdict]}", "", *_summary(report.stacks)]
    body = [block for stack in report.stacks for block in _stack(stack)]
    return fitted(head, body)


def fitted(head: Sequence[str], body: Sequence[str]) -> str:
    """As many whole blocks as there is room for."""
    left_out = "\n\n_{} more parts did not fit. Fix: `plumb check` shows them all._\n"
    text = "\n".join(head)
    for number, block in enumerate(body):
        if len(text) + len(block) > LONGEST - len(left_out) - 10:
            return text + left_out.format(len(body) - number)
        text += f"\n{block}"
    return text + "\n"


def _summary(stacks: Iterable[StackReport]) -> Iterator[str]:
    yield "| stack | verdict | rules that hold | mandatory | advisory | waived | could not tell |"
    yield "|---|---|---|---|---|---|---|"
    for stack in stacks:
        counts = stack.counts
        yield (
            f"| {plain(judged_as(stack))} | **{stack.verdict}** | {stack.total} | "
            f"{counts.mandatory} | {counts.advisory} | {counts.waived} | {counts.could_not_tell} |"
        )


def _stack(stack: StackReport) -> Iterator[str]:
    name = plain(stack.stack)
    yield f"\n### {name}\n"
    for silent in stack.could_not_tell:
        yield f"- **could not tell**: {plain(silent.rule)}: {plain(silent.why)}"
    yield from bullets(stack.of("mandatory"))
    yield from folded(f"{len(stack.of('advisory'))} advisory findings", stack.of("advisory"))
    yield from folded(f"{len(stack.waived)} waived findings", stack.waived)
    for notice in stack.notices:
        yield f"- notice: {plain(notice)}"
    yield from _checklist(stack)


def bullets(rows: Iterable[Row]) -> Iterator[str]:
    """One finding each: where, what, and what to do."""
    for row in rows:
        what, _, fix = row.message.partition(" Fix: ")
        place = f" ({plain(str(row.location))})" if row.location else ""
        until = (
            f" Waived until {row.waiver.expires}." if row.status == "waived" and row.waiver else ""
        )
        yield (
            f"- **{row.severity}** `{row.rule}`{place}: {plain(what)}{plain(until)}"
            f"\n  Fix: {plain(fix)}"
        )


def folded(title: str, rows: Sequence[Row]) -> Iterator[str]:
    """Behind a title, each with the fold of its own, so that the text may be cut anywhere."""
    for start in range(0, len(rows), 20):
        part = rows[start : start + 20]
        more = f" ({start + 1} to {start + len(part)})" if len(rows) > 20 else ""
        inside = "\n".join(bullets(part))
        yield f"\n<details><summary>{title}{more}</summary>\n\n{inside}\n\n</details>\n"


def _checklist(stack: StackReport) -> Iterator[str]:
    lines = [
        f"- {category}: " + ", ".join(f"{item} **{STATUSES[items[item]]}**" for item in items)
        for category, items in stack.checklist.items()
    ]
    if lines:
        inside = "\n".join(lines)
        yield f"\n<details><summary>Checklist</summary>\n\n{inside}\n\n</details>\n"


def plain(text: str) -> str:
    """Text that renders as itself: names in a stack file are not ours, and call nobody."""
    escaped = _ACTIVE.sub(r"\\\1", " ".join(visible(text).split()))
    return escaped.replace("@", "@\u200b").replace("://", ":\u200b//")
