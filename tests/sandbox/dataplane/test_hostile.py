"""Bodies that nobody sends on purpose: an answer or a refusal, never a failure of the sandbox."""

import json
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.dataplane import incoming
from tests.sandbox.dataplane.conftest import ACCOUNT_ID, OPENAI_CONTRIBUTOR
from tests.sandbox.dataplane.test_files import jsonl, upload

WORDS = (
    *("model", "messages", "input", "role", "content", "type", "text", "user", "assistant", "chat"),
    *("tools", "function", "name", "parameters", "tool_choice", "tool_calls", "arguments", "n"),
    *("response_format", "format", "json_schema", "schema", "properties", "items", "enum", "stop"),
    *("max_tokens", "max_output_tokens", "stream", "stream_options", "reasoning", "effort", "high"),
    *(
        "function_call",
        "function_call_output",
        "message",
        "call_id",
        "output",
        "required",
        "prompt",
    ),
    *("training_file", "hyperparameters", "n_epochs", "method", "supervised", "suffix", "metadata"),
)
PLAIN = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 40),
    st.floats(allow_nan=False),
    st.sampled_from(WORDS),
)
ANYTHING = st.recursive(
    PLAIN,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(WORDS), inner, max_size=4)
    ),
    max_leaves=12,
)
MESSAGE = st.fixed_dictionaries(
    {"role": st.sampled_from(["user", "assistant", "tool", "system"])},
    optional={"content": ANYTHING, "name": ANYTHING, "tool_calls": ANYTHING},
)
ITEM = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["message", "function_call", "function_call_output", "reasoning"]),
        "role": st.sampled_from(["user", "assistant", "system"]),
        **dict.fromkeys(("content", "name", "arguments", "output", "call_id"), ANYTHING),
    },
)
TOOL = st.fixed_dictionaries(
    {"type": st.just("function")},
    optional={
        "name": ANYTHING,
        "parameters": ANYTHING,
        "function": st.fixed_dictionaries({}, optional={"name": ANYTHING, "parameters": ANYTHING}),
    },
)
FORM = st.fixed_dictionaries(
    {"type": st.sampled_from(["json_schema", "json_object", "text"])},
    optional={"json_schema": ANYTHING, "schema": ANYTHING, "name": ANYTHING},
)
MORE = {
    "tools": st.lists(TOOL, max_size=2),
    "tool_choice": ANYTHING,
    "stream": st.booleans(),
    "stop": ANYTHING,
    "metadata": ANYTHING,
}
BODIES = {
    "deployments/chat/chat/completions": st.fixed_dictionaries(
        {"messages": st.lists(MESSAGE, max_size=3)}, optional={**MORE, "response_format": FORM}
    ),
    "responses": st.fixed_dictionaries(
        {"model": st.just("chat"), "input": st.one_of(ANYTHING, st.lists(ITEM, max_size=3))},
        optional={
            **MORE,
            "text": st.fixed_dictionaries({"format": FORM}),
            "reasoning": ANYTHING,
            **dict.fromkeys(("previous_response_id", "conversation", "prompt"), ANYTHING),
            **dict.fromkeys(("background", "store"), st.one_of(st.booleans(), ANYTHING)),
        },
    ),
    "v1/conversations": st.fixed_dictionaries(
        {},
        optional={"items": st.one_of(st.lists(ITEM, max_size=3), ANYTHING), "metadata": ANYTHING},
    ),
    "uploads": st.fixed_dictionaries(
        {"purpose": st.sampled_from(["batch", "fine-tune", "x"]), "filename": ANYTHING},
        optional={"bytes": ANYTHING, "mime_type": ANYTHING},
    ),
    "files/import": st.fixed_dictionaries(
        {"purpose": st.just("assistants")},
        optional={
            "filename": ANYTHING,
            "content_url": st.one_of(ANYTHING, st.text(max_size=9).map("data:{}".format)),
        },
    ),
    "deployments/instruct/completions": st.fixed_dictionaries(
        {"prompt": ANYTHING}, optional={**MORE, "echo": ANYTHING}
    ),
    "deployments/embed/embeddings": st.fixed_dictionaries({"input": ANYTHING}),
    "fine_tuning/jobs": st.fixed_dictionaries(
        {"model": st.just("gpt-4.1-mini"), "training_file": st.just("")},
        optional={"hyperparameters": ANYTHING, "method": ANYTHING, "suffix": ANYTHING},
    ),
    "batches": st.fixed_dictionaries(
        {"input_file_id": ANYTHING, "endpoint": ANYTHING, "completion_window": ANYTHING},
        optional={"metadata": ANYTHING},
    ),
}
NEAR = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def ask(cloud, web):
    cloud.deployment("chat", capacity=100_000)
    cloud.deployment("embed", "text-embedding-3-small", "1", capacity=100_000)
    cloud.deployment("instruct", "gpt-35-turbo-instruct", "0914", capacity=100_000)
    cloud.allow("cora-app", OPENAI_CONTRIBUTOR, ACCOUNT_ID)
    headers = {"Authorization": f"Bearer {cloud.token()}"}

    def run(path, body):
        return web.post(
            f"/acct/contoso/openai/{path}?api-version=2024-10-21", content=body, headers=headers
        )

    return run


@pytest.mark.parametrize("path", BODIES)
@NEAR
@given(data=st.data())
def test_a_body_that_is_almost_right_is_answered_or_refused(ask, path, data):
    body = data.draw(BODIES[path])
    answer = ask(path, json.dumps(body).encode())
    assert answer.status_code in (200, 201, 400, 404)
    if answer.status_code >= 400:
        assert answer.json()["error"]["message"]


