"""A real process, killed in the midst of what it has begun."""

import json
import ssl

import openai
from httpx2 import Client

from tests.sandbox.core.cloud import ACCOUNT, ACCOUNT_BODY, GROUP, deployment
from tests.sandbox.core.test_lifecycle import client
from tests.sandbox.dataplane.conftest import HELLO
from tests.sandbox.running import RunningSandbox, sandbox_in, start

REQUESTS = 400
WITH_KEYS = {"properties": {"customSubDomainName": "ai-test", "disableLocalAuth": False}}


def line(number: int) -> str:
    body = {"model": "later", "messages": HELLO}
    return json.dumps({"custom_id": f"{number}", "url": "/chat/completions", "body": body})


def make(sandbox: RunningSandbox) -> None:
    later = deployment(100, sku="GlobalBatch", model="gpt-4.1", version="2025-04-14")
    with client(sandbox) as azure:
        for path, body in (
            (GROUP, {"location": "swedencentral"}),
            (ACCOUNT, ACCOUNT_BODY | WITH_KEYS),
            (f"{ACCOUNT}/deployments/later", later),
        ):
            assert azure.put(path, json=body).status_code == 201


def model(sandbox: RunningSandbox) -> openai.OpenAI:
    """With a key: it outlives the process."""
    with client(sandbox) as azure:
        endpoint = azure.get(ACCOUNT).json()["properties"]["endpoint"]
        key = azure.post(f"{ACCOUNT}/listKeys").json()["key1"]
    trust = ssl.create_default_context(cafile=str(sandbox.folder / "ca.pem"))
    return openai.OpenAI(
        base_url=f"{endpoint}openai/v1/",
        api_key=key,
        http_client=Client(verify=trust, trust_env=False),
    )


def test_a_batch_that_a_kill_interrupted_is_finished_and_no_request_answered_twice(tmp_path):
    sandbox, process = start(tmp_path)
    try:
        make(sandbox)
        with model(sandbox) as ask:
            content = "\n".join(map(line, range(REQUESTS))).encode()
            file = ask.files.create(file=("b.jsonl", content), purpose="batch")
            made = ask.batches.create(
                input_file_id=file.id, endpoint="/chat/completions", completion_window="24h"
            )
            counts = ask.batches.retrieve(made.id).request_counts
    finally:
        process.kill()
        process.wait()
    assert counts.completed < REQUESTS
    with sandbox_in(tmp_path) as again, model(again) as ask:
        done = ask.batches.retrieve(made.id)
        assert done.request_counts.completed >= counts.completed
        while done.status in ("validating", "in_progress"):
            done = ask.batches.retrieve(made.id)
        assert done.status == "completed"
        told = ask.files.content(done.output_file_id).text.splitlines()
        assert [json.loads(each)["custom_id"] for each in told] == list(map(str, range(REQUESTS)))
