"""What came of the rules: the content of every report. Equal input, equal bytes."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from components.profiles import Profile
from policies.checklist import Status, filled_in
from policies.rule import CATEGORIES, Category, Level, Severity
from policies.verdict import Result, StackVerdict, Verdict, overall
from policies.waivers import Excused, Waiver
from policies.world import Finding

SCHEMA: Final = "plumb.check/1"

Standing = Literal["open", "waived", "expired"]


@dataclass(frozen=True)
class Location:
    """A place in a file of the project; line and column count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


Locate = Callable[[str, Finding], Location | None]
"""Stack and finding -> the line that a person has to change."""


class Part(BaseModel):
    """A part of the report. What a later version adds is read over."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, populate_by_name=True)


class Subject(Part):
    """What a finding is about; all empty for the stack as a whole."""

    type: str
    name: str
    urn: str


class Row(Part):
    """One finding."""

    rule: str
    category: Category
    level: Level
    severity: Severity
    status: Standing
    """expired: it counts again, since its waiver is over."""
    resource: Subject
    path: str
    """The input at fault, by its name on the wire."""
    message: str
    fix: str
    location: Location | None
    controls: tuple[str, ...]
    waiver: Waiver | None
    fingerprint: str
    """The same before and after a change of line, number or wording."""

    @property
    def where(self) -> str:
        return self.resource.name or "the stack"


class Unanswered(Part):
    """A rule that could not tell."""

    rule: str
    level: Level
    why: str


class Counts(Part):
    """Of findings: those that count by level, and the waived. Of rules: the others."""

    mandatory: int
    advisory: int
    waived: int
    passed: int
    not_applicable: int
    could_not_tell: int


class Score(Part):
    """How many rules hold, of those that had something to judge."""

    held: int
    asked: int

    def __str__(self) -> str:
        return f"{self.held} of {self.asked}"


class StackReport(Part):
    """One stack."""

    stack: str
    profile: Profile
    verdict: Verdict
    counts: Counts
    score: dict[Category, Score]
    checklist: dict[Category, dict[str, Status]]
    findings: tuple[Row, ...]
    passed: tuple[str, ...]
    not_applicable: tuple[str, ...]
    could_not_tell: tuple[Unanswered, ...]
    notices: tuple[str, ...] = ()
    """What to do about waivers and the policy configuration."""

    @property
    def total(self) -> Score:
        scores = self.score.values()
        return Score(held=sum(s.held for s in scores), asked=sum(s.asked for s in scores))

    def of(self, *levels: Level) -> list[Row]:
        """The findings of some levels that count."""
        return [row for row in self.findings if row.level in levels and row.status != "waived"]

    @property
    def waived(self) -> list[Row]:
        return [row for row in self.findings if row.status == "waived"]


class Report(Part):
    """All stacks that were judged."""

    form: Annotated[Literal["plumb.check/1"], Field(alias="schema")] = SCHEMA
    verdict: Verdict
    stacks: tuple[StackReport, ...]

    def text(self) -> str:
        return self.model_dump_json(by_alias=True, indent=2) + "\n"


def narrowed(
    verdicts: Sequence[StackVerdict], rules: Sequence[str], levels: Sequence[Level]
) -> list[StackVerdict]:
    """Only some rules and levels; empty: all. For the eye: the verdict rests on everything."""
    return [
        replace(
            each,
            shown=tuple(
                result
                for result in each.results
                if (not rules or result.rule.id in rules) and (not levels or result.level in levels)
            ),
        )
        for each in verdicts
    ]


def report_of(verdicts: Sequence[StackVerdict], locate: Locate) -> Report:
    """The whole report."""
    return Report(
        verdict=overall(verdicts), stacks=tuple(_stack(each, locate) for each in verdicts)
    )


def _stack(verdict: StackVerdict, locate: Locate) -> StackReport:
    rows = sorted(
        (
            _row(verdict.stack, result, *each, locate)
            for result in verdict.shown
            for each in _standing(result)
        ),
        key=_order,
    )
    counted = [row.level for row in rows if row.status != "waived"]
    statuses = [result.status for result in verdict.shown]
    return StackReport(
        stack=verdict.stack,
        profile=verdict.profile,
        verdict=verdict.verdict,
        counts=Counts(
            mandatory=counted.count("mandatory"),
            advisory=counted.count("advisory"),
            waived=len(rows) - len(counted),
            passed=statuses.count("passed"),
            not_applicable=statuses.count("notApplicable"),
            could_not_tell=statuses.count("couldNotTell"),
        ),
        score=_scores(verdict.shown),
        checklist=filled_in({result.rule.number: result.status for result in verdict.shown}),
        findings=tuple(rows),
        passed=_of_status(verdict, "passed"),
        not_applicable=_of_status(verdict, "notApplicable"),
        could_not_tell=tuple(
            Unanswered(rule=result.rule.id, level=result.level, why=why)
            for result in verdict.shown
            for why in _unanswered(result)
        ),
        notices=verdict.notices,
    )


def _standing(result: Result) -> list[tuple[Finding, Standing, Waiver | None]]:
    expired: list[Excused] = [*result.expired]
    lapsed = {id(each.finding): each.waiver for each in expired}
    return [
        *(
            (finding, "expired" if id(finding) in lapsed else "open", lapsed.get(id(finding)))
            for finding in result.findings
        ),
        *((each.finding, "waived", each.waiver) for each in result.waived),
    ]


def _scores(results: Sequence[Result]) -> dict[Category, Score]:
    scores: dict[Category, Score] = {}
    for category in CATEGORIES:
        statuses = [result.status for result in results if result.rule.category == category]
        asked = [status for status in statuses if status != "notApplicable"]
        if asked:
            scores[category] = Score(held=asked.count("passed"), asked=len(asked))
    return scores


def _order(row: Row) -> tuple[int, str, str, str, str]:
    return (CATEGORIES.index(row.category), row.rule, row.resource.urn, row.path, row.message)


def _of_status(verdict: StackVerdict, status: Status) -> tuple[str, ...]:
    return tuple(result.rule.id for result in verdict.shown if result.status == status)


def _unanswered(result: Result) -> list[str]:
    """Why a rule could not tell, one line each."""
    missed = [
        f"{m.path}{f' of {m.urn}' if m.urn else ''} is unknown before the update"
        for m in result.missed
    ]
    return [*sorted(missed), *sorted(result.crashes)]


def _row(
    stack: str,
    result: Result,
    finding: Finding,
    status: Standing,
    waiver: Waiver | None,
    locate: Locate,
) -> Row:
    resource = finding.resource
    subject = Subject(
        type=resource.type if resource else "",
        name=resource.name if resource else "",
        urn=resource.urn if resource else "",
    )
    return Row(
        rule=result.rule.id,
        category=result.rule.category,
        level=result.level,
        severity=result.rule.severity,
        status=status,
        resource=subject,
        path=finding.path,
        message=finding.message,
        fix=finding.message.partition("Fix: ")[2],
        location=locate(stack, finding),
        controls=result.rule.controls,
        waiver=waiver,
        fingerprint=_fingerprint(result.rule.id, stack, subject, finding.path),
    )


def _fingerprint(rule: str, stack: str, subject: Subject, path: str) -> str:
    marks = (rule, stack, subject.type, subject.name, path)
    return hashlib.sha256("\0".join(marks).encode()).hexdigest()
