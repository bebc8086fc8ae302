"""`plumb load` as a person types it."""

import json
from pathlib import Path

import httpx2
import jsonschema
import pytest
from typer.testing import CliRunner

from components import settings
from components.sections import ObjectiveSettings
from components.stack_file import ROOT
from scripts import stack_outputs
from scripts.cli import app
from scripts.cost.price import NoPrice
from scripts.load import connections
from tests.load.answering import answering
from tests.load.outputs import OUTPUTS
from tests.load.test_measure import good

SCENARIO = """
target: primary/chat-v3
calls_per_second: 400
duration_s: 0.3
arrivals: constant
stream: false
mix: { one: { prompt_tokens: 10, answer_tokens: 10 } }
"""
DEV = settings.read("dev")
PATIENT = DEV.observability.model_copy(
    update={"objectives": ObjectiveSettings(p95_latency_ms=60_000)}
)


@pytest.fixture
def plumb(monkeypatch, tmp_path):
    """Runs the command in front of a server that answers by `handler`; keeps runs in tmp_path."""
    monkeypatch.setattr(stack_outputs, "read", lambda stack: OUTPUTS)
    monkeypatch.setattr("scripts.tokens.Entra", lambda: lambda: "a-secret-token")
    monkeypatch.setattr("components.stack_file.ROOT", tmp_path)
    patient = DEV.model_copy(update={"observability": PATIENT})
    monkeypatch.setattr(settings, "read", lambda stack: patient)

    def run(*arguments, handler=good, scenario=SCENARIO):
        (tmp_path / "chat.yaml").write_text(scenario)
        monkeypatch.setattr(connections, "connections", lambda endpoint: answering(handler))
        command = ["load", str(tmp_path / "chat.yaml"), "--stack", "dev", *arguments]
        return CliRunner().invoke(app, command)

    return run


def test_a_run_that_holds_exits_with_0_and_says_where_it_is_kept(plumb, tmp_path):
    done = plumb()
    assert done.exit_code == 0
    assert "primary/chat-v3: the objectives hold" in done.stdout
    folder = tmp_path / done.stdout.split("kept in ")[1].strip()
    assert {each.name for each in folder.iterdir()} == {
        "calls.jsonl",
        "report.html",
        "report.json",
        "run.json",
    }


@pytest.mark.parametrize(("status", "code"), [(500, 1), (503, 1), (429, 1), (400, 1)])
def test_a_service_that_fails_is_never_a_yes(plumb, status, code):
    assert plumb(handler=lambda request: httpx2.Response(status)).exit_code == code


def test_too_few_calls_cannot_tell(plumb):
    assert plumb("--duration", "0.1", "--rps", "300").exit_code == 3


def schema(name):
    return json.loads((ROOT / "docs" / "schemas" / f"{name}.json").read_text())


@pytest.mark.parametrize("status", [200, 429, 500])
def test_what_is_told_to_programs_is_as_its_schema_says(plumb, status):
    answer = {"handler": good if status == 200 else lambda request: httpx2.Response(status)}
    jsonschema.validate(json.loads(plumb("--json", **answer).stdout), schema("load-1"))
    swept = plumb("--json", "--sweep", "--duration", "0.1", handler=full_after(100))
    jsonschema.validate(json.loads(swept.stdout), schema("load-sweep-1"))


def test_json_alone_is_on_stdout_and_has_no_token(plumb):
    done = plumb("--json")
    told = json.loads(done.stdout)
    assert (told["schema"], told["exit_code"]) == ("plumb.load/1", 0)
    assert "a-secret-token" not in done.output


def test_a_dry_run_asks_nobody(plumb):
    def never(request):
        raise AssertionError

    done = plumb("--dry-run", handler=never)
    assert done.exit_code == 0
    assert "about 120 calls in 0.3 s" in done.stderr


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("primary/chat-v9", "Fix: one of primary/chat-v3"),
        ("route chat", "Fix: one of none"),
        ("chat", "no chat in this stack. Fix: one of primary/chat-v3"),
        ("a/b/c", "target"),
    ],
)
def test_who_is_not_there_is_wrong_use_and_who_is_there_is_told(plumb, target, message):
    done = plumb(scenario=SCENARIO.replace("primary/chat-v3", target))
    assert done.exit_code == 2
    assert message in done.stderr