@pytest.mark.parametrize("path", BODIES)
@NEAR
@given(body=st.one_of(st.binary(max_size=40), ANYTHING.map(lambda each: json.dumps(each).encode())))
def test_a_body_that_is_anything_at_all_is_answered_or_refused(ask, path, body):
    assert ask(path, body).status_code in (200, 201, 400, 404)


@NEAR
@given(body=st.binary(max_size=200), boundary=st.sampled_from(["", "; boundary=x", "; boundary="]))
def test_a_form_that_is_none_is_refused(cloud, web, ask, body, boundary):
    answer = web.post(
        "/acct/contoso/openai/v1/files",
        content=body,
        headers={
            "Authorization": f"Bearer {cloud.token()}",
            "Content-Type": f"multipart/form-data{boundary}",
        },
    )
    assert answer.status_code == 400


@NEAR
@given(line=st.one_of(ANYTHING, BODIES["deployments/chat/chat/completions"]))
def test_a_batch_of_anything_at_all_comes_to_an_end(cloud, tuner_of, line):
    client = tuner_of()
    row = {"custom_id": "1", "url": "/chat/completions", "body": line}
    file = upload(client, jsonl(row), purpose="batch")
    made = client.batches.create(
        input_file_id=file.id, endpoint="/chat/completions", completion_window="24h"
    )
    assert client.batches.retrieve(made.id).status in ("completed", "failed")


@pytest.fixture
def tuner_of(cloud, client):
    cloud.deployment("chat", sku="GlobalBatch", capacity=100_000)
    cloud.allow("cora-app", OPENAI_CONTRIBUTOR, ACCOUNT_ID)
    return lambda: client


@NEAR
@given(
    path=st.sampled_from(["responses/{}", "v1/conversations/{}", "v1/conversations/{}/items"]),
    id=st.text(max_size=20),
    query=st.dictionaries(
        st.sampled_from(["limit", "after", "order", "stream", "starting_after"]),
        st.one_of(st.integers().map(str), st.just("true"), st.text(max_size=5)),
    ),
)
def test_an_id_and_a_query_that_are_anything_at_all_are_answered_or_refused(
    cloud, web, path, id, query
):
    answer = web.get(
        f"/acct/contoso/openai/{path.format(quote(id, safe=''))}",
        params={"api-version": "2024-10-21", **query},
        headers={"Authorization": f"Bearer {cloud.token()}"},
    )
    assert answer.status_code in (200, 400, 404)


@pytest.mark.parametrize(
    ("path", "most"),
    [("deployments/chat/chat/completions", "LARGEST"), ("files", "LARGEST_UPLOAD")],
)
@pytest.mark.parametrize("announced", [True, False])
def test_a_body_without_end_is_refused_before_it_has_filled_the_memory(
    ask, web, cloud, monkeypatch, path, most, announced
):
    monkeypatch.setattr(incoming, most, 1000)
    chunks = (b"x" * 100 for _ in range(1000))
    answer = web.post(
        f"/acct/contoso/openai/{path}?api-version=2024-10-21",
        content=b"".join(chunks) if announced else chunks,
        headers={"Authorization": f"Bearer {cloud.token()}"},
    )
    assert answer.status_code == 413


HALF, ENDLESS = b'"\\ud800"', b"1e999"


@pytest.mark.parametrize("odd", [HALF, ENDLESS, b"NaN", b"[" * 5000])
@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("v1/chat/completions", b'{"model": %s}'),
        ("v1/responses", b'{"model": "chat", "input": "x", "metadata": {"a": %s}}'),
        ("v1/conversations", b'{"items": [{"role": "user", "content": "x", "more": %s}]}'),
        ("uploads", b'{"purpose": "batch", "bytes": 1, "mime_type": "x", "filename": %s}'),
        ("batches", b'{"input_file_id": %s}'),
        ("fine_tuning/jobs", b'{"model": %s, "training_file": "x"}'),
    ],
)
def test_what_cannot_be_said_again_is_no_json(ask, path, body, odd):
    answer = ask(path, body % odd)
    assert answer.status_code == 400
    assert answer.json()["error"]["message"]


@pytest.mark.parametrize("odd", [HALF, ENDLESS])
def test_a_line_that_cannot_be_said_again_fails_its_batch(cloud, tuner_of, odd):
    client = tuner_of()
    text = b'{"custom_id": %s, "url": "/chat/completions", "body": {"model": "chat"}}' % odd
    file = upload(client, text, purpose="batch")
    made = client.batches.create(
        input_file_id=file.id, endpoint="/chat/completions", completion_window="24h"
    )
    (error,) = client.batches.retrieve(made.id).errors.data
    assert error.code in ("invalid_json_line", "invalid_request")


@pytest.mark.parametrize("name", [b"\xff.jsonl", b"\xed\xa0\x80.jsonl"])
def test_a_file_may_be_called_anything(ask, cloud, web, name):
    form = b'--x\r\nContent-Disposition: form-data; name="file"; filename="%s"\r\n\r\n{}\r\n' % name
    form += b'--x\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nbatch\r\n--x--'
    answer = web.post(
        "/acct/contoso/openai/v1/files",
        content=form,
        headers={
            "Authorization": f"Bearer {cloud.token()}",
            "Content-Type": "multipart/form-data; boundary=x",
        },
    )
    assert answer.status_code == 201
    assert answer.json()["filename"].endswith(".jsonl")
