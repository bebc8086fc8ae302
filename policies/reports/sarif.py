"""What came of the rules as SARIF 2.1.0, which code hosts show on the lines of a change."""

import json
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any, Final

from policies.controls import link
from policies.report import Report, Row, StackReport
from policies.rule import Level, Rule, Severity

SCHEMA: Final = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
LEVELS: Final[dict[Level, str]] = {"mandatory": "error", "advisory": "warning", "disabled": "none"}
SECURITY_SEVERITIES: Final[dict[Severity, str]] = {
    "Critical": "9.5",
    "High": "8.0",
    "Medium": "5.0",
    "Low": "2.0",
}
"""In the bands by which GitHub tells critical from high, medium and low."""


def as_sarif(report: Report, rules: Mapping[str, Rule]) -> str:
    """One run over all stacks."""
    ids = list(rules)
    silent = [each for stack in report.stacks for each in _notifications(stack)]
    log = {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "Plumbline",
                        "semanticVersion": version("plumbline"),
                        "rules": [_rule(rule) for rule in rules.values()],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "originalUriBaseIds": {
                    "%SRCROOT%": {"description": {"text": "The root of the repository."}}
                },
                "invocations": [
                    {"executionSuccessful": not silent, "toolExecutionNotifications": silent}
                ],
                "results": [
                    _result(row, ids.index(row.rule))
                    for stack in report.stacks
                    for row in stack.findings
                ],
            }
        ],
    }
    return json.dumps(log, indent=2) + "\n"


def _rule(rule: Rule) -> dict[str, Any]:
    pages = [(control, link(control)) for control in rule.controls]
    controls = ", ".join(f"[{name}]({page})" if page else name for name, page in pages)
    stands_for = f"\n\nStands for {controls}." if controls else ""
    text = f"{rule.why}\n\nFix: {rule.fix}"
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.description},
        "fullDescription": {"text": rule.why},
        "help": {"text": text, "markdown": text + stands_for},
        "defaultConfiguration": {"level": LEVELS[rule.levels.prod]},
        "properties": {
            "tags": [rule.category, *rule.controls],
            "security-severity": SECURITY_SEVERITIES[rule.severity],
        },
        **({"helpUri": page} if (page := next((p for _, p in pages if p), None)) else {}),
    }


def _result(row: Row, index: int) -> dict[str, Any]:
    waiver = row.waiver if row.status == "waived" else None
    return {
        "ruleId": row.rule,
        "ruleIndex": index,
        "level": LEVELS[row.level],
        "message": {"text": row.message},
        "locations": [_location(row)],
        "partialFingerprints": {"plumb/v1": row.fingerprint},
        "suppressions": [
            {
                "kind": "external",
                "justification": f"{waiver.reason} ({waiver.owner}, approved by "
                f"{waiver.approved_by}, {waiver.ticket}, until {waiver.expires})",
            }
        ]
        if waiver
        else [],
    }


def _location(row: Row) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if row.location:
        found["physicalLocation"] = {
            "artifactLocation": {"uri": row.location.file, "uriBaseId": "%SRCROOT%"},
            "region": {"startLine": row.location.line, "startColumn": row.location.column},
        }
    if row.resource.urn:
        found["logicalLocations"] = [{"fullyQualifiedName": row.resource.urn, "kind": "resource"}]
    return found


def _notifications(stack: StackReport) -> list[dict[str, Any]]:
    return [
        {
            "level": LEVELS[each.level],
            "message": {"text": f"{stack.stack}: could not tell: {each.why}"},
            "associatedRule": {"id": each.rule},
        }
        for each in stack.could_not_tell
    ]
