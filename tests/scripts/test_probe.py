"""One question to one deployment: only an answer that came and is good is a yes."""

import json

import httpx2
import openai
import pytest
from azure.core.exceptions import ClientAuthenticationError

from scripts.exit import Exit
from scripts.model_client import refused_once
from scripts.smoke.probe import Probe, ask, judge, kinds, patiently
from scripts.stack_outputs import DeploymentOutputs

ANNOTATED = {"hate": {"filtered": False, "severity": "safe"}}
USAGE = {"prompt_tokens": 16, "completion_tokens": 1, "total_tokens": 17}
CHAT = {
    "id": "1",
    "object": "chat.completion",
    "created": 1,
    "model": "gpt-5.4-2026-03-05",
    "choices": [
        {
            "index": 0,
            "finish_reason": "stop",
            "message": {"role": "assistant", "content": "Paris"},
            "content_filter_results": ANNOTATED,
        }
    ],
    "usage": USAGE,
    "prompt_filter_results": [{"prompt_index": 0, "content_filter_results": ANNOTATED}],
}
EMBEDDING = {
    "object": "list",
    "model": "text-embedding-3-small",
    "data": [{"object": "embedding", "index": 0, "embedding": [0.6, 0.8]}],
    "usage": {"prompt_tokens": 9, "total_tokens": 9},
}


def chunk(choices, **more):
    return {
        "id": "1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "gpt-5.4-2026-03-05",
        "choices": choices,
        **more,
    }


def delta(content=None, finish=None):
    return {
        "index": 0,
        "delta": {"content": content} if content else {},
        "finish_reason": finish,
        "content_filter_results": ANNOTATED,
    }


STREAM = [
    chunk([], model="", prompt_filter_results=CHAT["prompt_filter_results"]),
    chunk([delta("Pa")]),
    chunk([delta("ris")]),
    chunk([delta(finish="stop")]),
    chunk([], usage=USAGE),
]


def events(chunks):
    return "".join(f"data: {json.dumps(each)}\n\n" for each in chunks) + "data: [DONE]\n\n"


def declared(model="gpt-5.4", version="2026-03-05", **more):
    facts = {"format": "OpenAI", "sku": "GlobalStandard", "capacity": 1, "spillover": ""}
    facts |= {"content_filter": "strict", **more}
    return DeploymentOutputs(model=model, version=version, **facts)


def asked(kind="chat", status=200, body=None, text=None, model=None):
    """The result of one question to an Azure that answers so."""
    azure = httpx2.MockTransport(
        lambda request: (
            httpx2.Response(status, text=text, headers={"content-type": "text/event-stream"})
            if text is not None
            else httpx2.Response(status, json=body)
        )
    )
    client = openai.OpenAI(
        base_url="https://azure",
        api_key="-",
        http_client=httpx2.Client(transport=azure),
        max_retries=0,
    )
    question = Probe(
        subject="primary/chat-v3",
        kind=kind,
        account="primary",
        deployment="chat-v3",
        declared=model or declared(),
    )
    return judge(question, lambda each: ask(client, each, clock=iter(range(9)).__next__))


def test_a_good_answer_is_a_yes_with_its_figures():
    result = asked(body=CHAT)
    assert (result.code, result.problems) == (Exit.YES, ())
    assert (result.answer.latency_ms, result.answer.prompt_tokens) == (1000, 16)


def test_a_good_stream_is_a_yes_and_its_first_text_is_timed():
    result = asked("stream", text=events(STREAM))
    assert (result.code, result.problems) == (Exit.YES, ())
    assert (result.answer.first_token_ms, result.answer.latency_ms) == (1000, 2000)


def test_an_embedding_is_a_yes():
    model = declared("text-embedding-3-small", "1")
    assert asked("embeddings", body=EMBEDDING, model=model).code == Exit.YES


def but(**change):
    return {**CHAT, **change}


