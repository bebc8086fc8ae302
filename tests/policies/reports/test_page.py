"""The page for the person who signs."""

import re
import subprocess
from dataclasses import replace

import pytest

from policies.registry import RULES
from policies.report import Report, report_of
from policies.reports.page import ON_THE_PAGE, as_page
from policies.verdict import judged
from policies.world import Finding
from tests.policies.reports.sample import CHANGES, locate, one_of_everything, report, verdict
from tests.policies.worlds import NOW, sound
from tests.sandbox.portal.browser import NAMES, installed

PROGRAM = installed()


def many(count):
    """prod, the whole checklist, with as many findings of a rule."""
    whole = judged(RULES, sound(), "prod", "prod", NOW)
    first, *others = whole.shown
    findings = tuple(
        Finding(None, f"{number} is {'much too long, ' * 12}wrong. Fix: {'do that, ' * 10}so.")
        for number in range(count)
    )
    return report_of([replace(whole, shown=(replace(first, findings=findings), *others))], locate)


def test_nothing_is_fetched_and_nothing_is_run():
    page = as_page(one_of_everything())
    assert not re.search(r"<script|https?://|url\(|@import|src=|href=", page)


def test_a_sheet_a_stack_with_its_score_and_checklist():
    page = as_page(one_of_everything())
    assert page.count('<section class="sheet">') == 2
    assert "<title>Production readiness: prod refused, dev ready</title>" in page
    assert ">25%</text>" in page
    assert "network: failed" in page


def test_the_ring_closes_as_far_as_rules_hold():
    dashes = [
        float(d) for d in re.search(r'dasharray="([\d.]+) ([\d.]+)"', as_page(report())).groups()
    ]
    assert dashes[0] == dashes[1] > 0
    nothing = report_of([replace(verdict(), shown=())], locate)
    assert 'dasharray="0.0 ' in as_page(nothing)


def test_only_what_is_ready_is_signed():
    assert "<th>signature</th>" in as_page(report())
    refused = as_page(report(*CHANGES))
    assert "<th>signature</th>" not in refused
    assert "Not to be signed: refused." in refused


def test_the_gravest_findings_stand_on_the_first_sheet():
    page = as_page(many(ON_THE_PAGE + 3))
    assert "3 more on the sheets after this one." in page
    assert page.count('<section class="sheet">') == 2


def test_names_of_a_stack_are_text():
    named = replace(verdict(), notices=("<img onerror=x>",))
    assert "<img" not in as_page(report_of([named], locate))


def test_no_stack_is_a_page_as_well():
    assert "<!doctype html>" in as_page(Report(verdict="ready", stacks=()))


@pytest.mark.skipif(PROGRAM is None, reason=f"none of {', '.join(NAMES)} is installed")
@pytest.mark.parametrize(
    ("shown", "sheets"),
    [(report(), 1), (report(*CHANGES), 1), (one_of_everything(), 2), (many(ON_THE_PAGE), 1)],
)
def test_it_prints_to_one_page_a_stack(shown, sheets, tmp_path):
    page, printed = tmp_path / "page.html", tmp_path / "page.pdf"
    page.write_text(as_page(shown))
    command = [PROGRAM, "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer"]
    command += [f"--user-data-dir={tmp_path}", f"--print-to-pdf={printed}", page.as_uri()]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    assert len(re.findall(rb"/Type\s*/Page\b", printed.read_bytes())) == sheets
