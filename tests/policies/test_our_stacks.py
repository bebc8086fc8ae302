"""The stack files of this project, spoilt one way at a time, before `plumb check`."""

import copy
from datetime import UTC, datetime, timedelta

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from components.stack_file import ROOT, open_stack_file
from scripts.checking import judgement
from tests import proof

NOW = datetime(2026, 11, 21, tzinfo=UTC)
STACKS = ("dev", "staging", "prod")
BACK = "rollback-target-retained"
PROD = (ROOT / "Pulumi.prod.yaml").read_text()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A project with our program, complete evidence, and stack files of the test's choice."""
    made = proof.checkout(tmp_path_factory.mktemp("ours") / "plumbline")
    for stack in STACKS:
        proof.prove(made, stack, NOW)
    return made


def findings(folder, stack, text):
    """(rule, resource, the line it points at) of every finding."""
    (folder / f"Pulumi.{stack}.yaml").write_text(text)
    ((verdict,), locate) = judgement.judge_stacks([stack], NOW, root=folder)
    lines = text.splitlines()
    return [
        (
            result.rule.id,
            finding.resource and finding.resource.name,
            lines[locate(stack, finding).line - 1].strip().partition(":")[0],
        )
        for result in verdict.results
        for finding in result.findings
    ]


def test_as_they_are_they_break_no_rule(folder):
    for stack in STACKS:
        assert findings(folder, stack, (ROOT / f"Pulumi.{stack}.yaml").read_text()) == []


def test_a_filter_of_microsofts_is_not_enough_for_prod(folder):
    spoilt = PROD.replace(
        "content_filter: customer-facing", "content_filter: Microsoft.DefaultV2", 1
    )
    found = findings(folder, "prod", spoilt)
    assert found == [
        ("evaluation-matches-deployment", "primary-chat-v3", "chat-v3"),
        ("content-filter-assigned", "primary-chat-v3", "chat-v3"),
        *[("approvals-complete", "prod", "plumbline")] * 4,
    ]


@pytest.mark.parametrize(
    ("before", "after", "rules"),
    [
        (  # another model than was measured and approved
            'chat-v4: { model: gpt-5.5, version: "2026-04-24"',
            'chat-v4: { model: gpt-5.4, version: "2026-03-05"',
            {"evaluation-matches-deployment", "load-test-evidence-present", "approvals-complete"},
        ),
        (  # less than was tested, and than callers need
            "sku: DataZoneStandard, capacity: 150",
            "sku: DataZoneStandard, capacity: 20",
            {"load-test-evidence-present", "capacity-covers-peak"},
        ),
        ("monthly: 60000", "monthly: 40000", {"budget-covers-forecast"}),
    ],
)
def test_what_was_proven_of_something_else_is_not_proven(folder, before, after, rules):
    assert before in PROD
    found = findings(folder, "prod", PROD.replace(before, after, 1))
    assert {rule for rule, _, _ in found} == rules


def test_another_prompt_than_was_evaluated_is_not_proven(folder):
    prompt = folder / "prompts" / "triage.md"
    prompt.parent.mkdir()
    prompt.write_text("Be somebody else.")
    try:
        found = findings(folder, "prod", PROD)
    finally:
        prompt.unlink()
    assert found == [
        ("evaluation-matches-deployment", "primary-triage-v1", "triage-v1"),
        *[("approvals-complete", "prod", "plumbline")] * 4,
    ]


def test_an_edited_number_is_no_evidence(folder):
    file = folder / "evidence" / "prod.yaml"
    text = file.read_text()
    file.write_text(text.replace("groundedness: 4.4", "groundedness: 4.9", 1))
    try:
        found = findings(folder, "prod", PROD)
    finally:
        file.write_text(text)
    assert [rule for rule, _, _ in found] == ["evidence-integrity"]


def test_evidence_passes_its_date(folder):
    file = folder / "evidence" / "prod.yaml"
    text = file.read_text()
    try:
        proof.prove(folder, "prod", NOW - timedelta(days=36))
        found = findings(folder, "prod", PROD)
    finally:
        file.write_text(text)
    assert {rule for rule, _, _ in found} == {
        "evaluation-fresh",
        "load-test-representative",
        "approvals-complete",
        "budget-covers-forecast",
    }


