"""An evaluation as JUnit XML, which build servers show as tests: a case a reason and a row."""

import re
from typing import Final
from xml.etree import ElementTree

from scripts.evaluate.mark import faults, gaps
from scripts.evaluate.report import Report
from scripts.exit import Exit

_FORBIDDEN: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML cannot hold, escaped or not."""


def as_junit(report: Report) -> str:
    """A suite of what the verdict rests on, and one of the rows.

    A row that fails is no failure of the build: the first suite says whether there are too many.
    """
    root = ElementTree.Element("testsuites", name="plumb evaluate")
    plan = report.plan
    verdict = ElementTree.SubElement(root, "testsuite", name=f"{plan.stack} {plan.target.name}")
    for reason in report.reasons:
        case = _case(verdict, f"plumb.evaluate.{plan.dataset}", f"{reason.about}: {reason.text}")
        if reason.code == Exit.NO:
            _told(case, "failure", reason.text)
        elif reason.code != Exit.YES:
            _told(case, "error", reason.text)
    answers = ElementTree.SubElement(root, "testsuite", name=f"{plan.dataset} answers")
    for row, mark in report.marks:
        case = _case(answers, f"plumb.evaluate.{plan.dataset}.answers", row.item.id)
        if row.answer:
            case.set("time", f"{row.answer.latency_ms / 1000:.3f}")
        if mark == "fail":
            case_out = ElementTree.SubElement(case, "system-out")
            case_out.text = _clean(f"does not pass: {', '.join(faults(row))}")
        elif mark == "unknown":
            ElementTree.SubElement(case, "skipped", message=_clean(", ".join(gaps(row))))
    for suite in (verdict, answers):
        suite.set("tests", str(len(suite)))
        for kind, name in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
            suite.set(name, str(len(suite.findall(f"testcase/{kind}"))))
    ElementTree.indent(root)
    text = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _case(suite: ElementTree.Element, where: str, name: str) -> ElementTree.Element:
    return ElementTree.SubElement(suite, "testcase", classname=_clean(where), name=_clean(name))


def _told(case: ElementTree.Element, kind: str, message: str) -> None:
    ElementTree.SubElement(case, kind, message=_clean(message)).text = _clean(message)


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)
