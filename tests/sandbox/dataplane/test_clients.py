"""Clients as their makers ship them, over TLS, with nothing but the sandbox's environment."""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openai
import pytest
import requests
from azure.appconfiguration import AzureAppConfigurationClient, ConfigurationSetting
from azure.core.exceptions import HttpResponseError
from azure.identity import DefaultAzureCredential, get_bearer_token_provider

from tests.sandbox.dataplane.conftest import (
    API_VERSION,
    DATA_OWNER,
    HELLO,
    OPENAI_CONTRIBUTOR,
    OPENAI_USER,
)
from tests.sandbox.dataplane.test_batches import line
from tests.sandbox.dataplane.test_files import EXAMPLE, jsonl, upload

SCOPE = "https://cognitiveservices.azure.com/.default"
GROUP = "/resourceGroups/rg-clients"
ACCOUNT = f"{GROUP}/providers/Microsoft.CognitiveServices/accounts/clients"
STORE = f"{GROUP}/providers/Microsoft.AppConfiguration/configurationStores/clients"
ROLES = "/providers/Microsoft.Authorization"


@dataclass(frozen=True)
class Running:
    """A sandbox that is up, and what an application in it needs."""

    told: dict[str, Any]
    bundle: Path

    @property
    def endpoint(self) -> str:
        return f"{self.told['arm']}/acct/clients/"

    def enter(self, monkeypatch: pytest.MonkeyPatch, name: str, *, side: str = "inside") -> None:
        """What `plumb sandbox env` prints for somebody."""
        for variable, value in {
            "IDENTITY_ENDPOINT": self.told["identity"],
            "IDENTITY_HEADER": self.told["principals"][name][f"{side}_header"],
            "AZURE_TOKEN_CREDENTIALS": "ManagedIdentityCredential",
            "REQUESTS_CA_BUNDLE": str(self.bundle),
            "SSL_CERT_FILE": str(self.bundle),
        }.items():
            monkeypatch.setenv(variable, value)

    def put(self, path: str, version: str, body: dict[str, Any]) -> None:
        identity = requests.get(
            self.told["identity"],
            params={"api-version": "2019-08-01", "resource": "https://management.azure.com"},
            headers={"X-IDENTITY-HEADER": self.told["principals"]["operator"]["inside_header"]},
        )
        answer = requests.put(
            f"{self.told['arm']}/subscriptions/{self.told['subscription_id']}{path}",
            params={"api-version": version},
            json=body,
            headers={"Authorization": f"Bearer {identity.json()['access_token']}"},
            verify=str(self.bundle),
        )
        assert answer.status_code < 300, answer.text

    def deploy(self, name: str, model: str, version: str, sku: str = "GlobalStandard") -> None:
        self.put(
            f"{ACCOUNT}/deployments/{name}",
            "2025-06-01",
            {
                "sku": {"name": sku, "capacity": 100},
                "properties": {"model": {"format": "OpenAI", "name": model, "version": version}},
            },
        )

    def control(self, path: str, body: dict[str, Any]) -> None:
        answer = requests.post(
            f"{self.told['arm']}/_plumb{path}",
            json=body,
            headers={"X-Plumb-Secret": self.told["control_secret"]},
            verify=str(self.bundle),
        )
        assert answer.status_code == 200, answer.text

    def clients(self) -> Iterator[openai.OpenAI]:
        """One of each style."""
        token = get_bearer_token_provider(DefaultAzureCredential(), SCOPE)
        yield openai.OpenAI(base_url=f"{self.endpoint}openai/v1/", api_key=token)
        yield openai.AzureOpenAI(
            azure_endpoint=self.endpoint, api_version=API_VERSION, azure_ad_token_provider=token
        )

    def allow(self, name: str, role: str, scope: str, assignment: str) -> None:
        self.put(
            f"{scope}{ROLES}/roleAssignments/{assignment}",
            "2022-04-01",
            {
                "properties": {
                    "principalId": self.told["principals"][name]["oid"],
                    "principalType": "ServicePrincipal",
                    "roleDefinitionId": f"/subscriptions/{self.told['subscription_id']}{ROLES}"
                    f"/roleDefinitions/{role}",
                }
            },
        )


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clients")
    command = [sys.executable, "-m", "sandbox", "serve", "--dir", str(folder)]
    process = subprocess.Popen(command, env={"PATH": os.environ["PATH"]})
    try:
        sandbox = Running(_announced(folder / "sandbox.json", process), folder / "ca-bundle.pem")
        _deploy(sandbox)
        yield sandbox
    finally:
        process.terminate()
        process.wait(timeout=10)