def test_without_evidence_prod_is_refused_with_what_to_do(folder):
    file = folder / "evidence" / "prod.yaml"
    text = file.read_text()
    file.unlink()
    try:
        ((verdict,), _) = judgement.judge_stacks(["prod"], NOW, root=folder)
    finally:
        file.write_text(text)
    assert verdict.verdict == "refused"
    said = [finding.message for result in verdict.results for finding in result.findings]
    assert all("Fix: " in message for message in said)
    assert {result.rule.category for result in verdict.results if result.findings} == {
        "quality",
        "performance",
        "operations",
        "business",
    }


def test_a_role_for_exploring_is_not_for_prod(folder):
    spoilt = PROD.replace("Log Analytics Reader, Monitoring Reader]", "Foundry User]")
    found = findings(folder, "prod", spoilt)
    assert {(rule, line) for rule, _, line in found} == {("rbac-least-privilege", "roles")}


def test_a_public_account_is_not_for_prod(folder):
    found = findings(folder, "prod", PROD.replace("public: false", "public: true"))
    assert ("account-public-network-restricted", "primary", "public") in found


@pytest.mark.parametrize(
    ("before", "after", "rule", "line"),
    [
        ("outbound_hosts: [api.contoso.com]", "", "account-outbound-restricted", "network"),
        ("[api.contoso.com]", '["*"]', "account-outbound-restricted", "outbound_hosts"),
        ("preset: strict", "preset: lenient", "content-filter-strength", "customer-facing"),
        (
            "principal_type: Group",
            "principal_type: User",
            "rbac-no-user-principals",
            "roles",
        ),
        (
            "public: false\n        virtual_network: { address_space: 10.50.0.0/24 }",
            "public: true\n        allowed_ips: [20.40.60.80]",
            "account-private-endpoint",
            "primary",
        ),
    ],
)
def test_a_stack_that_is_not_secure_is_told_which_line(folder, before, after, rule, line):
    assert before in PROD
    found = findings(folder, "prod", PROD.replace(before, after, 1))
    assert (rule, line) in {(rule, line) for rule, _, line in found}


@pytest.mark.parametrize(
    ("before", "after", "rule", "line"),
    [
        ("log_retention_days: 90", "log_retention_days: 30", "log-retention-minimum", "log_ret"),
        ("p95_latency_ms: 3000", "p95_latency_ms: 5000", "alert-coverage-latency", "objectives"),
        ("wiki.contoso.com/cora", "example.com", "runbook-linked", "runbook"),
        ("embed-v1:", "embed:", "deployment-naming", "embed"),
        ("fallback: [secondary/", "rollback: chat-v3, fallback: [secondary/", BACK, "chat"),
    ],
)
def test_a_stack_that_would_run_badly_is_told_which_line(folder, before, after, rule, line):
    assert before in PROD
    found = findings(folder, "prod", PROD.replace(before, after, 1))
    assert any(rule == each and told.startswith(line) for each, _, told in found)


def test_a_stack_that_calls_itself_global_is_still_judged_as_eu(folder):
    abroad = PROD.replace("residency: eu", "residency: global").replace(
        'version: "1", sku: DataZoneStandard', 'version: "1", sku: GlobalStandard'
    )
    assert ("region-allowed", "primary-embed-v1", "embed-v1") in findings(folder, "prod", abroad)


def places(config, place=()):
    held = config
    for key in place:
        held = held[key]
    for key in held if isinstance(held, dict) else range(len(held)):
        yield (*place, key)
        if isinstance(held[key], dict | list):
            yield from places(config, (*place, key))


CONFIG = yaml.safe_load(PROD)
PLACES = list(places(CONFIG["config"]))
GONE = object()
ODD = st.one_of(
    st.sampled_from(
        [GONE, None, True, -1, 0, 10**30, 1.5, "", "x" * 300, [], {}, [None], {"": {}}]
    ),
    st.dates(),
    st.text(max_size=5),
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(PLACES), ODD)
def test_no_stack_file_brings_more_than_a_message(folder, place, odd):
    spoilt = copy.deepcopy(CONFIG)
    held = spoilt["config"]
    for key in place[:-1]:
        held = held[key]
    if odd is GONE:
        del held[place[-1]]
    else:
        held[place[-1]] = odd
    (folder / "Pulumi.prod.yaml").write_text(yaml.safe_dump(spoilt, allow_unicode=True))
    try:
        judgement.judge_stacks(["prod"], NOW, root=folder)
    except judgement.Unjudgeable as error:
        assert str(error).startswith("Pulumi.prod.yaml")
        assert "the program fails" not in str(error)


def test_the_file_under_test_is_the_one_that_is_committed():
    assert open_stack_file("prod").config == CONFIG["config"]
