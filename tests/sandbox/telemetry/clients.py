"""A deployed account that Microsoft's own clients talk to, and what they are asked to do."""

from datetime import timedelta
from typing import Any

import openai
from azure.identity import DefaultAzureCredential, get_bearer_token_provider
from azure.mgmt.resource.resources import ResourceManagementClient

from tests.sandbox.core.cloud import ACCOUNT, ACCOUNT_BODY, SUBSCRIPTION, deployment
from tests.sandbox.running import RunningSandbox
from tests.sandbox.telemetry.observed import COMPONENT, SETTING, WORKSPACE

OPENAI_USER = "5e0bd9bd-7b93-4f28-af87-19fc36ad61bd"
METRICS_PUBLISHER = "3913510d-42f4-4e42-8a64-420c390055eb"
DAY = timedelta(days=1)


def role(scope: str, role: str, oid: str) -> tuple[str, dict[str, Any]]:
    name = "00000000-0000-4000-9000-" + role[:8] + oid[-4:]
    definition = f"{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{role}"
    properties = {
        "principalId": oid,
        "roleDefinitionId": definition,
        "principalType": "User",
    }
    id = f"{scope}/providers/Microsoft.Authorization/roleAssignments/{name}"
    return id, {"properties": properties}


def deploy(sandbox: RunningSandbox, credential: DefaultAzureCredential) -> None:
    """An account that is logged, and an application's component that takes Entra's tokens only."""
    operator = sandbox.description["principals"]["operator"]["oid"]
    logs = [{"category": "RequestResponse", "enabled": True}]
    with ResourceManagementClient(credential, sandbox.subscription_id, **sandbox.clients) as client:
        client.resource_groups.create_or_update("rg-test", {"location": "swedencentral"})
        for id, body in (
            (ACCOUNT, ACCOUNT_BODY),
            (f"{ACCOUNT}/deployments/chat", deployment(1)),
            role(ACCOUNT, OPENAI_USER, operator),
            (WORKSPACE, {"location": "swedencentral", "properties": {}}),
            (SETTING, {"properties": {"workspaceId": WORKSPACE, "logs": logs}}),
            (
                COMPONENT,
                {
                    "location": "swedencentral",
                    "kind": "web",
                    "properties": {"WorkspaceResourceId": WORKSPACE, "DisableLocalAuth": True},
                },
            ),
        ):
            client.resources.begin_create_or_update_by_id(
                id, body, api_version="2025-06-01"
            ).result()


def get(sandbox: RunningSandbox, credential: DefaultAzureCredential, id: str) -> Any:
    with ResourceManagementClient(credential, sandbox.subscription_id, **sandbox.clients) as client:
        return client.resources.get_by_id(id, api_version="2025-06-01").properties


def talk(sandbox: RunningSandbox, credential: DefaultAzureCredential, times: int) -> list[int]:
    """The status of each of so many chats."""
    tokens = get_bearer_token_provider(credential, "https://cognitiveservices.azure.com/.default")
    statuses = []
    with openai.OpenAI(
        base_url=f"{sandbox.arm}/acct/ai-test/openai/v1/", api_key=tokens, max_retries=0
    ) as client:
        for _ in range(times):
            try:
                client.chat.completions.create(
                    model="chat",
                    messages=[{"role": "user", "content": "Where is my delivery?"}],
                    max_completion_tokens=20,
                )
                statuses.append(200)
            except openai.APIStatusError as error:
                statuses.append(error.status_code)
    return statuses
