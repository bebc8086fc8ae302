"""Findings that somebody answers for until a day, and what becomes of them then."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fnmatch import fnmatchcase
from typing import Annotated, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from policies.world import STACK, Finding

NAME: Final = "waivers-in-force"
"""The policy that says of what the gate keeps silent. It only advises, and is no rule."""
DESCRIPTION: Final = "What is waived stays in sight, with who answers for it and until when."
WARNED: Final = timedelta(days=14)

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


def _day(value: object) -> object:
    return date.fromisoformat(value) if isinstance(value, str) else value


Day = Annotated[date, BeforeValidator(_day), Field(strict=True)]


class Waiver(BaseModel):
    """One entry of waivers.yaml. It holds on its first day and on its last, by UTC."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    rule: Text
    stacks: Annotated[tuple[Text, ...], Field(min_length=1)]
    resource: Text
    """A pattern (`*`, `?`) for logical names; the stack's own name means the stack as a whole."""
    reason: Annotated[Text, StringConstraints(min_length=20)]
    owner: Text
    approved_by: Annotated[Text, Field(alias="approvedBy")]
    ticket: Text
    created: Day
    expires: Day

    @property
    def label(self) -> str:
        return f"waiver of {self.owner} for {self.rule} at '{self.resource}'"

    def means(self, rule: str, stack: str, name: str) -> bool:
        return rule == self.rule and stack in self.stacks and fnmatchcase(name, self.resource)


@dataclass(frozen=True)
class Excused:
    """A finding, and the waiver that means it."""

    finding: Finding
    waiver: Waiver


@dataclass(frozen=True)
class Sorted:
    """What a rule found, by what waivers make of it."""

    findings: tuple[Finding, ...]
    """Those that count; those whose waiver has expired say so."""
    waived: tuple[Excused, ...] = ()
    expired: tuple[Excused, ...] = ()
    """Among the findings."""


class Register:
    """The waivers of one stack on one day, and which of them were of use."""

    def __init__(self, waivers: Iterable[Waiver], stack: str, today: date) -> None:
        self.stack = stack
        self.today = today
        self.waivers = [waiver for waiver in waivers if stack in waiver.stacks]
        self._used: set[int] = set()

    def sort(self, rule: str, findings: Sequence[Finding]) -> Sorted:
        """What counts, and what does not for now."""
        if not self.waivers:
            return Sorted(tuple(findings))
        counted: list[Finding] = []
        waived: list[Excused] = []
        expired: list[Excused] = []
        for finding in findings:
            waiver = self._waiver(rule, finding)
            if waiver is None:
                counted.append(finding)
            elif waiver.expires < self.today:
                finding = replace(finding, message=_returned(finding.message, waiver))
                counted.append(finding)
                expired.append(Excused(finding, waiver))
            else:
                waived.append(Excused(finding, waiver))
        return Sorted(tuple(counted), tuple(waived), tuple(expired))

    def _waiver(self, rule: str, finding: Finding) -> Waiver | None:
        """The one in force, else the one that expired last."""
        resource = finding.resource
        name = resource.name if resource and resource.type != STACK else self.stack
        meant = [
            (waiver.expires, number)
            for number, waiver in enumerate(self.waivers)
            if waiver.created <= self.today and waiver.means(rule, self.stack, name)
        ]
        self._used.update(number for _, number in meant)
        return self.waivers[max(meant)[1]] if meant else None

    def notices(self) -> Iterator[str]:
        """What to do about the waivers themselves; to be asked once all findings are sorted."""
        for number, waiver in enumerate(self.waivers):
            if waiver.created > self.today:
                yield f"{waiver.label} begins only on {waiver.created}. Fix: wait, or put it right."
            elif number not in self._used:
                yield (
                    f"{waiver.label} matches nothing in {self.stack}. "
                    "Fix: remove it, or correct its resource."
                )
            elif self.today <= waiver.expires < self.today + WARNED:
                yield (
                    f"{waiver.label} ends on {waiver.expires}. "
                    f"Fix: put right what it is for: {waiver.ticket}."
                )


def _returned(message: str, waiver: Waiver) -> str:
    what, _, fix = message.partition("Fix: ")
    return f"{what}The waiver of {waiver.owner} expired {waiver.expires}. Fix: {fix}"


def in_force(rule: str, excused: Excused) -> str:
    """What the gate says of a finding that it does not count."""
    waiver = excused.waiver
    return (
        f"{rule} is waived until {waiver.expires} by {waiver.owner}, approved by "
        f"{waiver.approved_by} ({waiver.ticket}): {excused.finding.message}"
    )
