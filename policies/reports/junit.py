"""What came of the rules as JUnit's XML, which build servers show as tests."""

import re
from collections.abc import Iterator, Mapping
from typing import Final
from xml.etree import ElementTree

from policies.report import Report, Row, StackReport
from policies.rule import CATEGORIES, Rule

_FORBIDDEN: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML cannot hold, escaped or not."""


def as_junit(report: Report, rules: Mapping[str, Rule]) -> str:
    """A suite a stack and category, a case a rule and resource."""
    root = ElementTree.Element("testsuites", name="plumb check")
    for stack in report.stacks:
        for category in CATEGORIES:
            ids = [rule.id for rule in rules.values() if rule.category == category]
            suite = ElementTree.Element("testsuite", name=_clean(f"{stack.stack} {category}"))
            suite.extend(_cases(stack, ids))
            if len(suite):
                for kind in ("failure", "error", "skipped"):
                    count = len(suite.findall(f"testcase/{kind}"))
                    suite.set(
                        {"failure": "failures", "error": "errors"}.get(kind, kind), str(count)
                    )
                suite.set("tests", str(len(suite)))
                root.append(suite)
    ElementTree.indent(root)
    text = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _cases(stack: StackReport, ids: list[str]) -> Iterator[ElementTree.Element]:
    for id in ids:
        for row in (row for row in stack.findings if row.rule == id):
            yield _found(stack, row)
        for silent in (each for each in stack.could_not_tell if each.rule == id):
            case = _case(stack, id)
            _told(case, "error", f"could not tell: {silent.why}")
            yield case
        if id in stack.passed:
            yield _case(stack, id)
        if id in stack.not_applicable:
            case = _case(stack, id)
            ElementTree.SubElement(case, "skipped", message="not applicable")
            yield case


def _found(stack: StackReport, row: Row) -> ElementTree.Element:
    case = _case(stack, f"{row.rule} [{row.where}]")
    if row.location:
        case.set("file", _clean(row.location.file))
        case.set("line", str(row.location.line))
    if row.status == "waived" and row.waiver:
        until = f"waived until {row.waiver.expires} by {row.waiver.owner}: {row.message}"
        ElementTree.SubElement(case, "skipped", message=_clean(until))
    elif row.level == "mandatory":
        _told(case, "failure", row.message)
    else:
        ElementTree.SubElement(case, "system-out").text = _clean(f"{row.level}: {row.message}")
    return case


def _case(stack: StackReport, name: str) -> ElementTree.Element:
    names = {"classname": _clean(f"plumb.{stack.stack}"), "name": _clean(name)}
    return ElementTree.Element("testcase", names)


def _told(case: ElementTree.Element, kind: str, message: str) -> None:
    what = ElementTree.SubElement(case, kind, message=_clean(message))
    what.text = _clean(message)


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)
