"""A whole run, against a server that answers by a function, and what is kept of it."""

import json
import os
import signal

import httpx2
import pytest

from components.sections import ObjectiveSettings
from scripts.exit import Exit
from scripts.load import connections
from scripts.load.measure import keep, measure
from scripts.load.scenario import parse
from scripts.stack_outputs import StackOutputs
from tests.load.test_wire import answering

USAGE = {"prompt_tokens": 100, "completion_tokens": 20}
GOOD = {"choices": [{"finish_reason": "stop", "message": {"content": "x"}}], "usage": USAGE}
OUTPUTS = StackOutputs.model_validate(
    {
        "contract_version": "1",
        "profile": "dev",
        "resource_group": "rg",
        "accounts": {
            "primary": {
                "name": "cora",
                "location": "swedencentral",
                "endpoint": "https://cora.example",
                "deployments": {
                    "chat-v3": {
                        "model": "gpt-5.4",
                        "version": "2026-03-05",
                        "format": "OpenAI",
                        "sku": "GlobalStandard",
                        "capacity": 30,
                        "content_filter": "x",
                        "spillover": "",
                    }
                },
            }
        },
        "routes": {},
        "routing": {"store": "s", "endpoint": "https://s.example", "label": "dev"},
    }
)


def measured(monkeypatch, handler, **changes):
    monkeypatch.setattr(connections, "connections", lambda timeout_s: answering(handler))
    scenario = {
        "target": "primary/chat-v3",
        "calls_per_second": 1_000.0,
        "duration_s": 0.3,
        "arrivals": "constant",
        "stream": False,
        "mix": {"one": {"prompt_tokens": 10, "answer_tokens": 10}},
    }
    return measure(
        parse(scenario | changes, "x.yaml"),
        "dev",
        "primary/chat-v3",
        ObjectiveSettings(p95_latency_ms=60_000),
        OUTPUTS,
        lambda: "a-secret-token",
    )


def good(request):
    return httpx2.Response(200, json=GOOD)


def test_a_run_that_is_answered_passes_and_counts_its_tokens(monkeypatch):
    report, calls = measured(monkeypatch, good)
    assert (report.code, len(calls)) == (Exit.YES, 300)
    assert report.summary.tokens.prompt == 300 * 100
    assert not report.partial


def test_a_run_that_is_hopeless_ends_early_and_fails(monkeypatch):
    report, calls = measured(monkeypatch, lambda request: httpx2.Response(500), duration_s=60.0)
    assert (report.code, report.partial) == (Exit.NO, True)
    assert len(calls) < 2_000


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_is_kept_as_such_and_never_passes(monkeypatch, tmp_path, signum):
    asked = []

    def interrupting(request):
        asked.append(request)
        if len(asked) == 100:
            os.kill(os.getpid(), signum)
        return good(request)

    report, calls = measured(monkeypatch, interrupting, duration_s=60.0)
    assert (report.code, report.partial) == (Exit.CANNOT_TELL, True)
    keep(tmp_path / "run", report, calls)
    assert json.loads((tmp_path / "run/report.json").read_text())["partial"] is True
    assert report.as_evidence()["partial"] is True


def test_what_is_kept_makes_the_numbers_again_and_holds_no_token(monkeypatch, tmp_path):
    report, calls = measured(monkeypatch, good)
    keep(tmp_path / "run", report, calls)
    kept = [json.loads(line) for line in (tmp_path / "run/calls.jsonl").read_text().splitlines()]
    latencies = sorted(1000 * (call["ended_s"] - call["intended_s"]) for call in kept)
    assert report.summary.latency_ms["p50"].value == pytest.approx(latencies[149])
    for file in (tmp_path / "run").iterdir():
        assert "a-secret-token" not in file.read_text()


def test_a_run_without_an_answer_is_no_evidence(monkeypatch):
    report, _ = measured(monkeypatch, lambda request: httpx2.Response(500))
    with pytest.raises(ValueError, match="nothing to record"):
        report.as_evidence()


def test_a_page_of_any_run_can_be_drawn(monkeypatch, tmp_path):
    for number, handler in enumerate((good, lambda request: httpx2.Response(429))):
        report, calls = measured(monkeypatch, handler)
        keep(tmp_path / str(number), report, calls)
        page = (tmp_path / str(number) / "report.html").read_text()
        assert report.run_id in page
        assert "<script" not in page
        assert "http" not in page.replace("http-equiv", "")


def test_evidence_of_a_run_is_what_its_kind_asks_for(monkeypatch):
    from components.evidence_kinds import LoadTest

    report, _ = measured(monkeypatch, good)
    proven = LoadTest.model_validate(report.as_evidence())
    assert (proven.target_rps, proven.error_rate, proven.dropped) == (1_000, 0, 0)
