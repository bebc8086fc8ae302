"""Prod on a fresh clone is refused; proven, it goes up; what was proven of something else is not.

Each time the real engine with the policy pack and `plumb check` must say the same.
"""

from datetime import UTC, datetime, timedelta

import pytest

pytestmark = pytest.mark.engine

PROVEN_BY_COMMANDS = {
    "evaluation-evidence-present",
    "load-test-evidence-present",
    "capacity-covers-peak",
    "rollback-tested",
    "capacity-plan-current",
    "approvals-complete",
    "budget-covers-forecast",
}


@pytest.fixture(scope="module")
def prod(project):
    project.create("prod")
    return project


@pytest.fixture(scope="module")
def fresh(prod):
    """What both hosts say before anything was proven."""
    return prod.judged("prod"), prod.checked("prod")


@pytest.fixture(scope="module")
def refused(prod, azure, fresh):
    before = azure.ids()
    said = prod.pulumi("up", "--stack", "prod", "--yes", "--policy-pack", "policies")
    assert azure.ids() == before
    return said


@pytest.fixture(scope="module")
def proven(prod, refused):
    prod.prove("prod")
    return prod


def agreed(project):
    """The rules that both hosts name, each of which refuses."""
    code, by_engine = project.judged("prod")
    refused, by_check = project.checked("prod")
    assert (code != 0, sorted(by_engine ^ by_check)) == (refused == 1, [])
    assert code != 0
    return {rule for rule, _ in by_check}


def test_a_fresh_clone_is_refused_with_a_list_to_work_off(fresh):
    (code, by_engine), (refused, by_check) = fresh
    assert code != 0
    assert refused == 1
    assert by_engine == by_check
    assert {rule for rule, _ in by_check} >= PROVEN_BY_COMMANDS
    assert all("Fix: " in message.splitlines()[-1] for _, message in by_check)


def test_nothing_is_made_of_what_is_refused(refused):
    assert refused.code != 0
    assert "approvals-complete" in refused.all


def test_another_model_than_was_proven_is_refused(proven):
    other = {"model": "gpt-5.4", "version": "2026-03-05"}
    place = "accounts.primary.deployments.chat-v4"
    with proven.changed("prod", {f"{place}.{key}": value for key, value in other.items()}):
        assert agreed(proven) == {
            "evaluation-matches-deployment",
            "load-test-evidence-present",
            "approvals-complete",
        }


def test_an_edited_number_is_refused(proven):
    text = (proven.folder / "evidence" / "prod.yaml").read_text()
    with proven.edited("evidence/prod.yaml", text.replace("p95Ms: 2140.5", "p95Ms: 1140.5", 1)):
        assert agreed(proven) == {"evidence-integrity"}
        assert proven.plumb("readiness", "verify", "--stack", "prod").code == 1


def test_evidence_that_cannot_be_read_is_refused(proven):
    with proven.edited("evidence/prod.yaml", "- {"):
        for said in (
            proven.pulumi("preview", "--stack", "prod", "--policy-pack", "policies"),
            proven.plumb("check", "--stack", "prod"),
        ):
            assert said.code != 0
            assert "prod.yaml:2: not YAML" in said.all
            assert "Traceback" not in said.all


def test_a_passed_date_is_refused(proven):
    text = (proven.folder / "evidence" / "prod.yaml").read_text()
    with proven.edited("evidence/prod.yaml", text):
        proven.prove("prod", datetime.now(UTC) - timedelta(days=36))
        assert agreed(proven) == {
            "evaluation-fresh",
            "load-test-representative",
            "approvals-complete",
            "budget-covers-forecast",
        }


def test_what_is_proven_goes_up(proven):
    assert proven.checked("prod") == (0, set())
    assert proven.judged("prod") == (0, set())
    assert proven.plumb("readiness", "verify", "--stack", "prod").code == 0
    said = proven.pulumi("up", "--stack", "prod", "--yes", "--policy-pack", "policies")
    assert said.code == 0, said.all
    assert proven.preview("prod") == {}


def test_whoever_is_signed_in_approves_once(proven):
    words = ("readiness", "approve", "--stack", "prod", "--ticket", "CHG-1", "--role")
    first = proven.plumb(*words, "security")
    second = proven.plumb(*words, "operations")
    other = proven.plumb(*words, "operations", who="developer")
    application = proven.plumb(*words, "finance", who="cora-app")
    assert (first.code, second.code, other.code, application.code) == (0, 1, 0, 1), first.all
    assert "operator has approved for security already" in second.err
    assert "is an application" in application.err
    assert proven.checked("prod") == (0, set())
