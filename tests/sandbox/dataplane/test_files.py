"""Files, as the OpenAI clients upload them."""

import asyncio
import json

import openai
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.dataplane import multipart, training_data
from sandbox.dataplane.errors import Refusal
from tests.sandbox.dataplane.conftest import ACCOUNT_ID, OPENAI_CONTRIBUTOR

EXAMPLE = {
    "messages": [
        {"role": "user", "content": "Where is my order?"},
        {"role": "assistant", "content": "On its way."},
    ]
}


def jsonl(*rows):
    return "\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows).encode()


def upload(client, content, purpose="fine-tune", name="data.jsonl"):
    return client.files.create(file=(name, content), purpose=purpose)


def test_an_uploaded_file_is_pending_then_processed_on_the_sandbox_clock(slow, tuner):
    made = upload(tuner, jsonl(EXAMPLE))
    assert (made.status, made.purpose, made.bytes) == ("pending", "fine-tune", len(jsonl(EXAMPLE)))
    assert tuner.files.retrieve(made.id).status == "pending"
    slow.wait(2)
    assert tuner.files.retrieve(made.id).status == "processed"


def test_an_upload_is_a_201_that_says_where_the_file_is(tuner):
    raw = tuner.files.with_raw_response.create(
        file=("data.jsonl", jsonl(EXAMPLE)), purpose="fine-tune"
    )
    assert raw.status_code == 201
    assert raw.headers["location"].endswith(f"/openai/files/{raw.parse().id}")


def test_a_file_comes_back_byte_by_byte_until_it_is_deleted(tuner):
    made = upload(tuner, jsonl(EXAMPLE))
    assert tuner.files.content(made.id).content == jsonl(EXAMPLE)
    assert tuner.files.delete(made.id).deleted
    for ask in (tuner.files.retrieve, tuner.files.content, tuner.files.delete):
        with pytest.raises(openai.NotFoundError) as refused:
            ask(made.id)
        assert refused.value.code == "notFound"


def test_files_are_listed_newest_first_by_purpose_and_page(tuner):
    first = upload(tuner, jsonl(EXAMPLE))
    second = upload(tuner, jsonl({}), purpose="batch")
    third = upload(tuner, jsonl(EXAMPLE))
    assert [file.id for file in tuner.files.list()] == [third.id, second.id, first.id]
    assert [file.id for file in tuner.files.list(purpose="batch")] == [second.id]
    assert [file.id for file in tuner.files.list(limit=1)] == [third.id, second.id, first.id]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (jsonl(EXAMPLE, "{"), "Line 2 is not valid JSON."),
        (jsonl({"prompt": "x"}), "Line 1: missing required property 'messages'."),
        (
            jsonl({"messages": [{"role": "user", "content": "x"}]}),
            "Line 1: there is no message of the assistant to learn from.",
        ),
        (jsonl({"messages": [{"role": "narrator", "content": "x"}]}), "messages[0].role"),
        (
            jsonl({"messages": [{"role": "assistant", "content": 5}]}),
            "expected a string or array of objects, but got an integer",
        ),
        (b"\xff\xfe", "not encoded in UTF-8"),
    ],
)
def test_a_training_file_that_cannot_be_learnt_from_ends_in_error(tuner, content, says):
    made = tuner.files.retrieve(upload(tuner, content).id)
    assert made.status == "error"
    assert says in made.status_details


@pytest.mark.parametrize(
    ("content", "purpose", "name", "says"),
    [
        (b"x", "vision", "data.jsonl", "The purpose must be one of"),
        (b"", "batch", "data.jsonl", "The file is empty"),
        (b"x", "batch", "data.txt", "has to be JSON Lines"),
    ],
)
def test_what_is_no_file_for_its_purpose_is_refused(tuner, content, purpose, name, says):
    with pytest.raises(openai.BadRequestError, match=says) as refused:
        upload(tuner, content, purpose, name)
    assert refused.value.code == "invalidPayload"


def test_who_may_only_ask_may_look_at_files_but_not_upload_them(client):
    assert list(client.files.list()) == []
    with pytest.raises(openai.AuthenticationError) as refused:
        upload(client, jsonl(EXAMPLE))
    assert "Microsoft.CognitiveServices/accounts/OpenAI/files/write" in refused.value.message


def test_a_file_that_expires_is_gone_then(cloud, tuner):
    made = tuner.files.create(
        file=("data.jsonl", jsonl(EXAMPLE)),
        purpose="batch",
        expires_after={"anchor": "created_at", "seconds": 3600},
    )
    cloud.wait(3599)
    assert tuner.files.retrieve(made.id)
    cloud.wait(1)
    with pytest.raises(openai.NotFoundError):
        tuner.files.retrieve(made.id)


def test_files_outlive_a_soft_deleted_account_and_not_a_purged_one(cloud, tuner):
    made = upload(tuner, jsonl(EXAMPLE))
    store = cloud.around.store
    store.soft_delete(ACCOUNT_ID, cloud.now)
    store.restore(ACCOUNT_ID)
    assert tuner.files.retrieve(made.id)
    store.soft_delete(ACCOUNT_ID, cloud.now)
    store.purge(ACCOUNT_ID)
    assert store.execute("SELECT count(*) FROM objects")[0][0] == 0


def test_an_asynchronous_client_uploads_too(cloud, unhurried):
    cloud.allow("cora-app", OPENAI_CONTRIBUTOR, ACCOUNT_ID)

    async def run():
        async with unhurried:
            made = await unhurried.files.create(
                file=("data.jsonl", jsonl(EXAMPLE)), purpose="batch"
            )
            return (await unhurried.files.content(made.id)).content

    assert asyncio.run(run()) == jsonl(EXAMPLE)


@given(st.binary(), st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=9))
def test_no_byte_of_a_form_is_lost(content, name):
    boundary = "b0undary-nobody-writes"
    form = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nbatch\r\n'
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="x.jsonl"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    ).encode() + content
    form += f"\r\n--{boundary}--\r\n".encode()
    found = multipart.parts(f"multipart/form-data; boundary={boundary}", form)
    assert found["file"].content == content
    assert (found["file"].filename, found["purpose"].text) == ("x.jsonl", "batch")


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data"])
def test_what_is_no_form_is_refused(kind):
    with pytest.raises(Refusal):
        multipart.parts(kind, b"{}")


@given(st.binary())
def test_any_bytes_are_judged_as_training_data(content):
    complaint = training_data.malformed(content)
    if complaint is None:
        assert all(training_data.examples(content))
