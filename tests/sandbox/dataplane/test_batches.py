"""Batches, from the file of requests to the file of answers."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import openai
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from sandbox.dataplane.routes import routes
from tests.sandbox.dataplane.conftest import ACCOUNT_ID, HELLO, OPENAI_CONTRIBUTOR
from tests.sandbox.dataplane.test_files import jsonl, upload


def line(number, model="later", url="/chat/completions", **body):
    return {
        "custom_id": f"task-{number}",
        "method": "POST",
        "url": url,
        "body": {"model": model, "messages": HELLO, **body},
    }


@pytest.fixture(autouse=True)
def later(cloud):
    cloud.deployment("later", sku="GlobalBatch", capacity=100)


@pytest.fixture
def send(tuner):
    def run(*lines, endpoint="/chat/completions"):
        file = upload(tuner, jsonl(*lines), purpose="batch")
        return tuner.batches.create(
            input_file_id=file.id, endpoint=endpoint, completion_window="24h"
        )

    return run


def rows(client, file_id):
    return [json.loads(row) for row in client.files.content(file_id).text.splitlines()]


def test_each_request_of_a_batch_is_answered_in_its_output_file(tuner, send):
    made = send(line(1), line(2, max_tokens=3))
    assert made.status == "validating"
    done = tuner.batches.retrieve(made.id)
    assert (done.status, done.error_file_id) == ("completed", None)
    assert (done.request_counts.total, done.request_counts.completed) == (2, 2)
    first, second = rows(tuner, done.output_file_id)
    assert (first["custom_id"], second["custom_id"]) == ("task-1", "task-2")
    assert first["response"]["status_code"] == 200
    assert first["response"]["body"]["choices"][0]["message"]["content"]
    assert second["response"]["body"]["usage"]["completion_tokens"] == 3


def test_a_batch_says_what_a_deployment_says_at_once(tuner, send):
    at_once = tuner.chat.completions.create(model="chat", messages=HELLO)
    done = tuner.batches.retrieve(send(line(1)).id)
    (row,) = rows(tuner, done.output_file_id)
    told = row["response"]["body"]["choices"][0]["message"]["content"]
    assert told == at_once.choices[0].message.content


def test_requests_that_fail_stand_in_a_file_of_their_own(tuner, send):
    bad = [{"role": "user", "content": "[[jailbreak]]"}]
    done = tuner.batches.retrieve(send(line(1), line(2, messages=bad), line(3, stream=True)).id)
    assert (done.request_counts.completed, done.request_counts.failed) == (1, 2)
    assert [row["custom_id"] for row in rows(tuner, done.output_file_id)] == ["task-1"]
    filtered, streamed = rows(tuner, done.error_file_id)
    assert filtered["response"]["body"]["error"]["code"] == "content_filter"
    assert streamed["response"]["status_code"] == 400


def test_a_batch_is_worked_off_on_the_sandbox_clock(slow, tuner):
    file = upload(tuner, jsonl(*[line(n) for n in range(10)]), purpose="batch")
    slow.wait(2)
    made = tuner.batches.create(
        input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h"
    )
    slow.wait(150)
    half = tuner.batches.retrieve(made.id)
    assert (half.status, half.request_counts.completed) == ("in_progress", 5)
    assert half.output_file_id is None
    assert list(tuner.files.list(purpose="batch_output")) == []
    slow.wait(150)
    done = tuner.batches.retrieve(made.id)
    assert (done.status, done.completed_at) == ("completed", made.created_at + 300)
    assert len(rows(tuner, done.output_file_id)) == 10


def test_a_cancelled_batch_leaves_what_was_done(slow, tuner, events):
    file = upload(tuner, jsonl(*[line(n) for n in range(10)]), purpose="batch")
    slow.wait(2)
    made = tuner.batches.create(
        input_file_id=file.id, endpoint="/chat/completions", completion_window="24h"
    )
    slow.wait(95)
    assert tuner.batches.cancel(made.id).status == "cancelling"
    done = tuner.batches.retrieve(made.id)
    assert (done.status, done.request_counts.completed) == ("cancelled", 3)
    assert len(rows(tuner, done.output_file_id)) == 3
    slow.wait(1000)
    assert tuner.batches.retrieve(made.id) == done
    counted = slow.around.store.execute(
        "SELECT count(*) FROM events WHERE correlation_id = ?", (made.id,)
    )
    assert counted[0][0] == 3
    with pytest.raises(openai.ConflictError):
        tuner.batches.cancel(made.id)


@pytest.mark.parametrize(
    ("lines", "code", "number"),
    [
        ([line(1), "{"], "invalid_json_line", 2),
        ([{"custom_id": "x"}], "invalid_request", 1),
        ([line(1), line(1)], "duplicate_custom_id", 2),
        ([line(1), line(2, model="chat")], "model_mismatch", 2),
        ([line(1, url="/embeddings")], "url_mismatch", 1),
        ([line(1, model="nobody")], "model_not_found", 1),
        ([line(1, model="chat")], "invalid_request", 1),
        (["\n"], "empty_file", None),
    ],
)
def test_a_batch_that_cannot_be_begun_fails_and_names_the_line(tuner, send, lines, code, number):
    failed = tuner.batches.retrieve(send(*lines).id)
    assert failed.status == "failed"
    (error,) = failed.errors.data
    assert (error.code, error.line) == (code, number)


def test_more_tokens_than_may_be_enqueued_are_refused(cloud, tuner, send):
    cloud.deployment("later", sku="GlobalBatch", capacity=1)
    long = [{"role": "user", "content": "word " * 2000}]
    failed = tuner.batches.retrieve(send(line(1, messages=long)).id)
    assert failed.errors.data[0].code == "token_limit_exceeded"


def test_a_batch_deployment_answers_nothing_else(tuner):
    with pytest.raises(openai.BadRequestError) as refused:
        tuner.chat.completions.create(model="later", messages=HELLO)
    assert refused.value.code == "OperationNotSupported"


def test_a_large_batch_holds_nobody_up_and_can_be_watched(cloud, unhurried):
    cloud.allow("cora-app", OPENAI_CONTRIBUTOR, ACCOUNT_ID)
    content = jsonl(*[line(number) for number in range(600)])

    async def run():
        async with unhurried:
            file = await unhurried.files.create(file=("b.jsonl", content), purpose="batch")
            made = await unhurried.batches.create(
                input_file_id=file.id, endpoint="/chat/completions", completion_window="24h"
            )
            seen = [made]
            while seen[-1].status in ("validating", "in_progress"):
                # Somebody else is answered in the meantime.
                assert await unhurried.chat.completions.create(model="chat", messages=HELLO)
                seen.append(await unhurried.batches.retrieve(made.id))
            return seen, (await unhurried.files.content(seen[-1].output_file_id)).text

    seen, output = asyncio.run(run())
    assert seen[0].status == "validating"
    counts = [each.request_counts.completed for each in seen]
    assert counts == sorted(counts)
    assert len({count for count in counts if 0 < count < 600}) > 1
    ids = [json.loads(row)["custom_id"] for row in output.splitlines()]
    assert ids == [f"task-{number}" for number in range(600)]


def test_a_large_batch_is_cancelled_in_its_midst(tuner, send):
    made = send(*[line(number) for number in range(400)])
    assert tuner.batches.cancel(made.id).status == "cancelling"
    done = tuner.batches.retrieve(made.id)
    assert done.status == "cancelled"
    assert 0 < done.request_counts.completed < 400
    assert len(rows(tuner, done.output_file_id)) == done.request_counts.completed


def test_of_many_who_cancel_at_once_one_does(tuner, send):
    made = send(*[line(number) for number in range(400)])

    def cancel(_):
        try:
            return tuner.batches.cancel(made.id).status
        except openai.ConflictError:
            return None

    with ThreadPoolExecutor(8) as pool:
        assert [each for each in pool.map(cancel, range(8)) if each] == ["cancelling"]


def started_anew(cloud, client):
    """A process that has only what is on the disk, and a client of it."""
    web = TestClient(Starlette(routes=routes(cloud.around)))
    return web, client.with_options(http_client=web)


def test_a_batch_goes_on_where_it_was_when_the_sandbox_was_killed(cloud, tuner):
    file = upload(tuner, jsonl(*[line(number) for number in range(200)]), purpose="batch")
    web, first = started_anew(cloud, tuner)
    with web:
        made = first.batches.create(
            input_file_id=file.id, endpoint="/chat/completions", completion_window="24h"
        )
        begun = first.batches.retrieve(made.id).request_counts.completed
    web, second = started_anew(cloud, tuner)
    with web:
        done = second.batches.retrieve(made.id)
        while done.status == "in_progress":
            done = second.batches.retrieve(made.id)
        ids = [row["custom_id"] for row in rows(second, done.output_file_id)]
    assert 0 < begun < 200
    assert ids == [f"task-{number}" for number in range(200)]
    counted = cloud.around.store.execute(
        "SELECT count(*) FROM events WHERE correlation_id = ?", (made.id,)
    )
    assert counted[0][0] == 200


def test_a_batch_whose_input_is_gone_after_a_kill_has_failed(slow, tuner):
    file = upload(tuner, jsonl(line(1)), purpose="batch")
    slow.wait(2)
    made = tuner.batches.create(
        input_file_id=file.id, endpoint="/chat/completions", completion_window="24h"
    )
    assert tuner.batches.retrieve(made.id).status == "in_progress"
    tuner.files.delete(file.id)
    slow.wait(300)
    web, again = started_anew(slow, tuner)
    with web:
        failed = again.batches.retrieve(made.id)
    assert (failed.status, failed.errors.data[0].code) == ("failed", "input_file_deleted")


def test_a_batch_for_a_deployment_that_was_deleted_ends_with_errors(slow, tuner):
    file = upload(tuner, jsonl(line(1)), purpose="batch")
    slow.wait(2)
    made = tuner.batches.create(
        input_file_id=file.id, endpoint="/chat/completions", completion_window="24h"
    )
    tuner.batches.retrieve(made.id)
    slow.around.store.delete(f"{ACCOUNT_ID}/deployments/later")
    slow.wait(300)
    done = tuner.batches.retrieve(made.id)
    assert (done.status, done.request_counts.failed) == ("completed", 1)
    (row,) = rows(tuner, done.error_file_id)
    assert row["response"]["body"]["error"]["code"] == "DeploymentNotFound"


def test_a_model_that_retires_in_the_midst_of_a_batch_answers_the_rest_with_410(slow, client):
    slow.allow("cora-app", OPENAI_CONTRIBUTOR, ACCOUNT_ID)
    slow.deployment("later", "gpt-4o", "2024-05-13", sku="GlobalBatch")
    slow.now = datetime(2026, 12, 8, 23, 57, 30, tzinfo=UTC)
    client.api_key = slow.token()
    file = upload(client, jsonl(*[line(number) for number in range(10)]), purpose="batch")
    slow.wait(2)
    made = client.batches.create(
        input_file_id=file.id, endpoint="/chat/completions", completion_window="24h"
    )
    slow.wait(120)
    client.batches.retrieve(made.id)
    slow.wait(180)
    done = client.batches.retrieve(made.id)
    assert (done.request_counts.completed, done.request_counts.failed) == (4, 6)
    assert {row["response"]["status_code"] for row in rows(client, done.error_file_id)} == {410}


def test_responses_come_in_batches_too(tuner, send):
    asked = {**line(1, url="/v1/responses"), "body": {"model": "later", "input": "Hi"}}
    done = tuner.batches.retrieve(send(asked, endpoint="/v1/responses").id)
    (row,) = rows(tuner, done.output_file_id)
    assert row["response"]["body"]["object"] == "response"


def test_each_request_of_a_batch_leaves_a_row_among_the_events(cloud, tuner, send):
    made = send(line(1), line(2))
    tuner.batches.retrieve(made.id)
    found = cloud.around.store.execute(
        "SELECT deployment, operation, status, completion_tokens FROM events "
        "WHERE correlation_id = ?",
        (made.id,),
    )
    assert [tuple(row)[:3] for row in found] == [("later", "ChatCompletions_Create", 200)] * 2
    assert all(row["completion_tokens"] for row in found)


@pytest.mark.parametrize(
    "change",
    [{"endpoint": "/images"}, {"completion_window": "1h"}, {"input_file_id": "file-0"}],
)
def test_what_is_no_batch_is_refused(tuner, change):
    file = upload(tuner, jsonl(line(1)), purpose="batch")
    wanted = {
        "input_file_id": file.id,
        "endpoint": "/chat/completions",
        "completion_window": "24h",
    }
    with pytest.raises(openai.BadRequestError) as refused:
        tuner.batches.create(**{**wanted, **change})
    assert refused.value.code == "invalidPayload"


def test_batches_are_listed_and_only_their_makers_role_makes_them(tuner, send):
    made = [send(line(1)).id, send(line(1)).id]
    assert [batch.id for batch in tuner.batches.list()] == made[::-1]


def test_who_may_only_ask_makes_no_batch(client):
    with pytest.raises(openai.AuthenticationError, match="batch-jobs/write"):
        client.batches.create(
            input_file_id="file-0", endpoint="/chat/completions", completion_window="24h"
        )


def test_an_asynchronous_client_sends_batches_too(cloud, unhurried):
    cloud.allow("cora-app", OPENAI_CONTRIBUTOR, ACCOUNT_ID)

    async def run():
        async with unhurried:
            file = await unhurried.files.create(
                file=("batch.jsonl", jsonl(line(1))), purpose="batch"
            )
            made = await unhurried.batches.create(
                input_file_id=file.id, endpoint="/chat/completions", completion_window="24h"
            )
            return await unhurried.batches.retrieve(made.id)

    assert asyncio.run(run()).status == "completed"
