"""A judge is asked through the client, and whatever becomes of it is said."""

import json

import httpx2
import openai
import pytest

from scripts.client.target import Target
from scripts.evaluate.judges.asking import DISCOURAGED, HURRIED_S, Through
from scripts.evaluate.row import Usage
from scripts.evaluate.timing import Timing

GOOD = {
    "id": "1",
    "object": "chat.completion",
    "created": 1,
    "model": "gpt-4.1-2025-04-14",
    "choices": [
        {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "{}"}}
    ],
    "usage": {"prompt_tokens": 7, "completion_tokens": 2, "total_tokens": 9},
}


class Stopped:
    """Nobody waits in a test: the first wait tells to stop."""

    def wait(self, seconds):
        return True

    def is_set(self):
        return True


class Key:
    def __call__(self):
        return "t"

    def renew(self):
        pass


ASKED = ([{"role": "user", "content": "x"}], {"max_completion_tokens": 5}, 60.0)


def through(respond, monkeypatch):
    web = httpx2.Client(transport=httpx2.MockTransport(respond))
    monkeypatch.setattr(openai, "DefaultHttpxClient", lambda: web)
    target = Target(base_url="https://ai.example/openai/v1/", model="judge", token=Key())
    return Through(target, Timing(until=1e12, clock=lambda: 0.0, stop=Stopped()))


def says(answer, monkeypatch, status=200, headers=None):
    """What is said where Azure answers so; and what was sent."""
    sent = []

    def respond(request):
        sent.append(json.loads(request.content))
        return httpx2.Response(status, json=answer, headers=headers)

    return through(respond, monkeypatch)(*ASKED), sent


def with_choice(**choice):
    message = {**GOOD["choices"][0], **choice}
    return {**GOOD, "choices": [message]}


def test_an_answer_is_told_with_its_end_its_model_and_its_tokens(monkeypatch):
    said, [sent] = says(GOOD, monkeypatch)
    assert (said.outcome, said.text, said.finish) == ("ok", "{}", "stop")
    assert (said.model, said.usage) == ("gpt-4.1-2025-04-14", Usage(prompt=7, answer=2))
    assert (sent["model"], sent["max_completion_tokens"]) == ("judge", 5)


def test_a_refusal_and_a_cut_are_told_as_such(monkeypatch):
    refusal = {"role": "assistant", "content": None, "refusal": "No."}
    assert says(with_choice(message=refusal), monkeypatch)[0].refusal == "No."
    assert says(with_choice(finish_reason="length"), monkeypatch)[0].finish == "length"
    assert says(with_choice(finish_reason="content_filter"), monkeypatch)[0].outcome == "filtered"


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (400, {"error": {"code": "content_filter", "message": "stopped"}}, "filtered"),
        (400, {"error": {"code": "invalid", "message": "no schema"}}, "request"),
        (404, {"error": {"code": "DeploymentNotFound", "message": "gone"}}, "request"),
        (429, {"error": {"code": "429", "message": "slow down"}}, "timeout"),
        (503, {"error": {"code": "503", "message": "busy"}}, "timeout"),
    ],
)
def test_what_goes_wrong_is_told_and_not_raised(status, body, outcome, monkeypatch):
    said, _ = says(body, monkeypatch, status)
    assert (said.outcome, said.text) == (outcome, "")
    assert said.problem


def test_a_judge_that_is_throttled_to_the_end_of_its_time_is_told_as_throttled(monkeypatch):
    body = {"error": {"code": "429", "message": "slow down"}}
    said, sent = says(body, monkeypatch, 429, {"retry-after": "90"})
    assert (said.outcome, len(sent)) == ("throttled_quota", 1)


def test_an_answer_that_stops_in_the_middle_is_told_as_cut(monkeypatch):
    torn = with_choice(finish_reason=None)
    ask = through(lambda _: httpx2.Response(200, json=torn), monkeypatch)
    assert ask(*ASKED[:2], 0.0).outcome == "cut"


def test_a_judge_that_is_gone_is_not_waited_for_question_after_question(monkeypatch):
    timeouts, gone = [], True

    def respond(request):
        timeouts.append(request.extensions["timeout"]["read"])
        return httpx2.Response(400 if gone else 200, json={"error": {}} if gone else GOOD)

    ask = through(respond, monkeypatch)
    for _ in range(DISCOURAGED + 1):
        assert ask(*ASKED).outcome == "request"
    gone = False
    assert [ask(*ASKED).outcome for _ in range(2)] == ["ok"] * 2
    patient = [seconds > HURRIED_S for seconds in timeouts]
    assert patient == [True] * DISCOURAGED + [False] * 2 + [True]


def test_one_answer_that_a_filter_stopped_is_an_answer(monkeypatch):
    stopped = {"error": {"code": "content_filter"}}
    ask = through(lambda _: httpx2.Response(400, json=stopped), monkeypatch)
    for _ in range(3):
        ask(*ASKED)
    assert ask.in_vain == 0
