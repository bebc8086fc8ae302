"""Files that come part by part, or from elsewhere."""

import asyncio
import base64

import openai
import pytest

from tests.sandbox.dataplane.conftest import (
    ACCOUNT_ID,
    API_VERSION,
    OPENAI_CONTRIBUTOR,
)
from tests.sandbox.dataplane.test_files import EXAMPLE, jsonl

CONTENT = jsonl(*[EXAMPLE] * 10)
HALVES = (CONTENT[:300], CONTENT[300:])


def begin(client, **more):
    wanted = {"filename": "data.jsonl", "mime_type": "application/jsonl", "purpose": "fine-tune"}
    return client.uploads.create(**{**wanted, "bytes": len(CONTENT), **more})


def add(client, upload, content):
    return client.uploads.parts.create(upload.id, data=content)


def test_parts_make_up_a_file_in_the_order_in_which_they_are_named(tuner):
    made = begin(tuner)
    assert (made.status, made.expires_at - made.created_at) == ("pending", 7200)
    second, first = (add(tuner, made, half) for half in HALVES[::-1])
    done = tuner.uploads.complete(made.id, part_ids=[first.id, second.id])
    assert (done.status, done.file.status) == ("completed", "pending")
    assert tuner.files.content(done.file.id).content == CONTENT
    job = tuner.fine_tuning.jobs.create(model="gpt-4.1-mini", training_file=done.file.id)
    assert job.training_file == done.file.id


def test_a_part_may_be_named_by_the_block_that_azure_keeps_it_in(tuner):
    made = begin(tuner)
    blocks = [add(tuner, made, half).model_extra["azure_block_id"] for half in HALVES]
    done = tuner.uploads.complete(made.id, part_ids=blocks)
    assert tuner.files.content(done.file.id).content == CONTENT


def test_the_openai_clients_own_helper_cuts_a_file_up_and_sends_it(tuner):
    done = tuner.uploads.upload_file_chunked(
        file=CONTENT,
        filename="data.jsonl",
        bytes=len(CONTENT),
        mime_type="application/jsonl",
        purpose="fine-tune",
        part_size=256,
    )
    assert tuner.files.content(done.file.id).content == CONTENT


def test_a_cancelled_upload_takes_nothing_more(tuner):
    made = begin(tuner)
    part = add(tuner, made, CONTENT)
    assert tuner.uploads.cancel(made.id).status == "cancelled"
    for ask in (
        lambda: add(tuner, made, CONTENT),
        lambda: tuner.uploads.complete(made.id, part_ids=[part.id]),
        lambda: tuner.uploads.cancel(made.id),
    ):
        with pytest.raises(openai.BadRequestError) as refused:
            ask()
        assert refused.value.code == "unexpectedEntityState"


def test_an_upload_that_is_not_completed_in_two_hours_has_expired(cloud, client):
    cloud.allow("cora-app", OPENAI_CONTRIBUTOR, ACCOUNT_ID)
    made = begin(client)
    cloud.wait(7200)
    client.api_key = cloud.token()
    with pytest.raises(openai.BadRequestError, match="The upload is expired"):
        add(client, made, CONTENT)


@pytest.mark.parametrize(
    ("size", "more", "says"),
    [
        (len(CONTENT) + 1, {}, f"The parts have {len(CONTENT)} bytes"),
        (len(CONTENT), {"md5": "0" * 32}, "The MD5 of the parts"),
        (len(CONTENT), {"part_ids": ["uplprt-0"]}, "no part 'uplprt-0'"),
    ],
)
def test_what_does_not_add_up_is_not_completed(tuner, size, more, says):
    made = begin(tuner, bytes=size)
    part = add(tuner, made, CONTENT)
    with pytest.raises(openai.BadRequestError, match=says):
        tuner.uploads.complete(made.id, **{"part_ids": [part.id], **more})


@pytest.mark.parametrize(
    ("change", "says"),
    [({"purpose": "telepathy"}, "purpose must be"), ({"filename": "data.csv"}, "JSON Lines")],
)
def test_an_upload_for_nothing_is_refused_before_it_begins(tuner, change, says):
    with pytest.raises(openai.BadRequestError, match=says):
        begin(tuner, **change)


def test_an_upload_that_is_not_there_is_a_404(tuner):
    with pytest.raises(openai.NotFoundError):
        tuner.uploads.cancel("fine-tune-0")


def test_who_may_only_ask_uploads_nothing(client):
    with pytest.raises(openai.AuthenticationError, match="files/write"):
        begin(client)


def test_an_asynchronous_client_uploads_in_parts_too(cloud, unhurried):
    cloud.allow("cora-app", OPENAI_CONTRIBUTOR, ACCOUNT_ID)

    async def run():
        async with unhurried:
            made = await begin(unhurried)
            part = await add(unhurried, made, CONTENT)
            return await unhurried.uploads.complete(made.id, part_ids=[part.id])

    assert asyncio.run(run()).status == "completed"


@pytest.fixture
def bring(cloud, web):
    """An import, for which the OpenAI clients have no method."""
    cloud.allow("cora-app", OPENAI_CONTRIBUTOR, ACCOUNT_ID)

    def run(url, path="", **more):
        return web.post(
            f"/acct/contoso/openai{path}/files/import?api-version={API_VERSION}",
            json={"purpose": "fine-tune", "filename": "p.jsonl", "content_url": url, **more},
            headers={"Authorization": f"Bearer {cloud.token()}"},
        )

    return run


def test_a_file_is_imported_from_what_its_address_holds(bring, older):
    answer = bring(f"data:;base64,{base64.b64encode(CONTENT).decode()}")
    made = answer.json()
    assert (answer.status_code, made["status"]) == (201, "pending")
    assert answer.headers["location"].endswith(f"/openai/files/{made['id']}")
    assert older.files.retrieve(made["id"]).status == "processed"
    assert older.files.content(made["id"]).content == CONTENT


def test_an_import_from_the_network_fails_and_says_that_nothing_is_fetched(bring, older):
    made = bring("https://contoso.blob.core.windows.net/data/p.jsonl").json()
    failed = older.files.retrieve(made["id"])
    assert failed.status == "error"
    assert "fetches nothing" in failed.status_details


def test_an_import_needs_an_address_and_a_path_with_an_api_version(bring):
    assert bring(None).status_code == 400
    assert bring("data:,x", path="/v1").status_code == 404
