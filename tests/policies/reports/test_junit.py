"""JUnit's XML, as build servers read it."""

from xml.etree import ElementTree

from policies.registry import RULES
from policies.reports.junit import _clean, as_junit
from tests.policies.reports.sample import FEW, one_of_everything


def suites():
    return list(ElementTree.fromstring(as_junit(one_of_everything(), RULES)))


def cases(kind):
    return {
        (suite.get("name"), case.get("name"))
        for suite in suites()
        for case in suite
        if case.find(kind) is not None
    }


def test_a_suite_is_a_stack_and_a_category():
    assert [suite.get("name") for suite in suites()] == [
        "prod security",
        "prod operations",
        "dev security",
        "dev operations",
    ]


def test_only_mandatory_findings_fail():
    assert ("prod security", "account-public-network-restricted [account]") in cases("failure")
    assert ("dev operations", "model-version-pinned [chat]") in cases("system-out")
    assert not any(name.startswith("dev") for name, _ in cases("failure"))


def test_a_waived_one_is_skipped_and_an_expired_one_fails():
    assert cases("skipped") == {("prod security", "account-local-auth-disabled [account]")}
    assert ("prod security", "account-custom-subdomain [account]") in cases("failure")


def test_what_could_not_be_told_is_an_error():
    assert cases("error") == {("prod operations", "model-version-pinned")}


def test_the_counts_of_a_suite_are_those_of_its_cases():
    for suite in suites():
        assert suite.get("tests") == str(len(suite))
        for attribute, kind in (("failures", "failure"), ("errors", "error"), ("skipped",) * 2):
            assert suite.get(attribute) == str(len(suite.findall(f"testcase/{kind}")))


def test_every_rule_that_was_asked_has_a_case():
    asked = {case.get("name").partition(" ")[0] for suite in suites() for case in suite}
    assert asked == set(FEW)


def test_what_xml_cannot_hold_is_replaced():
    assert _clean("a\x00b\ud800c\td") == "a\ufffdb\ufffdc\td"
