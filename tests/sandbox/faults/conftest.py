"""A deployed account in a running sandbox, a way to order faults, and sleeps only noted."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import openai
import pytest
from azure.identity import DefaultAzureCredential, get_bearer_token_provider
from azure.mgmt.resource.resources import ResourceManagementClient

from tests.sandbox.core.cloud import ACCOUNT, ACCOUNT_BODY, SUBSCRIPTION, deployment
from tests.sandbox.core.conftest import cloud, empty, token_key
from tests.sandbox.dataplane.conftest import OPENAI_USER
from tests.sandbox.running import RunningSandbox

CHAT = f"{ACCOUNT}/deployments/faulty"
SCOPE = "https://cognitiveservices.azure.com/.default"

__all__ = ["cloud", "empty", "token_key"]

Order = Callable[..., dict[str, Any]]


@pytest.fixture
def credential(sandbox: RunningSandbox) -> Iterator[DefaultAzureCredential]:
    with DefaultAzureCredential() as made:
        yield made


@pytest.fixture
def arm(
    sandbox: RunningSandbox, credential: DefaultAzureCredential
) -> Iterator[ResourceManagementClient]:
    with ResourceManagementClient(credential, sandbox.subscription_id, **sandbox.clients) as made:
        yield made


@pytest.fixture
def deployed(sandbox: RunningSandbox, arm: ResourceManagementClient) -> RunningSandbox:
    operator = sandbox.description["principals"]["operator"]["oid"]
    arm.resource_groups.create_or_update("rg-test", {"location": "swedencentral"})
    for id, body in (
        (ACCOUNT, ACCOUNT_BODY),
        (CHAT, deployment(100)),
        (f"{ACCOUNT}/deployments/other", deployment(100)),
        role(ACCOUNT, OPENAI_USER, operator),
    ):
        write(arm, id, body)
    return sandbox


def role(scope: str, role: str, oid: str) -> tuple[str, dict[str, Any]]:
    """The id and body of an assignment."""
    roles = "/providers/Microsoft.Authorization"
    definition = f"{SUBSCRIPTION}{roles}/roleDefinitions/{role}"
    given = {"principalId": oid, "roleDefinitionId": definition, "principalType": "User"}
    return f"{scope}{roles}/roleAssignments/{role}", {"properties": given}


def write(arm: ResourceManagementClient, id: str, body: dict[str, Any]) -> Any:
    begun = arm.resources.begin_create_or_update_by_id(id, body, api_version="2025-06-01")
    return begun.result()


@pytest.fixture
def order(sandbox: RunningSandbox) -> Order:
    def run(target: str, kind: str, **more: Any) -> dict[str, Any]:
        body = {"target": target, "kind": kind, **more}
        added: dict[str, Any] = sandbox.control("POST", "/faults", body)
        return added

    return run


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What clients would have slept, in seconds."""
    noted: list[float] = []
    monkeypatch.setattr(time, "sleep", noted.append)
    return noted


@pytest.fixture
def model(deployed: RunningSandbox, credential: DefaultAzureCredential) -> Iterator[openai.OpenAI]:
    """As it comes: two retries, and the waits that it chooses."""
    with openai.OpenAI(
        base_url=f"{deployed.arm}/acct/ai-test/openai/v1/",
        api_key=get_bearer_token_provider(credential, SCOPE),
    ) as made:
        yield made


def chat(model: openai.OpenAI, name: str = "faulty", text: str = "Where is it?") -> str:
    answer = model.chat.completions.create(
        model=name, messages=[{"role": "user", "content": text}], seed=1
    )
    return answer.choices[0].message.content or ""
