"""What a change brings, and what it puts right."""

import pytest

from policies.comparison import compared
from policies.report import Report
from policies.reports.changes import as_markdown, as_table
from policies.reports.markdown import MARK
from policies.values import UNKNOWN
from tests.policies.reports.sample import WAIVED, report
from tests.policies.worlds import MISSING

KEYS = ("account", "properties.disableLocalAuth", MISSING)
SUBDOMAIN = ("account", "properties.customSubDomainName", MISSING)
VERSION = ("chat", "properties.model.version", MISSING)
HIDDEN = ("account", "properties.disableLocalAuth", UNKNOWN)
NOTHING = Report(verdict="ready", stacks=())


def only(base, head):
    comparison = compared(base, head)
    (stack,) = comparison.stacks
    return comparison.answer, [r.rule for r in stack.new], [r.rule for r in stack.fixed]


def test_only_what_is_new_or_fixed_is_told():
    assert only(report(KEYS, SUBDOMAIN), report(SUBDOMAIN, VERSION)) == (
        "worse",
        ["model-version-pinned"],
        ["account-local-auth-disabled"],
    )


def test_what_was_there_before_stands_against_nobody():
    assert only(report(KEYS), report(KEYS)) == ("no worse", [], [])


def test_new_advice_stands_against_nobody():
    base, head = (report(*changes, stack="dev") for changes in ([], [VERSION]))
    assert only(base, head) == ("no worse", ["model-version-pinned"], [])


def test_what_weighs_more_than_before_is_new():
    base = report(VERSION, stack="kim", profile="dev")
    head = report(VERSION, stack="kim", profile="prod")
    assert only(base, head) == ("worse", ["model-version-pinned"], ["model-version-pinned"])


def test_a_waiver_fixes_and_its_end_brings_back():
    waived = report(KEYS, waivers=[WAIVED])
    assert only(report(KEYS), waived) == ("no worse", [], ["account-local-auth-disabled"])
    assert only(waived, report(KEYS)) == ("worse", ["account-local-auth-disabled"], [])


def test_a_stack_that_is_new_is_judged_whole():
    assert only(NOTHING, report(KEYS))[0] == "worse"
    assert only(report(KEYS), NOTHING) == ("no worse", [], ["account-local-auth-disabled"])


def test_one_more_of_the_same_is_new():
    once = report(KEYS)
    (stack,) = once.stacks
    twice = stack.model_copy(update={"findings": stack.findings * 2})
    assert only(once, once.model_copy(update={"stacks": (twice,)}))[1] == [
        "account-local-auth-disabled"
    ]


def test_what_can_no_longer_be_told_is_no_yes():
    assert only(report(), report(HIDDEN))[0] == "worse"  # the guard's finding
    silent = report(HIDDEN).stacks[0].model_copy(update={"findings": ()})
    head = Report(verdict="cannot tell", stacks=(silent,))
    assert only(report(), head)[0] == "cannot tell"
    assert only(head, head)[0] == "no worse"


@pytest.mark.parametrize("show", [as_markdown, as_table])
def test_people_read_what_is_new_and_what_is_fixed(show):
    said = show(compared(report(KEYS, SUBDOMAIN), report(SUBDOMAIN, VERSION)))
    assert "model-version-pinned" in said
    assert "account-local-auth-disabled" in said
    assert "account-custom-subdomain" not in said
    assert "this change brings mandatory findings" in said


def test_a_workflow_finds_its_comment_again():
    assert as_markdown(compared(report(), report())).startswith(MARK)


def test_a_terminal_is_wide_enough():
    lines = as_table(compared(report(), report(KEYS, SUBDOMAIN, VERSION))).splitlines()
    assert max(map(len, lines)) <= 100
