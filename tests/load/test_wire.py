"""One call over HTTP: what is read from Azure's answer, and what each way of failing is called."""

import asyncio
import json
from dataclasses import replace

import aiohttp
import httpx2
import pytest

from scripts.load.call import Tokens
from scripts.load.wire import Target, ask
from tests.load.answering import answering

TARGET = Target(endpoint="https://cora.example/", deployment="chat-v3", tokens_per_minute=30_000)
USAGE = {
    "prompt_tokens": 120,
    "completion_tokens": 40,
    "prompt_tokens_details": {"cached_tokens": 100},
    "completion_tokens_details": {"reasoning_tokens": 25},
}
STOPPED = {"choices": [{"finish_reason": "stop", "message": {"content": "Paris"}}], "usage": USAGE}


def asked(handler, target=TARGET, **body):
    """Asks a server that answers by a function, with a clock that counts its own reading."""
    ticks = iter(range(1, 100))

    async def work():
        async with answering(handler) as web:
            return await ask(web, target, body, lambda: "a-token", lambda: float(next(ticks)))

    return asyncio.run(work())


def events(*chunks, end="data: [DONE]\n\n"):
    text = "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks) + end
    return lambda request: httpx2.Response(200, text=text)


def piece(content=None, finish=None):
    return {
        "choices": [{"delta": {"content": content} if content else {}, "finish_reason": finish}]
    }


FILTERS = {"choices": [], "prompt_filter_results": []}
LAST = {"choices": [], "usage": USAGE}


def test_a_call_names_its_deployment_and_signs_in_by_token():
    seen = []

    def handler(request):
        seen.append(request)
        return httpx2.Response(200, json=STOPPED)

    asked(handler, messages=[])
    assert str(seen[0].url) == "https://cora.example/openai/v1/chat/completions"
    assert seen[0].headers["Authorization"] == "Bearer a-token"
    assert json.loads(seen[0].content) == {"messages": [], "model": "chat-v3"}


def test_tokens_are_counted_by_usage_and_what_spilled_is_seen():
    headers = {
        "x-ms-region": "Sweden Central",
        "azure-openai-deployment-utilization": "89.3%",
        "x-ms-spillover-from-deployment": "chat-reserved",
    }
    answer = asked(lambda request: httpx2.Response(200, json=STOPPED, headers=headers))
    assert (answer.outcome, answer.status, answer.spilled) == ("ok", 200, True)
    assert answer.tokens == Tokens(prompt=120, cached=100, answer=40, reasoning=25)
    assert answer.utilisation == pytest.approx(0.893)
    assert answer.region == "Sweden Central"


def test_the_first_text_is_the_first_that_is_not_empty():
    stream = events(FILTERS, piece(""), piece("Par"), piece("is"), piece(finish="stop"), LAST)
    answer = asked(stream, stream=True)
    assert (answer.outcome, answer.first_text_s, answer.chunks) == ("ok", 1.0, 2)
    assert answer.tokens.answer == 40


@pytest.mark.parametrize(
    "stream",
    [
        events(piece("Par"), LAST),  # no finish_reason
        events(piece("Par"), piece(finish="stop")),  # no usage
        events(piece("Par"), end='data: {"choi'),
        events([], None, 1),
        events(),
    ],
)
def test_a_stream_that_does_not_end_well_was_cut(stream):
    assert asked(stream, stream=True).outcome == "cut"


def test_what_a_filter_stops_midway_is_filtered_not_wrong():
    stream = events(piece("How to"), piece(finish="content_filter"), LAST)
    assert asked(stream, stream=True).outcome == "filtered"


@pytest.mark.parametrize(
    ("status", "headers", "error", "outcome"),
    [
        (429, {"retry-after": "7"}, {"code": "RateLimitReached"}, "throttled_quota"),
        (429, {"x-ratelimit-limit-tokens": "10000"}, {}, "throttled_temporary"),
        (429, {"x-ratelimit-limit-tokens": "30000"}, {}, "throttled_quota"),
        (429, {"azure-openai-deployment-utilization": "104%"}, {}, "throttled_capacity"),
        (429, {}, {"message": "experiencing high demand"}, "throttled_capacity"),
        (400, {}, {"code": "content_filter"}, "filtered"),
        (400, {}, {"code": "unsupported_parameter"}, "request"),
        (404, {}, {"code": "DeploymentNotFound"}, "request"),
        (401, {}, None, "request"),
        (408, {}, None, "timeout"),
        (500, {}, None, "server"),
        (503, {}, {"code": "ServiceUnavailable"}, "server"),
    ],
)
def test_every_refusal_has_its_class(status, headers, error, outcome):
    body = {"error": error} if error is not None else "<html>"
    answer = asked(lambda request: httpx2.Response(status, json=body, headers=headers))
    assert (answer.outcome, answer.status) == (outcome, status)


@pytest.mark.parametrize(
    ("headers", "wait_ms"),
    [
        ({"retry-after-ms": "250", "retry-after": "1"}, 250),
        ({"retry-after": "7"}, 7_000),
        ({"retry-after": "Wed, 21 Oct"}, None),
        ({}, None),
    ],
)
def test_how_long_to_wait_is_read_in_milliseconds(headers, wait_ms):
    answer = asked(lambda request: httpx2.Response(429, headers=headers))
    assert answer.retry_after_ms == wait_ms


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (aiohttp.ConnectionTimeoutError("nobody there"), "connection"),
        (aiohttp.ClientConnectionError("refused"), "connection"),
        (aiohttp.ServerDisconnectedError("closed"), "connection"),
    ],
)
def test_what_never_answered_has_its_class(error, outcome):
    def handler(request):
        raise error

    assert asked(handler).outcome == outcome


def test_an_answer_that_breaks_off_was_cut():
    class BreaksOff(httpx2.AsyncByteStream):
        async def __aiter__(self):
            yield b'data: {"choices": []}\n\n'
            raise aiohttp.ClientPayloadError("reset")

    answer = asked(lambda request: httpx2.Response(200, stream=BreaksOff()), stream=True)
    assert answer.outcome == "cut"


@pytest.mark.parametrize("text", ["<html>", "[]", "null", "{}"])
def test_an_answer_that_is_none_was_cut(text):
    assert asked(lambda request: httpx2.Response(200, text=text)).outcome == "cut"


async def _drips():
    while True:
        yield b": wait\n\n"
        await asyncio.sleep(0)


async def _hangs():
    yield b""
    await asyncio.sleep(3_600)


@pytest.mark.parametrize("answer", [_drips, _hangs])
def test_an_answer_that_never_ends_is_too_late_as_a_whole(answer):
    impatient = replace(TARGET, timeout_s=0.02)
    answered = asked(lambda request: httpx2.Response(200, content=answer()), impatient, stream=True)
    assert answered.outcome == "timeout"


def test_embeddings_have_a_vector_and_no_ending():
    embeds = replace(TARGET, operation="embeddings")
    seen = []

    def handler(request):
        seen.append(request)
        return httpx2.Response(200, json={"data": [{"embedding": [0.1]}], "usage": USAGE})

    answer = asked(handler, embeds, input="a text")
    assert str(seen[0].url) == "https://cora.example/openai/v1/embeddings"
    assert (answer.outcome, answer.tokens.prompt) == ("ok", 120)
    assert asked(lambda request: httpx2.Response(200, json={"data": []}), embeds).outcome == "cut"