def but_choice(**change):
    return but(choices=[{**CHAT["choices"][0], **change}])


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (but(model="gpt-5.5-2026-04-24"), "answers as 'gpt-5.5-2026-04-24'"),
        (but_choice(message={"role": "assistant", "content": ""}), "the answer is empty"),
        (but_choice(finish_reason="length"), "ended with 'length'"),
        (but(usage=None), "no token usage"),
        (but(prompt_filter_results=[]), "no content filter annotations"),
        (but_choice(content_filter_results={}), "no content filter annotations"),
    ],
)
def test_a_bad_answer_is_a_no_with_a_reason(body, problem):
    result = asked(body=body)
    assert result.code == Exit.NO
    assert any(problem in each for each in result.problems)


def test_a_stream_that_is_cut_off_is_a_no():
    result = asked("stream", text="".join(f"data: {json.dumps(c)}\n\n" for c in STREAM[:2]))
    assert result.code == Exit.NO
    assert "the answer was cut off: no finish_reason" in result.problems[0]


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, Exit.NO),
        (401, Exit.NOT_REACHED),
        (403, Exit.NOT_REACHED),
        (404, Exit.NO),
        (408, Exit.NOT_REACHED),
        (429, Exit.CANNOT_TELL),
        (500, Exit.NOT_REACHED),
        (503, Exit.NOT_REACHED),
    ],
)
@pytest.mark.parametrize("kind", ["chat", "stream", "embeddings"])
def test_no_answer_is_never_a_yes_and_azures_words_are_kept(kind, status, code):
    result = asked(kind, status=status, body={"error": {"message": "Azure's words."}})
    assert result.code == code
    assert "Azure's words." in result.problems[0]


def test_who_has_no_token_is_told_how_to_get_one():
    def nobody(_):
        raise ClientAuthenticationError("No credential.\nTo mitigate this issue, read on.")

    question = Probe(subject="a/b", kind="chat", account="a", deployment="b", declared=declared())
    result = judge(question, nobody)
    assert result.code == Exit.NOT_REACHED
    assert result.problems[0].startswith("no token: No credential. Fix: az login")


def test_who_was_refused_a_token_does_not_ask_again():
    asked_for = []

    def refuse():
        asked_for.append(1)
        raise ClientAuthenticationError("No credential.")

    token = refused_once(refuse)
    for _ in range(3):
        with pytest.raises(ClientAuthenticationError):
            token()
    assert asked_for == [1]


def throttled(retry_after):
    """Somebody who is full at the first question, and says for how long."""
    response = httpx2.Response(
        429, headers={"retry-after": retry_after}, request=httpx2.Request("POST", "https://azure")
    )
    answers = [openai.RateLimitError("full", response=response, body=None), "an answer"]

    def ask(_):
        if isinstance(answer := answers.pop(0), Exception):
            raise answer
        return answer

    return ask


def test_who_is_full_for_a_moment_is_asked_again_when_it_says():
    waits = []
    assert patiently(throttled("10"), waits.append)("a question") == "an answer"
    assert waits == [10]


@pytest.mark.parametrize("retry_after", ["", "soon", "31"])
def test_who_is_full_for_long_is_not_waited_for(retry_after):
    waits = []
    with pytest.raises(openai.RateLimitError):
        patiently(throttled(retry_after), waits.append)("a question")
    assert waits == []


def test_an_azure_that_is_not_there_is_not_reached():
    def nobody(_):
        raise openai.APIConnectionError(request=httpx2.Request("POST", "https://azure"))

    question = Probe(subject="a/b", kind="chat", account="a", deployment="b", declared=declared())
    assert judge(question, nobody).code == Exit.NOT_REACHED


@pytest.mark.parametrize(
    ("model", "version", "expected"),
    [
        ("gpt-5.4", "2026-03-05", ("chat", "stream")),
        ("text-embedding-3-large", "1", ("embeddings",)),
        ("gpt-4.1-mini-2025-04-14.ft-ab-cora", "1", ("chat", "stream")),
        ("a-model-of-tomorrow", "1", ("chat", "stream")),
    ],
)
def test_a_model_is_asked_what_it_can_answer(model, version, expected):
    assert kinds(declared(model, version)) == expected
