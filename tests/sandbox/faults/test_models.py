"""What the openai client, as its makers ship it, does about each fault of a model."""

import sqlite3
from contextlib import closing

import openai
import pytest

from tests.sandbox.faults.conftest import chat
from tests.sandbox.running import RunningSandbox

CHAT = "deployment:ai-test/faulty"
QUESTION = "What is the capital of Portugal?"


def test_milliseconds_to_wait_beat_seconds(order, model, slept):
    added = order(CHAT, "throttle", retry_after=0.3, count=1)
    assert (added["headers"]["retry-after"], added["headers"]["retry-after-ms"]) == ("1", "300")
    assert chat(model)
    assert slept == [0.3]


def test_seconds_alone_are_waited_for(order, model, slept):
    order(CHAT, "throttle", retry_after=7, retry_header="seconds", count=2)
    assert chat(model)
    assert slept == [7, 7]


def test_milliseconds_alone_are_waited_for(order, model, slept):
    order(CHAT, "throttle", retry_after=2.5, retry_header="milliseconds", count=1)
    assert chat(model)
    assert slept == [2.5]


def test_more_than_two_minutes_are_not_waited_for_at_all(order, model, slept):
    order(CHAT, "throttle", retry_after=121, retry_header="seconds")
    with pytest.raises(openai.RateLimitError, match="Please retry after 121 seconds"):
        chat(model)
    assert slept == []


@pytest.mark.parametrize("header", ["reset", "none"])
def test_without_the_header_the_client_backs_off_by_itself(order, model, slept, header):
    order(CHAT, "throttle", retry_header=header, count=2)
    assert chat(model)
    assert 0.375 <= slept[0] <= 0.5 and 0.75 <= slept[1] <= 1


def test_a_storm_outlasts_the_client_and_then_ends(order, model, slept, sandbox):
    order(CHAT, "throttle", count=3)
    with pytest.raises(openai.RateLimitError) as refused:
        chat(model)
    assert refused.value.code == "429"
    assert chat(model)
    assert sandbox.control("GET", "/faults")["value"] == []


@pytest.mark.parametrize("status", [500, 503])
def test_a_server_error_is_tried_again(order, model, slept, status):
    order(CHAT, "server-error", status=status, count=1)
    assert chat(model)
    assert len(slept) == 1


def test_a_slow_first_byte_runs_into_the_callers_timeout(order, model, slept):
    order(CHAT, "slow", delay=0.3)
    with pytest.raises(openai.APITimeoutError):
        chat(model.with_options(timeout=0.05))
    assert len(slept) == 2


def test_a_cut_stream_ends_in_silence_without_a_finish_reason(order, model):
    order(CHAT, "cut", count=1)
    stream = model.chat.completions.create(
        model="faulty", messages=[{"role": "user", "content": "hello"}], stream=True
    )
    chunks = [each for each in stream if each.choices]
    assert chunks and not any(each.choices[0].finish_reason for each in chunks)


def test_a_lost_answer_is_asked_for_again_and_was_paid_for_twice(order, model, slept, sandbox):
    order(CHAT, "lost", count=1)
    assert chat(model)
    assert len(slept) == 1
    assert answered(sandbox) == 2


def test_expired_tokens_are_refused_as_azure_does_and_not_tried_again(order, model, slept):
    order("account:ai-test", "expired-tokens")
    with pytest.raises(openai.AuthenticationError, match="or have expired"):
        chat(model)
    assert slept == []


def test_a_token_too_old_on_arrival_is_refused_by_its_signed_date(order, model, slept):
    order("identity", "expired-tokens", count=1)
    with pytest.raises(openai.AuthenticationError, match="or have expired"):
        chat(model)


def test_a_retired_model_is_gone(order, model):
    order(CHAT, "model-retired")
    with pytest.raises(openai.APIStatusError, match="has been retired") as refused:
        chat(model)
    assert refused.value.status_code == 410
    assert chat(model, "other")


def test_worse_quality_shows_in_answers_and_ends_with_the_fault(order, model, sandbox):
    order(CHAT, "worse-quality", share=0, for_seconds=900)
    assert chat(model, text=QUESTION) != "Lisbon"
    assert chat(model, "other", text=QUESTION) == "Lisbon"
    sandbox.control("POST", "/clock", {"advance": "15m"})
    assert chat(model, text=QUESTION) == "Lisbon"


def test_half_of_the_requests_are_the_same_half_each_time(order, model, sandbox):
    def hit() -> list[bool]:
        order(CHAT, "server-error", rate=0.5, seed=7)
        found = [failed(model.with_options(max_retries=0)) for _ in range(12)]
        sandbox.control("DELETE", "/faults")
        return found

    first = hit()
    assert first == hit() and len(set(first)) == 2


def answered(sandbox: RunningSandbox) -> int:
    """How many requests to models were answered, and paid for."""
    sandbox.control("POST", "/clock", {})  # writes down what waits in memory
    with closing(sqlite3.connect(f"file:{sandbox.folder}/state.db?mode=ro", uri=True)) as database:
        (count,) = database.execute("SELECT count(*) FROM events WHERE status = 200").fetchone()
    return int(count)


def failed(model: openai.OpenAI) -> bool:
    try:
        return not chat(model)
    except openai.InternalServerError:
        return True
