"""SARIF 2.1.0: what code hosts read, by the rules of the standard and of GitHub."""

import json
import re

import pytest

from policies.registry import RULES
from policies.reports.sarif import as_sarif
from tests.policies.reports.sample import CHANGES, WAIVED, one_of_everything, report

MEMBERS = {
    "log": {"$schema", "version", "runs"},
    "run": {"tool", "columnKind", "originalUriBaseIds", "invocations", "results"},
    "rule": {
        "id",
        "shortDescription",
        "fullDescription",
        "help",
        "helpUri",
        "defaultConfiguration",
        "properties",
    },
    "result": {
        "ruleId",
        "ruleIndex",
        "level",
        "message",
        "locations",
        "partialFingerprints",
        "suppressions",
    },
    "location": {"physicalLocation", "logicalLocations"},
}
"""The properties of the standard that we use: it allows no others."""


def run(of=None):
    log = json.loads(as_sarif(of or one_of_everything(), RULES))
    assert set(log) == MEMBERS["log"]
    assert log["version"] == "2.1.0"
    (only,) = log["runs"]
    return only


def result(rule, of=None):
    return next(each for each in run(of)["results"] if each["ruleId"] == rule)


def test_nothing_is_there_that_the_standard_does_not_know():
    assert set(run()) == MEMBERS["run"]
    for rule in run()["tool"]["driver"]["rules"]:
        assert set(rule) <= MEMBERS["rule"]
    for each in run()["results"]:
        assert set(each) == MEMBERS["result"]
        for location in each["locations"]:
            assert set(location) <= MEMBERS["location"]


def test_every_rule_is_described_and_every_result_points_at_its_rule():
    rules = run()["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == list(RULES)
    for each in run()["results"]:
        assert rules[each["ruleIndex"]]["id"] == each["ruleId"]
    for rule in rules:
        assert rule["defaultConfiguration"]["level"] in {"error", "warning", "note", "none"}
        assert 0 < float(rule["properties"]["security-severity"]) <= 10
        assert len(rule["properties"]["tags"]) == len(set(rule["properties"]["tags"]))
        assert rule.get("helpUri", "https://").startswith("https://")


@pytest.mark.parametrize(
    ("rule", "level"),
    [("account-public-network-restricted", "error"), ("model-version-pinned", "warning")],
)
def test_mandatory_is_an_error_and_advice_a_warning(rule, level):
    assert result(rule)["level"] == level


def test_a_result_stands_at_its_line_in_a_file_of_the_repository():
    (location,) = result("account-public-network-restricted")["locations"]
    physical = location["physicalLocation"]
    assert physical["artifactLocation"] == {"uri": "Pulumi.prod.yaml", "uriBaseId": "%SRCROOT%"}
    assert physical["region"] == {"startLine": 7, "startColumn": 3}
    (logical,) = location["logicalLocations"]
    assert logical["fullyQualifiedName"].startswith("urn:pulumi:prod::")
    assert set(run()["originalUriBaseIds"]) == {"%SRCROOT%"}


def test_a_waiver_is_a_suppression_with_its_reason():
    (waived,) = result("account-local-auth-disabled")["suppressions"]
    assert waived["kind"] == "external"
    assert "until 2026-11-25" in waived["justification"]
    assert result("account-custom-subdomain")["suppressions"] == []  # expired


def test_what_could_not_be_told_is_no_success():
    (invocation,) = run()["invocations"]
    assert invocation["executionSuccessful"] is False
    rules = [each["associatedRule"]["id"] for each in invocation["toolExecutionNotifications"]]
    assert rules == ["model-version-pinned"]
    assert run(report())["invocations"][0]["executionSuccessful"] is True


def test_a_finding_keeps_its_fingerprint_when_numbers_and_lines_move():
    def fingerprint(network):
        rule = "account-public-network-restricted"
        of = report(("account", "properties.publicNetworkAccess", network))
        return result(rule, of)["partialFingerprints"]["plumb/v1"]

    assert fingerprint("Enabled") == fingerprint("enabled")
    assert re.fullmatch("[0-9a-f]{64}", fingerprint("Enabled"))


def test_different_findings_have_different_fingerprints():
    of = report(*CHANGES, waivers=[WAIVED])
    found = [each["partialFingerprints"]["plumb/v1"] for each in run(of)["results"]]
    assert len(found) == len(set(found)) == 5
