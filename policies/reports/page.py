"""What came of the rules as a page for the person who signs: it needs nothing else, and prints."""

from dataclasses import dataclass
from functools import cache
from math import pi
from pathlib import Path
from typing import Final

import jinja2

from policies.checklist import Status
from policies.report import Report, Row, StackReport
from policies.reports.words import STATUSES, VERDICTS, judged_as
from policies.rule import CATEGORIES, Category

RADIUS: Final = 42
ON_THE_PAGE: Final = 5
"""Findings beside everything else on one sheet of A4; the others follow on sheets of their own."""
ROLES: Final = ("Product", "Security", "Responsible AI", "Operations")
MARKS: Final[dict[Status, str]] = {
    "passed": "✓",
    "failed": "✕",
    "couldNotTell": "?",
    "waived": "w",
    "notApplicable": "-",
}


@dataclass(frozen=True)
class Bar:
    """One category: what share of its rules holds, in hundredths."""

    category: Category
    held: int
    asked: int
    items: dict[str, Status]

    @property
    def share(self) -> int:
        return 100 * self.held // self.asked if self.asked else 0


@dataclass(frozen=True)
class Sheet:
    """One stack, in the order in which it is read."""

    report: StackReport
    bars: tuple[Bar, ...]
    findings: tuple[Row, ...]
    """Those that count, the gravest first."""

    @property
    def title(self) -> str:
        return judged_as(self.report)

    @property
    def share(self) -> int:
        total = self.report.total
        return 100 * total.held // total.asked if total.asked else 0

    @property
    def ring(self) -> str:
        """The dashes of a ring that is closed as far as rules hold."""
        around = 2 * pi * RADIUS
        return f"{around * self.share / 100:.1f} {around:.1f}"


def as_page(report: Report) -> str:
    """A page of HTML, without script and without anything from elsewhere."""
    return _template().render(
        report=report,
        sheets=[_sheet(stack) for stack in report.stacks],
        verdicts=VERDICTS,
        statuses=STATUSES,
        marks=MARKS,
        roles=ROLES,
        radius=RADIUS,
        on_the_page=ON_THE_PAGE,
    )


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    return environment.from_string(Path(__file__).with_name("page.html").read_text("utf-8"))


def _sheet(stack: StackReport) -> Sheet:
    bars = []
    for category in CATEGORIES:
        score, items = stack.score.get(category), stack.checklist.get(category, {})
        if score or items:
            bars.append(
                Bar(category, score.held if score else 0, score.asked if score else 0, items)
            )
    gravity = ("Critical", "High", "Medium", "Low")
    findings = sorted(
        stack.of("mandatory", "advisory"),
        key=lambda row: (row.level != "mandatory", gravity.index(row.severity)),
    )
    return Sheet(stack, tuple(bars), tuple(findings))
