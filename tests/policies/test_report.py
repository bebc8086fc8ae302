"""What reports say of what was found."""

import pytest

from policies.registry import RULES
from policies.report import Location, narrowed, report_of
from policies.reports.table import as_table
from policies.values import UNKNOWN
from policies.verdict import judged, overall
from tests.policies.worlds import MISSING, NOW, sound

SUBDOMAIN = ("account", "properties.customSubDomainName", MISSING)
KEYS = ("account", "properties.disableLocalAuth", MISSING)
UPGRADE = ("chat", "properties.versionUpgradeOption", MISSING)
HIDDEN = ("chat", "properties.versionUpgradeOption", UNKNOWN)


def verdict(*changes, profile="prod"):
    return judged(RULES, sound(*changes, profile=profile), profile, profile, NOW)


def locate(stack, finding):
    return Location(f"Pulumi.{stack}.yaml", 7, 3)


def rows(*changes, profile="prod"):
    (stack,) = report_of([verdict(*changes, profile=profile)], locate).stacks
    return stack


def test_findings_stand_by_category_then_rule():
    found = [(f.category, f.rule) for f in rows(UPGRADE, SUBDOMAIN, KEYS).findings]
    assert found == [
        ("security", "account-custom-subdomain"),
        ("security", "account-local-auth-disabled"),
        ("operations", "model-version-pinned"),
    ]


def test_what_could_not_be_told_is_neither_passed_nor_forgotten():
    stack = rows(HIDDEN)
    assert [each.rule for each in stack.could_not_tell] == ["model-version-pinned"]
    assert "properties.versionUpgradeOption" in stack.could_not_tell[0].why
    assert "model-version-pinned" not in stack.passed
    assert stack.checklist["operations"]["stable names, versions, protection"] == "couldNotTell"
    assert "could not tell: model-version-pinned" in as_table(report_of([verdict(HIDDEN)], locate))


def test_a_rule_without_a_resource_to_speak_of_is_not_applicable():
    world = sound(without=["access", "publisher", "reader"])
    (stack,) = report_of([judged(RULES, world, "prod", "prod", NOW)], locate).stacks
    assert stack.not_applicable == ("rbac-least-privilege", "rbac-no-user-principals")
    assert stack.checklist["security"]["least privilege"] == "notApplicable"


@pytest.mark.parametrize(
    ("verdicts", "said"),
    [
        ([verdict()], "ready"),
        ([verdict(), verdict(KEYS)], "refused"),
        ([verdict(HIDDEN, profile="dev")], "ready"),  # advisory there
        ([verdict(("account", KEYS[1], UNKNOWN), profile="dev")], "cannot tell"),
        ([verdict(("account", KEYS[1], UNKNOWN), profile="dev"), verdict(KEYS)], "refused"),
    ],
)
def test_a_refusal_outweighs_a_doubt_and_a_doubt_a_yes(verdicts, said):
    assert overall(verdicts) == said


def test_a_narrow_view_hides_findings_but_not_the_verdict():
    (seen,) = narrowed([verdict(KEYS, UPGRADE)], ["model-version-pinned"], [])
    (stack,) = report_of([seen], locate).stacks
    assert [finding.rule for finding in stack.findings] == ["model-version-pinned"]
    (seen,) = narrowed([verdict(KEYS, UPGRADE, profile="dev")], [], ["advisory"])
    assert [finding.rule for finding in report_of([seen], locate).stacks[0].findings] == [
        "model-version-pinned"
    ]
    assert report_of([seen], locate).verdict == "refused"


def test_colour_is_for_terminals_only():
    assert "\x1b[" not in as_table(report_of([verdict(KEYS)], locate))
    assert "\x1b[" in as_table(report_of([verdict(KEYS)], locate), colour=True)


@pytest.mark.parametrize("rule", [rule for rule in RULES.values() if getattr(rule, "reads", ())])
def test_a_rule_on_evidence_that_is_not_there_has_not_passed(rule):
    missing = [
        (each.name, kind, MISSING)
        for each in sound().resources
        if each.type in rule.types
        for kind in rule.reads
    ]
    (stack,) = report_of([judged(RULES, sound(*missing), "prod", "prod", NOW)], locate).stacks
    assert rule.id in stack.not_applicable
    assert rule.id not in stack.passed
    (stack,) = report_of([judged(RULES, sound(), "prod", "prod", NOW)], locate).stacks
    assert rule.id in stack.passed