def _announced(file: Path, process: subprocess.Popen[bytes]) -> dict[str, Any]:
    deadline = time.monotonic() + 30
    while not file.exists():
        assert time.monotonic() < deadline, "the sandbox does not come up"
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=0.02)
            raise AssertionError("the sandbox ended before it was up")
    told: dict[str, Any] = json.loads(file.read_text())
    return told


def _deploy(sandbox: Running) -> None:
    sandbox.put(GROUP, "2024-11-01", {"location": "swedencentral"})
    sandbox.put(
        ACCOUNT,
        "2025-06-01",
        {
            "location": "swedencentral",
            "kind": "AIServices",
            "sku": {"name": "S0"},
            "properties": {"customSubDomainName": "clients", "disableLocalAuth": True},
        },
    )
    sandbox.deploy("chat", "gpt-4.1", "2025-04-14")
    sandbox.deploy("embed", "text-embedding-3-small", "1")
    sandbox.deploy("later", "gpt-4.1", "2025-04-14", sku="GlobalBatch")
    sandbox.put(
        STORE,
        "2024-06-01",
        {
            "location": "swedencentral",
            "sku": {"name": "standard"},
            "properties": {"disableLocalAuth": True},
        },
    )
    sandbox.allow("cora-app", OPENAI_USER, ACCOUNT, "00000000-0000-4000-8000-00000000c001")
    sandbox.allow("cora-app", OPENAI_CONTRIBUTOR, ACCOUNT, "00000000-0000-4000-8000-00000000c003")
    sandbox.allow("cora-app", DATA_OWNER, STORE, "00000000-0000-4000-8000-00000000c002")


def test_the_openai_client_talks_to_a_deployed_model_whole_and_streamed(running, monkeypatch):
    running.enter(monkeypatch, "cora-app")
    provider = get_bearer_token_provider(DefaultAzureCredential(), SCOPE)
    with openai.OpenAI(base_url=f"{running.endpoint}openai/v1/", api_key=provider) as client:
        whole = client.chat.completions.create(model="chat", messages=HELLO)
        stream = client.chat.completions.create(
            model="chat",
            messages=HELLO,
            stream=True,
            stream_options={"include_usage": True},
        )
        chunks = list(stream)
        vector = client.embeddings.create(model="embed", input="hello").data[0].embedding
        models = client.models.list()
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text == whole.choices[0].message.content
    assert chunks[-1].usage == whole.usage
    assert len(vector) == 1536
    assert any(model.id == whole.model for model in models)


def test_the_azure_client_talks_to_a_deployed_model(running, monkeypatch):
    running.enter(monkeypatch, "cora-app")
    with openai.AzureOpenAI(
        azure_endpoint=running.endpoint,
        api_version=API_VERSION,
        azure_ad_token_provider=get_bearer_token_provider(DefaultAzureCredential(), SCOPE),
    ) as client:
        assert client.chat.completions.create(model="chat", messages=HELLO).choices
        assert client.embeddings.create(model="embed", input="hello").data


