"""A whole run, against a server that answers by a function, and what is kept of it."""

import json
import os
import signal
from functools import partial

import httpx2
import pytest

from components.evidence_kinds import LoadTest
from scripts.exit import Exit
from scripts.load import connections, sending
from scripts.load.measure import Limits, measure
from scripts.load.recompute import judged, recompute
from scripts.load.sending import Work
from scripts.load.wire import Target
from tests.load.answering import answering
from tests.load.runs import run

USAGE = {"prompt_tokens": 100, "completion_tokens": 20}
GOOD = {"choices": [{"finish_reason": "stop", "message": {"content": "x"}}], "usage": USAGE}
TARGET = Target(endpoint="https://cora.example", deployment="chat-v3", tokens_per_minute=30_000)


def good(request):
    return httpx2.Response(200, json=GOOD)


def failing(request):
    return httpx2.Response(500)


@pytest.fixture
def measured(monkeypatch, tmp_path):
    """Measures in front of a server that answers by `handler`; the run's folder is tmp_path."""

    def measured(handler, limits=None, **scenario):
        monkeypatch.setattr(connections, "connections", lambda endpoint: answering(handler))
        began = run(**scenario)
        work = Work(scenario=began.scenario, target=TARGET)
        send = partial(sending.send, work, lambda: "a-secret-token")
        return measure(began, tmp_path, send, limits or Limits())

    return measured


def interrupting(signum, after=100):
    asked = []

    def answer(request):
        asked.append(request)
        if len(asked) == after:
            os.kill(os.getpid(), signum)
        return good(request)

    return answer


def test_a_run_that_is_answered_passes_and_counts_its_tokens(measured):
    report = measured(good)
    assert (report.code, report.summary.good) == (Exit.YES, 300)
    assert report.summary.tokens.prompt == 300 * 100
    assert not report.run.partial


def test_a_run_that_is_hopeless_ends_early_and_fails(measured):
    report = measured(failing, duration_s=60.0)
    assert (report.code, report.run.partial) == (Exit.NO, True)
    assert report.summary.offered < 2_000


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_is_kept_as_such_and_never_passes(measured, tmp_path, signum):
    report = measured(interrupting(signum), duration_s=60.0)
    assert (report.code, report.run.partial) == (Exit.CANNOT_TELL, True)
    assert report.run.cut_off == f"{signum.name} came"
    assert json.loads((tmp_path / "report.json").read_text())["partial"] is True
    assert recompute(tmp_path)["partial"] is True


@pytest.mark.parametrize(
    ("limits", "why"),
    [
        (Limits.of(None, 0.05), "its deadline has passed"),
        (Limits.of(0.01, None), "it has cost 0.01 USD, and --most-cost allows 0.01"),
    ],
)
def test_a_run_ends_when_its_time_or_money_is_spent(measured, limits, why):
    report = measured(good, limits, duration_s=60.0)
    assert (report.code, report.run.cut_off) == (Exit.CANNOT_TELL, why)
    assert report.summary.offered < 20_000


def test_what_a_run_has_cost_is_no_longer_there_for_the_next(measured):
    limits = Limits.of(1.0, None)
    report = measured(good, limits)
    assert limits.most_cost == pytest.approx(1.0 - report.summary.cost)


def test_a_fault_of_ours_leaves_a_run_that_is_no_result(measured, tmp_path):
    def broken(request):
        raise RuntimeError("a bug")

    with pytest.raises(RuntimeError, match="a bug"):
        measured(broken)
    assert judged(tmp_path).code == Exit.CANNOT_TELL


def test_the_evidence_is_made_again_from_what_is_kept(measured, tmp_path):
    report = measured(good, warm_up_s=0.1)
    assert recompute(tmp_path) == report.as_evidence()
    proven = LoadTest.model_validate(recompute(tmp_path))
    assert (proven.target_rps, proven.error_rate, proven.dropped) == (1_000, 0, 0)


def test_no_token_is_kept(measured, tmp_path):
    measured(good)
    for file in tmp_path.iterdir():
        assert "a-secret-token" not in file.read_text()


def test_a_run_without_an_answer_is_no_evidence(measured):
    with pytest.raises(ValueError, match="nothing to record"):
        measured(failing).as_evidence()


@pytest.mark.parametrize("handler", [good, failing, lambda request: httpx2.Response(429)])
def test_a_page_of_any_run_can_be_drawn(measured, tmp_path, handler):
    report = measured(handler)
    page = (tmp_path / "report.html").read_text()
    assert report.run.run_id in page
    assert "<script" not in page
    assert "http" not in page.replace("http-equiv", "")
