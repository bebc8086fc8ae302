"""`plumb load` against the sandbox, with faults on: the right verdict, and never a yes by luck."""

import json

import pytest

pytestmark = pytest.mark.engine

SCENARIO = """
target: route chat
calls_per_second: 80
duration_s: 1.5
arrivals: constant
stream: true
timeout_s: 2
mix: { one: { prompt_tokens: 30, answer_tokens: 10 } }
"""
CHAT = "deployment:contoso-cora-dev-swc/chat-v3"


@pytest.fixture(scope="module")
def dev(project, azure):
    # However slow the machine that tests, it is not what is judged here.
    file = project.folder / "Pulumi.dev.yaml"
    patient = "log_retention_days: 30\n    objectives: { p95_latency_ms: 60000 }"
    file.write_text(file.read_text().replace("log_retention_days: 30", patient))
    project.deploy("dev")
    azure.control("POST", "/settings", {"rate_limits": False})
    (project.folder / "chat.yaml").write_text(SCENARIO)
    return project


@pytest.fixture
def loaded(dev, azure):
    """Runs it with a fault on; what the JSON answer says, with the exit code."""

    def run(*fault, more=()):
        if fault:
            said = azure.plumb("fault", "add", "--target", CHAT, *fault)
            assert said.code == 0, said.err
        try:
            said = dev.plumb("load", "chat.yaml", "--stack", "dev", "--json", *more)
        finally:
            assert azure.plumb("fault", "clear").code == 0
        return said.code, json.loads(said.out or "{}"), said.err

    return run


def test_a_healthy_deployment_holds_and_its_tokens_are_azures_own(loaded):
    code, told, _ = loaded()
    assert (code, told["measured"]["outcomes"]) == (0, {"ok": 120})
    tokens = told["measured"]["tokens"]
    assert tokens["prompt"] >= 120 * 30
    assert 0 < tokens["answer"] <= 120 * 10


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (("--kind", "throttle", "--rate", "0.5"), "throttled_quota"),
        (("--kind", "server-error", "--rate", "0.5"), "server"),
        (("--kind", "server-error", "--status", "503", "--rate", "0.5"), "server"),
        (("--kind", "cut", "--rate", "0.5"), "cut"),
        (("--kind", "slow", "--delay", "5s", "--rate", "0.5"), "timeout"),
        (("--kind", "expired-tokens", "--rate", "0.5"), "request"),
    ],
)
def test_a_faulty_deployment_does_not_hold_and_the_fault_is_named(loaded, fault, outcome):
    code, told, _ = loaded(*fault)
    assert code == 1
    assert told["measured"]["outcomes"][outcome] >= 30


def test_a_few_bad_calls_of_too_few_cannot_tell(loaded):
    code, told, _ = loaded("--kind", "server-error", "--count", "2")
    assert (code, told["measured"]["errors"]) == (3, 2)


def test_a_deployment_that_answers_nothing_ends_the_run_early(loaded):
    code, told, _ = loaded("--kind", "server-error", more=("--duration", "600"))
    assert (code, told["partial"]) == (1, True)


def test_a_passed_run_is_evidence_of_what_is_declared(dev, loaded):
    code, told, said = loaded(more=("--record",))
    assert code == 0, said
    assert "recorded in evidence/dev.yaml" in said
    assert dev.plumb("readiness", "verify", "--stack", "dev").code == 0
    assert told["run_id"] in (dev.folder / "evidence/dev.yaml").read_text()


def test_what_is_not_what_is_declared_is_not_recorded(dev, loaded):
    file = dev.folder / "Pulumi.dev.yaml"
    before = file.read_text()
    file.write_text(before.replace("capacity: 30", "capacity: 40"))
    try:
        code, _, said = loaded(more=("--record",))
    finally:
        file.write_text(before)
    assert code == 3
    assert "capacity 30, declared is 40. Fix: pulumi up --stack dev" in said