@pytest.mark.parametrize("target", ["primary/chat-v3", "chat-v3"])
def test_another_target_may_be_named_as_the_stack_file_would(plumb, target):
    done = plumb("--target", target, scenario=SCENARIO.replace("primary/chat-v3", "route none"))
    assert done.exit_code == 0
    assert "dev, primary/chat-v3: about" in done.stderr


def test_a_page_is_written_where_it_is_wanted(plumb, tmp_path):
    assert plumb("--html", str(tmp_path / "load.html")).exit_code == 0
    assert "The objectives hold" in (tmp_path / "load.html").read_text()


@pytest.mark.parametrize(
    ("error", "code"),
    [(stack_outputs.NotDeployed("not deployed"), 3), (stack_outputs.NoOutputs("no pulumi"), 4)],
)
def test_a_stack_that_cannot_be_asked_is_no_failure_of_its_models(plumb, monkeypatch, error, code):
    def read(stack):
        raise error

    monkeypatch.setattr(stack_outputs, "read", read)
    assert plumb().exit_code == code


def full_after(calls):
    asked = []

    def answer(request):
        asked.append(request)
        return good(request) if len(asked) < calls else httpx2.Response(429)

    return answer


def test_a_sweep_ends_at_the_first_stage_that_is_too_much(plumb):
    done = plumb("--sweep", "--duration", "0.3", handler=full_after(300))
    assert done.exit_code == 0
    assert [line.split(" a second")[0].strip() for line in done.stderr.splitlines()[1:]] == [
        "400.00",
        "500.00",
        "625.00",
    ]
    assert "bears 500.00 calls a second" in done.stdout


def test_a_sweep_is_no_evidence(plumb):
    assert plumb("--sweep", "--record").exit_code == 2


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--listen", "127.0.0.1:5557"), "--workers"),
        (("--join", "127.0.0.1:5557", "--workers", "2"), "--join alone"),
        (("--join", "nowhere:port"), "HOST:PORT"),
        (("--sweep", "--listen", "127.0.0.1:5557"), "at the rate that it finds"),
        (("--workers", "0"), "workers"),
    ],
)
def test_who_leads_and_who_works_is_said_in_one_way(plumb, words, message):
    done = plumb(*words)
    assert done.exit_code == 2
    assert message in done.stderr


def test_without_locust_several_processes_are_wrong_use(plumb, monkeypatch):
    monkeypatch.setattr("scripts.load.plan.find_spec", lambda name: None)
    done = plumb("--workers", "2")
    assert done.exit_code == 2
    assert "Locust is not installed" in done.stderr


def test_a_run_is_judged_again_by_its_folder_alone(plumb, tmp_path):
    folder = json.loads(plumb("--json").stdout)["folder"]
    again = CliRunner().invoke(app, ["load", folder, "--json"])
    assert again.exit_code == 0
    for each in ("report.json", "report.html"):
        (Path(folder) / each).unlink()
    assert CliRunner().invoke(app, ["load", folder]).exit_code == 0
    assert json.loads((Path(folder) / "report.json").read_text())["verdict"] == (
        "the objectives hold"
    )


def test_a_sweep_is_judged_again_by_its_stages(plumb):
    words = ("--sweep", "--duration", "0.1", "--json")
    first = json.loads(plumb(*words, handler=lambda request: httpx2.Response(429)).stdout)
    again = CliRunner().invoke(app, ["load", first["folder"], "--json"])
    assert (again.exit_code, json.loads(again.stdout)) == (1, first)


def test_a_folder_without_a_run_is_wrong_use(tmp_path):
    done = CliRunner().invoke(app, ["load", str(tmp_path)])
    assert done.exit_code == 2
    assert "Fix: name the folder of a load run" in done.stderr


def test_a_scenario_without_a_stack_is_wrong_use():
    done = CliRunner().invoke(app, ["load", "scenarios/chat.yaml"])
    assert done.exit_code == 2
    assert "--stack" in done.stderr


def test_a_cap_on_what_nobody_knows_the_price_of_cannot_be_kept(plumb, monkeypatch):
    def unknown(opened, name):
        raise NoPrice("no price is known for it. Fix: add it")

    monkeypatch.setattr("scripts.load.plan.price_of", unknown)
    assert plumb("--most-cost", "5").exit_code == 3
    done = plumb()
    assert done.exit_code == 0
    assert "what it cost is not known" in done.stdout


def test_evidence_that_the_gate_would_refuse_is_told_beforehand(plumb):
    done = plumb("--record", "--dry-run")
    assert "wants 900 s after the warm-up. Fix: --duration 900" in done.stderr
