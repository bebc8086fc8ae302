"""What came of the rules, as `plumb.check/1`. Equal input, equal bytes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from policies.checklist import filled_in
from policies.rule import CATEGORIES, Level, Rule
from policies.verdict import Result, StackVerdict, overall
from policies.world import Finding

SCHEMA: Final = "plumb.check/1"


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


def as_json(verdicts: Sequence[StackVerdict], locate: Locate) -> dict[str, Any]:
    """The whole report."""
    return {
        "schema": SCHEMA,
        "verdict": overall(verdicts),
        "stacks": [stack_report(each, locate) for each in verdicts],
    }


def stack_report(verdict: StackVerdict, locate: Locate) -> dict[str, Any]:
    """One stack of the report."""
    findings = [
        _finding(verdict.stack, result, finding, locate)
        for result in verdict.shown
        for finding in result.findings
    ]
    levels = [finding["level"] for finding in findings]
    statuses = [result.status for result in verdict.shown]
    return {
        "stack": verdict.stack,
        "profile": verdict.profile,
        "verdict": verdict.verdict,
        "counts": {
            "mandatory": levels.count("mandatory"),
            "advisory": levels.count("advisory"),
            "passed": statuses.count("passed"),
            "notApplicable": statuses.count("notApplicable"),
            "couldNotTell": statuses.count("couldNotTell"),
        },
        "checklist": filled_in({result.rule.number: result.status for result in verdict.shown}),
        "findings": sorted(findings, key=_order),
        "passed": _of_status(verdict, "passed"),
        "notApplicable": _of_status(verdict, "notApplicable"),
        "couldNotTell": [
            {"rule": result.rule.id, "level": result.level, "why": why}
            for result in verdict.shown
            for why in unanswered(result)
        ],
    }


def _order(finding: dict[str, Any]) -> tuple[Any, ...]:
    return (
        CATEGORIES.index(finding["category"]),
        finding["rule"],
        finding["resource"]["urn"],
        finding["path"],
        finding["message"],
    )


def _of_status(verdict: StackVerdict, status: str) -> list[str]:
    return [result.rule.id for result in verdict.shown if result.status == status]


def unanswered(result: Result) -> list[str]:
    """Why a rule could not tell, one line each."""
    missed = [
        f"{m.path}{f' of {m.urn}' if m.urn else ''} is unknown before the update"
        for m in result.missed
    ]
    return [*sorted(missed), *sorted(result.crashes)]


def _finding(stack: str, result: Result, finding: Finding, locate: Locate) -> dict[str, Any]:
    location = locate(stack, finding)
    resource = finding.resource
    return {
        "rule": result.rule.id,
        "category": result.rule.category,
        "level": result.level,
        "severity": result.rule.severity,
        "status": "open",
        "resource": {
            "type": resource.type if resource else "",
            "name": resource.name if resource else "",
            "urn": resource.urn if resource else "",
        },
        "path": finding.path,
        "message": finding.message,
        "fix": finding.message.partition("Fix: ")[2],
        "location": {"file": location.file, "line": location.line, "column": location.column}
        if location
        else None,
        "controls": list(result.rule.controls),
        "waiver": None,
    }


def listed_rules(rules: Sequence[Rule]) -> list[dict[str, Any]]:
    """Every rule, for --list-rules."""
    return [
        {
            "number": rule.number,
            "id": rule.id,
            "category": rule.category,
            "severity": rule.severity,
            "levels": {
                "dev": rule.levels.dev,
                "staging": rule.levels.staging,
                "prod": rule.levels.prod,
            },
            "description": rule.description,
        }
        for rule in rules
    ]
