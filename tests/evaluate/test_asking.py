"""Whatever comes of a question is an answer, or says that there is none and why."""

import httpx2
import openai
import pytest
from azure.core.exceptions import ClientAuthenticationError

from scripts.client.reply import Cut, Reply, Usage
from scripts.client.target import Key, Target
from scripts.evaluate import prompt
from scripts.evaluate.asking import Asking, OutOfTime, router
from scripts.evaluate.timing import Timing
from tests.evaluate.rows import item

TARGET = Target(base_url="https://ai.example.com/openai/v1/", model="chat-v4", token=Key("NO_KEY"))
REQUEST = httpx2.Request("POST", TARGET.base_url)


class Scripted:
    """A client that answers, or raises, as it was told."""

    def __init__(self, said):
        self.said = said
        self.asked = []

    def ask(self, question, **options):
        self.asked.append((question, options))
        if isinstance(self.said, Exception):
            raise self.said
        return self.said


def reply(text="It arrives tomorrow [doc1].", finish="stop", usage=True):
    return Reply(
        text=text,
        finish_reason=finish,
        model="gpt-5.5-2026-04-24",
        usage=Usage(prompt=20, cached=5, answer=10, reasoning=4) if usage else None,
        target=TARGET,
        latency_ms=12.34,
    )


def asked(said, **question):
    client = Scripted(said)
    plain = prompt.parse(prompt.PLAIN, "no template", "")
    asking = Asking(client=client, prompt=plain, style=None, most_tokens=300)
    return asking.ask(item(**question)), client.asked[0]


def refused(status, code):
    response = httpx2.Response(status, request=REQUEST, json={"error": {"code": code}})
    kind = {400: openai.BadRequestError, 429: openai.RateLimitError}.get(
        status, openai.InternalServerError
    )
    return kind("Azure says no", response=response, body={"code": code})


def test_an_answer_is_kept_with_what_is_seen_of_it():
    answer, (messages, options) = asked(reply())
    assert (answer.outcome, answer.text) == ("ok", "It arrives tomorrow [doc1].")
    assert answer.checks == {"refusal": True, "length": True, "citation": True}
    assert (answer.usage.prompt, answer.usage.cached, answer.usage.reasoning) == (20, 5, 4)
    assert (answer.model, answer.latency_ms) == ("gpt-5.5-2026-04-24", 12.3)
    assert messages[-1]["content"].endswith("Question: When?")
    assert options == {"max_completion_tokens": 300}


def test_json_is_asked_for_where_it_is_expected():
    schema = {"type": "object"}
    answer, (_, options) = asked(reply('{"a": 1}'), expect={"json_schema": schema})
    assert options["response_format"]["json_schema"] == {"name": "answer", "schema": schema}
    assert answer.checks["json"]


def test_an_answer_without_tokens_left_is_one_and_fails_its_check():
    answer, _ = asked(reply("It arr", finish="length"))
    assert answer.outcome == "ok"
    assert answer.checks["length"] is False


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        (reply(finish="content_filter"), "filtered"),
        (reply(usage=False), "cut"),
        (refused(400, "content_filter"), "filtered"),
        (refused(400, "other"), "request"),
        (refused(429, "429"), "throttled_quota"),
        (refused(503, "503"), "server"),
        (openai.APITimeoutError(REQUEST), "timeout"),
        (openai.APIConnectionError(request=REQUEST), "connection"),
        (Cut(TARGET, "It arr"), "cut"),
        (OutOfTime(), "timeout"),
        (ClientAuthenticationError("expired"), "request"),
    ],
)
def test_what_went_wrong_is_no_answer_and_has_no_text(said, outcome):
    answer, _ = asked(said)
    assert (answer.outcome, answer.text, answer.checks) == (outcome, "", {})


def test_the_client_waits_for_nobody_once_the_run_is_over():
    time = Timing(until=10.0, clock=lambda: 8.0)
    client = router(TARGET, time)
    assert client.patience.deadline_s == 2
    assert [*client.route.fallback] == [TARGET]
    with pytest.raises(OutOfTime):
        client.sleep(3)
    time.stop.set()
    with pytest.raises(OutOfTime):
        client.sleep(1)
