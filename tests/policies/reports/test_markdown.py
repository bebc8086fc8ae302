"""The comment on a pull request."""

import re
from dataclasses import replace

from policies.report import report_of
from policies.reports.markdown import LONGEST, MARK, as_markdown, plain
from policies.world import Finding
from tests.policies.reports.sample import CHANGES, locate, one_of_everything, report, verdict

NASTY = "'x' | @everyone <img src=https://a.example> [b](http://c.example) `d` *e*\n# f"


def test_the_verdict_comes_first_and_a_workflow_finds_the_comment_again():
    lines = as_markdown(one_of_everything()).splitlines()
    assert lines[:2] == [MARK, "## Gate: refused"]


def test_a_mandatory_finding_is_open_and_advice_is_folded():
    said = as_markdown(one_of_everything())
    open_part = said.partition("<details>")[0]
    assert "account-public-network-restricted" in open_part
    assert "(Pulumi.prod.yaml:7)" in open_part
    assert "<summary>1 advisory findings</summary>" in said
    assert "<summary>1 waived findings</summary>" in said


def test_what_a_stack_calls_its_things_is_shown_and_does_nothing():
    shown = re.sub(r"\\.", "", plain(NASTY))  # what a backslash stands before is text
    for active in ("|", "@everyone", "<", "](", "://", "\n", "`", "*", "#"):
        assert active not in shown
    assert "everyone" in shown


def test_thousands_of_findings_fit_and_what_does_not_is_counted():
    judged = verdict(*CHANGES)
    many = replace(
        judged,
        shown=tuple(
            replace(
                result,
                findings=tuple(Finding(None, f"{'x' * 300} {n}. Fix: y.") for n in range(500)),
            )
            for result in judged.shown
        ),
    )
    said = as_markdown(report_of([many, many], locate))
    assert LONGEST * 0.9 < len(said) < LONGEST
    assert "parts did not fit. Fix: `plumb check` shows them all." in said
    assert said.count("<details>") == said.count("</details>")


def test_a_sound_stack_is_a_short_comment():
    assert len(as_markdown(report())) < 1000
