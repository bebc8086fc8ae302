"""What is recorded counts for as long as it is true of what is declared."""

from dataclasses import replace
from datetime import timedelta

import pytest

from components.evidence_kinds import KINDS
from scripts.readiness.evidence_age import DAYS
from scripts.readiness.evidence_log import read
from scripts.readiness.evidence_problems import problems
from tests.scripts.conftest import NOW


def said(prod, now):
    return [each.what for each in problems(read(prod.file), prod, now)]


def test_what_is_complete_has_no_problem(prod):
    assert said(prod, NOW) == []


def test_every_kind_ages():
    assert DAYS.keys() == KINDS.keys()


@pytest.mark.parametrize(("kind", "limit"), [("evaluation", 14), ("loadTest", 30), ("cost", 35)])
def test_evidence_counts_until_its_last_day(prod, kind, limit):
    last = NOW - timedelta(days=1) + timedelta(days=limit)
    old = f", {kind}, is {limit} days old (limit {limit})"
    assert not any(old in each for each in said(prod, last))
    assert any(old in each for each in said(prod, last + timedelta(seconds=1)))


def test_evidence_of_tomorrow_does_not_count(prod):
    early = NOW - timedelta(days=1, minutes=5)
    approved = {f"entry {number}, approval" for number in range(1, 100)}
    clocks = [each for each in said(prod, early) if each.split(", is of ")[0] not in approved]
    assert clocks == []
    assert any("loadTest, is of" in each for each in said(prod, early - timedelta(seconds=1)))


def test_of_several_entries_only_the_newest_must_hold(prod):
    recorded = read(prod.file)
    old = [each for each in recorded if each.entry["kind"] == "approval"]
    assert len(old) == 5
    assert len([each for each in said(prod, NOW + timedelta(days=31)) if "approval" in each]) == 5


def test_what_was_said_of_another_stack_is_named(prod):
    staging = replace(prod, stack="staging")
    said = [each.what for each in problems(read(prod.file), staging, NOW)]
    assert sum("approval, is about prod, not about staging" in each for each in said) == 5
    assert any("cost, is about prod, not about staging" in each for each in said)
    assert not any("loadTest" in each for each in said)
