"""One question over the wire: whatever comes back is told as it was."""

import httpx2
import openai
import pytest
from azure.core.exceptions import ClientAuthenticationError

from scripts.smoke.plan import CAPITAL, Question, says
from scripts.smoke.wire import Wire
from tests.smoke.azure_answers import BLOCKED, CHAT, EMBEDDING, STREAM, events, said, wire
from tests.smoke.good_run import chat, declared, embed

ONE = Question(kind="chat", label="1", messages=says(CAPITAL))
STREAMED = Question(kind="stream", messages=says(CAPITAL))


def ask(*answers, question=ONE, target=None, left_s=60.0):
    made, sent, waits = wire(*answers)
    target = target or chat()
    return made.ask("s", target, question, left_s=lambda: left_s), sent, waits


def test_a_good_answer_is_told_with_its_figures():
    call, sent, _ = ask(said(body=CHAT, **{"x-ms-region": "Sweden Central", "date": "today"}))
    assert (call.outcome, call.text, call.finish_reason) == ("ok", "Paris", "stop")
    assert (call.latency_ms, call.prompt_tokens, call.answer_tokens) == (1000, 16, 1)
    assert call.filters == {"hate": {"filtered": False, "severity": "safe"}}
    assert call.headers == {"x-ms-region": "Sweden Central"}
    assert sent[0]["max_completion_tokens"] == 500
    assert not {"max_tokens", "temperature"} & sent[0].keys()


def test_a_good_stream_is_told_and_its_first_text_is_timed():
    call, sent, _ = ask(said(text=events(STREAM)), question=STREAMED)
    assert (call.outcome, call.text, call.answer_tokens) == ("ok", "Paris", 1)
    assert (call.first_text_ms, call.latency_ms) == (1000, 2000)
    assert call.filters
    assert sent[0]["stream_options"] == {"include_usage": True}


@pytest.mark.parametrize("length", [1, 2, 3, 4])
def test_a_stream_that_ends_early_is_cut_wherever_it_ends(length):
    cut = said(text=events(STREAM[:length], done=False))
    call, _, _ = ask(cut, question=STREAMED)
    assert call.outcome == "cut"


def test_a_stream_that_trickles_is_not_waited_for_for_ever():
    made, _, _ = wire(said(text=events(STREAM)))
    left = iter([9, 9, 9, 0])
    call = made.ask("s", chat(), STREAMED, left_s=left.__next__)
    assert (call.outcome, call.text) == ("timeout", "Pa")


def test_a_stream_that_brings_an_error_is_no_answer():
    broken = events(STREAM[:2], done=False) + 'data: {"error": {"message": "Overloaded"}}\n\n'
    call, _, _ = ask(said(text=broken), question=STREAMED)
    assert call.outcome == "server"


def test_an_embedding_is_told_by_its_length():
    call, _, _ = ask(said(body=EMBEDDING), target=embed())
    assert (call.outcome, call.dimensions, call.model) == ("ok", 2, "text-embedding-3-small")


def test_a_filter_that_is_silent_of_one_side_is_told_as_such():
    call, _, _ = ask(said(body={**CHAT, "prompt_filter_results": []}))
    assert (call.annotated, call.filters) == (False, CHAT["choices"][0]["content_filter_results"])


@pytest.mark.parametrize(
    "found",
    [
        {"innererror": {"content_filter_result": {"violence": {"filtered": True}}}},
        {"inner_error": {"content_filter_results": {"violence": {"filtered": True}}}},
    ],
)
def test_what_the_filter_stopped_is_told_in_both_spellings(found):
    call, _, _ = ask(said(400, {"error": BLOCKED | found}))
    assert (call.outcome, call.status) == ("filtered", 400)
    assert call.filters == {"violence": {"filtered": True}}


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (400, "request"),
        (401, "request"),
        (403, "request"),
        (404, "request"),
        (408, "timeout"),
        (429, "throttled_quota"),
        (500, "server"),
        (503, "server"),
    ],
)
def test_azures_words_are_kept(status, outcome):
    body = {"error": {"message": "Azure's\n words", "code": "C"}}
    call, _, _ = ask(said(status, body))
    assert (call.outcome, call.status, call.said, call.code) == (
        outcome,
        status,
        "Azure's words.",
        "C",
    )


@pytest.mark.parametrize(
    ("error", "outcome"),
    [(httpx2.ConnectError("refused"), "connection"), (httpx2.ReadTimeout("slow"), "timeout")],
)
def test_an_azure_that_is_not_there_or_does_not_answer_is_a_fact(error, outcome):
    call, _, _ = ask(error)
    assert (call.outcome, call.status) == (outcome, None)


def test_an_answer_that_is_no_json_is_no_answer():
    body = httpx2.Response(200, text="<html>", headers={"content-type": "application/json"})
    call, _, _ = ask(body)
    assert call.outcome == "cut"


def test_a_page_in_place_of_an_answer_is_no_answer():
    page = httpx2.Response(200, text="<html>", headers={"content-type": "text/html"})
    call, _, _ = ask(page)
    assert call.outcome == "cut"


def test_who_gets_no_token_in_the_midst_of_a_run_is_told_so():
    def nobody():
        raise ClientAuthenticationError("No credential.\nTo mitigate this issue, read on.")

    client = openai.OpenAI(base_url="https://azure", api_key=nobody, max_retries=0)
    call = Wire(client=client).ask("s", chat(), ONE, left_s=lambda: 9.0)
    assert call.status == 401
    assert call.said.startswith("no token: No credential. Fix: az login")


def full(retry_after):
    return said(429, {"error": {"message": "full"}}, **{"retry-after": retry_after})


def test_who_is_full_for_a_moment_is_asked_again_when_it_says():
    call, sent, waits = ask(full("10"), said(body=CHAT))
    assert (call.outcome, call.waited_s, waits, len(sent)) == ("ok", 10, [10], 2)


def test_who_stays_full_is_waited_for_half_a_minute_and_no_longer():
    call, sent, waits = ask(*[full("10")] * 4)
    assert (call.outcome, call.waited_s, len(sent)) == ("throttled_quota", 30, 4)
    assert waits == [10, 10, 10]


def test_who_says_to_come_back_at_once_is_not_asked_at_once():
    _, _, waits = ask(full("0"), said(body=CHAT))
    assert waits == [0.5]


@pytest.mark.parametrize(("retry_after", "left_s"), [("", 60), ("soon", 60), ("31", 60), ("9", 8)])
def test_who_is_full_for_long_is_not_waited_for(retry_after, left_s):
    call, _, waits = ask(full(retry_after), left_s=left_s)
    assert (call.outcome, waits) == ("throttled_quota", [])


def test_without_time_nothing_is_sent():
    call, sent, _ = ask(left_s=0)
    assert (call.outcome, sent) == ("timeout", [])


@pytest.mark.parametrize(
    ("publisher", "form"), [("OpenAI", "json_schema"), ("DeepSeek", "json_object")]
)
def test_a_schema_is_asked_of_whoever_is_known_to_keep_one(publisher, form):
    target = chat(declared=declared(format=publisher))
    _, sent, _ = ask(
        said(body=CHAT), question=Question(kind="schema", messages=says("JSON")), target=target
    )
    assert sent[0]["response_format"]["type"] == form
