"""What reports for people call things."""

import re
from typing import Final

from policies.checklist import Status
from policies.report import StackReport
from policies.verdict import Verdict

VERDICTS: Final[dict[Verdict, str]] = {
    "ready": "ready",
    "refused": "refused",
    "cannot tell": "cannot tell whether it is ready",
}
STATUSES: Final[dict[Status, str]] = {
    "failed": "failed",
    "couldNotTell": "could not tell",
    "waived": "waived",
    "passed": "passed",
    "notApplicable": "not applicable",
}

_UNSEEN: Final = re.compile(
    "[\\x00-\\x09\\x0b-\\x1f\\x7f-\\x9f\\u2028\\u2029\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069]"
)
"""What steers a terminal or turns text around instead of standing in it."""


def visible(text: str) -> str:
    """Text that a terminal shows as it is, whatever a program calls its things."""
    return _UNSEEN.sub("\ufffd", text)


def judged_as(stack: StackReport) -> str:
    """The stack, and the profile if that is another."""
    return (
        stack.stack if stack.stack == stack.profile else f"{stack.stack}, judged as {stack.profile}"
    )


def headline(stack: StackReport) -> str:
    """A stack's verdict and its figures, in a line."""
    counts = stack.counts
    findings = [
        f"{count} {what}"
        for count, what in (
            (counts.mandatory, "mandatory"),
            (counts.advisory, "advisory"),
            (counts.waived, "waived"),
        )
        if count or what != "waived"
    ]
    rules = [f"{stack.total} hold"]
    if counts.not_applicable:
        rules.append(f"{counts.not_applicable} not applicable")
    if counts.could_not_tell:
        rules.append(f"{counts.could_not_tell} could not tell")
    return (
        f"{judged_as(stack)}: {VERDICTS[stack.verdict]}; findings: {', '.join(findings)}; "
        f"rules: {', '.join(rules)}"
    )