def test_the_asynchronous_client_talks_to_a_deployed_model(running, monkeypatch):
    running.enter(monkeypatch, "cora-app")
    token = DefaultAzureCredential().get_token(SCOPE).token

    async def ask():
        base_url = f"{running.endpoint}openai/v1/"
        async with openai.AsyncOpenAI(base_url=base_url, api_key=token) as client:
            stream = await client.chat.completions.create(model="chat", messages=HELLO, stream=True)
            return [chunk async for chunk in stream if chunk.choices]

    assert asyncio.run(ask())[-1].choices[0].finish_reason == "stop"


def test_responses_come_over_tls_in_either_style(running, monkeypatch):
    running.enter(monkeypatch, "cora-app")
    for client in running.clients():
        with client:
            first = client.responses.create(model="chat", input="Hello there.")
            stream = client.responses.create(
                model="chat", input="Go on.", previous_response_id=first.id, stream=True
            )
            assert [event.type for event in stream][-1] == "response.completed"
            assert client.responses.retrieve(first.id).output_text == first.output_text


def test_a_model_tuned_here_is_deployed_by_arm_and_answers(running, monkeypatch):
    running.enter(monkeypatch, "cora-app")
    running.control("/settings", {"fine_tuned_needs_job": True})
    for number, client in enumerate(running.clients()):
        with client:
            file = upload(client, jsonl(*[EXAMPLE] * 10))
            job = client.fine_tuning.jobs.create(model="gpt-4.1-mini", training_file=file.id)
            name = client.fine_tuning.jobs.retrieve(job.id).fine_tuned_model
            running.deploy(f"tuned-{number}", name, "1", sku="Standard")
            reply = client.chat.completions.create(model=f"tuned-{number}", messages=HELLO)
            assert reply.model == name


def test_a_batch_is_sent_and_fetched_over_tls(running, monkeypatch):
    running.enter(monkeypatch, "cora-app")
    for client in running.clients():
        with client:
            file = upload(client, jsonl(line(1)), purpose="batch")
            made = client.batches.create(
                input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h"
            )
            done = client.batches.retrieve(made.id)
            assert client.files.content(done.output_file_id).text.count("\n") == 1


def test_quality_and_answers_are_set_while_it_runs(running, monkeypatch):
    running.enter(monkeypatch, "cora-app")
    question = "What is the capital of Portugal?"
    running.control("/answers", {"contains": "parrot", "answer": "It is called Rio."})
    for client in running.clients():
        with client:
            for accuracy, right in ((1, "Lisbon"), (0, "Porto")):
                running.control("/quality", {"deployment": "chat", "accuracy": accuracy})
                assert client.responses.create(model="chat", input=question).output_text == right
            told = client.responses.create(model="chat", input="And the parrot?")
            assert told.output_text == "It is called Rio."


def test_a_stranger_is_refused_by_the_running_sandbox(running, monkeypatch):
    running.enter(monkeypatch, "stranger")
    provider = get_bearer_token_provider(DefaultAzureCredential(), SCOPE)
    with (
        openai.OpenAI(base_url=f"{running.endpoint}openai/v1/", api_key=provider) as client,
        pytest.raises(openai.AuthenticationError) as refused,
    ):
        client.chat.completions.create(model="chat", messages=HELLO)
    assert refused.value.code == "PermissionDenied"


def test_the_configuration_client_reads_what_it_wrote_and_a_stranger_does_not(running, monkeypatch):
    endpoint = f"{running.told['arm']}/appconfig/clients"
    running.enter(monkeypatch, "cora-app")
    with AzureAppConfigurationClient(endpoint, DefaultAzureCredential()) as store:
        store.set_configuration_setting(ConfigurationSetting(key="greeting", value="hello"))
        assert store.get_configuration_setting("greeting").value == "hello"
    running.enter(monkeypatch, "stranger")
    with (
        AzureAppConfigurationClient(endpoint, DefaultAzureCredential()) as store,
        pytest.raises(HttpResponseError) as refused,
    ):
        store.get_configuration_setting("greeting")
    assert refused.value.status_code == 403
