"""`plumb load` against the sandbox, with faults on: the right verdict, and never a yes by luck."""

import json
import subprocess
from contextlib import contextmanager
from functools import partial

import psutil
import pytest

from components.evidence_kinds import LoadTest
from scripts.exit import Exit
from scripts.load import calls_file, sending
from scripts.load.measure import Limits, measure
from scripts.load.recompute import judged, recompute
from scripts.load.sending import Work
from scripts.load.wire import Target
from scripts.tokens import tokens
from tests.end_to_end.local_azure import until
from tests.load import runs

pytestmark = pytest.mark.engine

SCENARIO = """
target: route chat
calls_per_second: 80
duration_s: 1.5
arrivals: constant
stream: true
timeout_s: 5
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


@pytest.fixture(scope="module")
def passed(dev):
    """A run that is recorded, and its folder."""
    said = dev.plumb("load", "chat.yaml", "--stack", "dev", "--json", "--record")
    assert said.code == 0, said.err
    told = json.loads(said.out)
    return told, dev.folder / ".plumb/runs" / told["run_id"]


@pytest.fixture(scope="module")
def chat(dev):
    """The deployment, and tokens for it, in this process."""
    with pytest.MonkeyPatch.context() as environment:
        for name, value in dev.variables().items():
            environment.setenv(name, value)
        endpoint = dev.outputs("dev")["accounts"]["primary"]["endpoint"]
        yield partial(Target, endpoint=endpoint, deployment="chat-v3"), tokens()


@pytest.fixture
def loaded(chat, azure, tmp_path):
    """What a run comes to that meets a fault; timeout_s: of each call."""
    target, token = chat

    def run(fault, *, timeout_s=5.0, duration_s=1.0):
        began = runs.run(
            calls_per_second=80.0, duration_s=duration_s, stream=True, timeout_s=timeout_s
        )
        asked = target(tokens_per_minute=None, timeout_s=timeout_s)
        work = Work(scenario=began.scenario, target=asked)
        azure.control("POST", "/faults", {"target": CHAT, **fault})
        try:
            return measure(began, tmp_path, partial(sending.send, work, token), Limits())
        finally:
            azure.control("DELETE", "/faults")

    return run


def test_a_healthy_deployment_holds_and_its_tokens_are_azures_own(passed):
    told, _ = passed
    assert told["measured"]["outcomes"] == {"ok": 120}
    tokens = told["measured"]["tokens"]
    assert tokens["prompt"] >= 120 * 30
    assert 0 < tokens["answer"] <= 120 * 10
    assert told["measured"]["cost"] > 0


def test_a_passed_run_is_evidence_that_is_made_again_from_its_calls(dev, passed):
    told, folder = passed
    recorded = json.loads((folder / "result.json").read_text())["data"]
    assert recompute(folder) == recorded == LoadTest.model_validate(recorded).written()
    assert told["run_id"] in (dev.folder / "evidence/dev.yaml").read_text()
    assert dev.plumb("readiness", "verify", "--stack", "dev").code == 0


def test_two_workers_of_locust_send_what_one_process_would(dev, passed):
    alone, folder = passed
    said = dev.plumb("load", "chat.yaml", "--stack", "dev", "--json", "--workers", "2")
    assert said.code == 0, said.err
    told = json.loads(said.out)
    together = dev.folder / ".plumb/runs" / told["run_id"]
    by_number = [
        {call.number: call for call in calls_file.read(each)} for each in (folder, together)
    ]
    assert [(number, call.intended_s) for number, call in sorted(by_number[1].items())] == [
        (number, call.intended_s) for number, call in sorted(by_number[0].items())
    ]
    assert told["processes"] == 2
    for what in ("offered", "outcomes", "seconds", "achieved_a_second"):
        assert told["measured"][what] == alone["measured"][what]
    # The very same prompts; what the sandbox answers differs from call to call.
    assert told["measured"]["tokens"]["prompt"] == alone["measured"]["tokens"]["prompt"]


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        ({"kind": "throttle", "rate": 0.5, "retry_after": 2}, "throttled_quota"),
        ({"kind": "server-error", "rate": 0.5}, "server"),
        ({"kind": "server-error", "status": 503, "rate": 0.5}, "server"),
        ({"kind": "cut", "rate": 0.5}, "cut"),
        ({"kind": "lost", "rate": 0.5}, "cut"),
        ({"kind": "expired-tokens", "rate": 0.5}, "request"),
    ],
)
def test_a_faulty_deployment_does_not_hold_and_the_fault_is_named(loaded, fault, outcome):
    report = loaded(fault)
    assert report.code == Exit.NO
    assert report.summary.outcomes[outcome] >= 20
    assert report.summary.good <= 60


def test_a_first_byte_that_is_late_is_no_answer(loaded):
    report = loaded({"kind": "slow", "delay": 3, "rate": 0.5}, timeout_s=1.0)
    assert report.code == Exit.NO
    assert report.summary.outcomes["timeout"] >= 20


def test_a_storm_of_429_says_how_long_callers_were_told_to_wait(loaded):
    report = loaded({"kind": "throttle", "retry_after": 7})
    assert (report.code, report.summary.throttled) == (Exit.NO, 80)
    assert report.summary.waits_ms["p99"].value == report.summary.longest_wait_ms == 7_000
    assert report.summary.waits_sum_ms == 80 * 7_000
    assert report.summary.cost == 0


def test_who_is_not_let_in_learns_nothing_of_the_model(loaded):
    report = loaded({"kind": "expired-tokens"}, duration_s=600.0)
    assert (report.code, report.run.partial) == (Exit.NOT_REACHED, True)


def test_a_few_bad_calls_of_too_few_cannot_tell(loaded):
    report = loaded({"kind": "server-error", "count": 2})
    assert (report.code, report.summary.errors) == (Exit.CANNOT_TELL, 2)


def test_a_deployment_that_answers_nothing_ends_the_run_early(loaded):
    report = loaded({"kind": "server-error"}, duration_s=600.0)
    assert (report.code, report.run.partial) == (Exit.NO, True)


@contextmanager
def under_way(dev):
    """A run of two workers that has kept a hundred calls, and its folder."""
    words = ("load", "chat.yaml", "--stack", "dev", "--duration", "600", "--workers", "2")
    before = set(dev.folder.glob(".plumb/runs/*"))
    with subprocess.Popen(
        ["plumb", *words],
        cwd=dev.folder,
        env=dev.variables(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:

        def kept():
            for folder in set(dev.folder.glob(".plumb/runs/*")) - before:
                file = folder / calls_file.CALLS
                if file.exists() and file.read_text().count("\n") >= 100:
                    return folder
            return None

        yield process, until(kept, "a hundred calls are kept")


def test_a_killed_run_takes_its_workers_along_and_is_judged_by_what_it_kept(dev):
    with under_way(dev) as (process, folder):
        workers = psutil.Process(process.pid).children()
        process.kill()
    assert len(workers) == 2
    until(lambda: not any(_runs(each) for each in workers), "its workers are gone")
    report = judged(folder)
    assert (report.code, report.run.partial) == (Exit.CANNOT_TELL, True)
    assert report.summary.good >= 100
    assert recompute(folder)["partial"] is True


def test_a_run_that_is_told_to_end_has_the_last_calls_of_each_worker(dev):
    with under_way(dev) as (process, folder):
        process.terminate()
    assert process.returncode == 3
    told = json.loads((folder / "report.json").read_text())
    assert (told["partial"], told["cut_off"]) == (True, "SIGTERM came")
    numbers = [call.number for call in calls_file.read(folder)]
    for first in (0, 1):
        of_one = sorted(number for number in numbers if number % 2 == first)
        assert of_one == list(range(first, of_one[-1] + 1, 2))


def _runs(process):
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_what_is_not_what_is_declared_is_not_recorded(dev):
    file = dev.folder / "Pulumi.dev.yaml"
    before = file.read_text()
    file.write_text(before.replace("capacity: 30", "capacity: 40"))
    try:
        said = dev.plumb("load", "chat.yaml", "--stack", "dev", "--json", "--record")
    finally:
        file.write_text(before)
    assert said.code == 3
    assert "capacity 30, declared is 40. Fix: pulumi up --stack dev" in said.err
