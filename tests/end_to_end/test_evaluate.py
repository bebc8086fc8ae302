"""`plumb evaluate` against the sandbox: good answers pass, worse ones and silence do not."""

import json

import pytest

from scripts.evaluate.recompute import recompute

pytestmark = pytest.mark.engine

CHAT = "deployment:contoso-cora-dev-swc/chat-v3"
JUDGE = "deployment:contoso-cora-dev-swc/judge-v1"
MODEL = 'model: gpt-4.1, version: "2025-04-14", sku: GlobalStandard, content_filter: developers'
MORE = f"""
        chat-v2: {{ {MODEL}, capacity: 30 }}
        judge-v1: {{ {MODEL}, capacity: 500 }}"""
WANTED = {"typical": 20, "edge": 6, "adversarial": 6, "regression": 2}


def worse(target, dimension, share):
    """A fault: what answers is good no oftener than that, in one respect."""
    respect = ("--dimension", dimension, "--share", share)
    return ("--target", target, "--kind", "worse-quality", *respect)


@pytest.fixture(scope="module")
def dev(project, azure):
    file = project.folder / "Pulumi.dev.yaml"
    before, deployments, after = file.read_text().partition("      deployments:")
    file.write_text(before + deployments + MORE + after)
    project.deploy("dev")
    azure.control("POST", "/settings", {"rate_limits": False})
    left = dict(WANTED)
    some = []
    for line in (project.folder / "datasets/cora.jsonl").read_text().splitlines():
        [tag] = json.loads(line)["tags"]
        if left[tag]:
            left[tag] -= 1
            some.append(line)
    (project.folder / "some.jsonl").write_text("\n".join(some))
    return project


@pytest.fixture
def evaluated(dev, azure):
    """Runs it with a fault on; its exit code, and what it says as JSON and to a person."""

    def run(*words, fault=()):
        if fault:
            said = azure.plumb("fault", "add", *fault)
            assert said.code == 0, said.err
        first = ("some.jsonl", "--target", "chat-v3", "--judge", "judge-v1", "--max-tokens", "300")
        asked = words if "--again" in words else (*first, *words)
        try:
            said = dev.plumb("evaluate", *asked, "--stack", "dev", "--json")
        finally:
            assert azure.plumb("fault", "clear").code == 0
        return said.code, json.loads(said.out or "{}"), said.err

    return run


def test_good_answers_pass_and_their_evidence_is_made_of_what_the_run_kept(dev, evaluated):
    code, told, said = evaluated("--baseline", "chat-v2", "--record")
    assert code == 0, said
    assert told["measured"]["samples"] == told["measured"]["judged"] == 34
    assert told["comparison"]["pairs"] == 34
    assert told["cost"]["target"]["amount"] > 0
    assert "recorded in evidence/dev.yaml" in said
    assert dev.plumb("readiness", "verify", "--stack", "dev").code == 0
    folder = dev.folder / ".plumb/runs" / told["run_id"]
    assert recompute(folder) == json.loads((folder / "result.json").read_text())["data"]


def test_worse_answers_do_not_pass_and_it_is_said_in_what(evaluated):
    code, told, _ = evaluated(fault=worse(CHAT, "groundedness", "0.2"))
    assert code == 1
    wrong = {each["about"] for each in told["reasons"] if each["exit_code"] == 1}
    assert {"answers", "groundedness", "citation"} <= wrong


def test_half_of_the_judges_answers_are_too_few_until_the_others_are_there(evaluated):
    code, told, _ = evaluated(fault=worse(JUDGE, "format", "0.5"))
    assert code == 3
    assert 0 < told["measured"]["judged"] < 30
    again, whole, said = evaluated("--again", told["run_id"])
    assert (again, whole["measured"]["judged"]) == (0, 34), said
    assert "asking" not in said


def test_a_judge_that_says_nothing_cannot_tell(evaluated):
    code, told, _ = evaluated(fault=worse(JUDGE, "format", "0"))
    assert (code, told["measured"]["judged"], told["partial"]) == (3, 0, False)


def test_a_storm_of_429_leaves_no_good_answer(evaluated):
    fault = ("--target", CHAT, "--kind", "throttle", "--retry-after", "60s")
    code, told, _ = evaluated("--deadline", "20", fault=fault)
    assert code == 3
    outcomes = told["measured"]["outcomes"]
    assert outcomes.keys() <= {"throttled_quota", "not asked"}
    assert outcomes["throttled_quota"] >= 10
    assert told["measured"]["marks"]["passed"] == 0


def test_production_is_held_against_what_was_recorded(dev, evaluated):
    export = [
        {"id": str(n), "query": "When?", "context": "[doc1] It arrives tomorrow.", "answer": "No."}
        for n in range(40)
    ]
    file = dev.folder / "export.jsonl"
    file.write_text("\n".join(map(json.dumps, export)))
    words = ("evaluate", "export.jsonl", "--target", "chat-v3", "--judge", "judge-v1", "--online")
    said = dev.plumb(*words, "--stack", "dev", "--json")
    assert said.code == 1, said.err
    assert json.loads(said.out)["recorded"]["groundedness"] > 4


@pytest.mark.parametrize(
    ("words", "fix"),
    [
        (("some.jsonl", "--target", "chat-v3"), "Fix: --judge one of primary/chat-v2"),
        (("some.jsonl", "--target", "chat-v3", "--judge", "chat-v3"), "would judge its own"),
    ],
)
def test_what_cannot_be_evaluated_is_told_before_anybody_is_asked(dev, words, fix):
    said = dev.plumb("evaluate", *words, "--stack", "dev")
    assert said.code == 2
    assert fix in said.err
