"""What was deployed, as the clients see it that everybody has: none is changed, none is told."""

import json
from contextlib import contextmanager
from pathlib import PurePosixPath

import openai
import pytest
from azure.appconfiguration import AzureAppConfigurationClient, FeatureFlagConfigurationSetting
from azure.identity import DefaultAzureCredential, get_bearer_token_provider

from tests.end_to_end.azure_clients import entered, shell

pytestmark = pytest.mark.engine

GROUP, ACCOUNT = "rg-contoso-cora-dev", "contoso-cora-dev-swc"
CORA = "00000000-0000-4000-8000-000000000300"
OPENAI_USER = "5e0bd9bd-7b93-4f28-af87-19fc36ad61bd"
SCOPE = "https://cognitiveservices.azure.com/.default"
QUESTION = [{"role": "user", "content": "Where is parcel 4711?"}]


@pytest.fixture(scope="module")
def outputs(project):
    project.deploy("dev")
    return project.outputs("dev")


@pytest.fixture(scope="module")
def clients(azure, outputs):
    with shell(azure) as made:
        yield made


@pytest.fixture
def endpoint(outputs):
    return outputs["accounts"]["primary"]["endpoint"]


@pytest.fixture
def application(azure, endpoint):
    """An application of the v1 API, signed in as cora-app."""
    with signed_in(azure, "cora-app", endpoint) as client:
        yield client


@contextmanager
def signed_in(azure, who, endpoint):
    with entered(azure.variables(who)), DefaultAzureCredential() as credential:
        token = get_bearer_token_provider(credential, SCOPE)
        base = f"{endpoint}openai/v1/"
        with openai.OpenAI(base_url=base, api_key=token, max_retries=0) as client:
            yield client


def test_the_account_takes_tokens_only(clients):
    (account,) = clients.cognitive.accounts.list_by_resource_group(GROUP)
    assert (account.name, account.kind) == (ACCOUNT, "AIServices")
    assert account.properties.disable_local_auth is True


def test_the_deployments_have_their_sku_and_capacity(clients):
    found = clients.cognitive.deployments.list(GROUP, ACCOUNT)
    assert {each.name: (each.sku.name, each.sku.capacity) for each in found} == {
        "chat-v3": ("GlobalStandard", 30),
        "embed-v1": ("GlobalStandard", 20),
    }


def test_the_content_filter_is_on_the_deployment(clients):
    policies = {each.name for each in clients.cognitive.rai_policies.list(GROUP, ACCOUNT)}
    chat = clients.cognitive.deployments.get(GROUP, ACCOUNT, "chat-v3")
    assert {"developers", "Microsoft.DefaultV2"} <= policies
    assert chat.properties.rai_policy_name == "developers"


def test_the_blocklist_has_its_terms(clients):
    (blocklist,) = clients.cognitive.rai_blocklists.list(GROUP, ACCOUNT)
    items = clients.cognitive.rai_blocklist_items.list(GROUP, ACCOUNT, blocklist.name)
    assert blocklist.name == "brand-safety"
    assert {item.properties.pattern for item in items} == {
        "fabrikam is cheaper",
        "northwind outlet",
    }


def test_the_project_is_connected_to_its_traces(clients):
    (project,) = clients.cognitive.projects.list(GROUP, ACCOUNT)
    (connection,) = clients.cognitive.project_connections.list(GROUP, ACCOUNT, "support")
    assert PurePosixPath(project.name).name == "support"
    assert connection.properties.category == "AppInsights"


def test_the_quota_in_use_is_what_was_deployed(clients):
    usages = {each.name.value: each for each in clients.cognitive.usages.list("swedencentral")}
    assert usages["OpenAI.GlobalStandard.gpt-5.4"].current_value == 30


def test_the_application_may_ask_models_and_nothing_more(clients, outputs):
    found = clients.authorization.role_assignments.list_for_scope(
        outputs["accounts"]["primary"]["id"], filter=f"principalId eq '{CORA}'"
    )
    assert [each.role_definition_id.rpartition("/")[2] for each in found] == [OPENAI_USER]


def test_somebody_is_told_when_a_deployment_fails(clients):
    groups = {
        each.id.lower() for each in clients.monitor.action_groups.list_by_resource_group(GROUP)
    }
    alerts = list(clients.monitor.metric_alerts.list_by_resource_group(GROUP))
    told = {action.action_group_id.lower() for alert in alerts for action in alert.actions}
    assert alerts
    assert told
    assert told <= groups


def test_queries_watch_over_the_logs(clients):
    rules = clients.monitor.scheduled_query_rules.list_by_resource_group(GROUP)
    assert all(rule.enabled and rule.criteria.all_of for rule in rules)
    assert rules


def test_the_route_is_a_feature_flag(azure, outputs):
    routing = outputs["routing"]
    with (
        entered(azure.variables("cora-app")),
        DefaultAzureCredential() as credential,
        AzureAppConfigurationClient(routing["endpoint"], credential) as store,
    ):
        (flag,) = store.list_configuration_settings(label_filter=routing["label"])
    assert isinstance(flag, FeatureFlagConfigurationSetting)
    assert (flag.feature_id, flag.enabled) == (outputs["routes"]["chat"]["flag"], True)
    assert "chat-v3" in json.dumps(json.loads(flag.value)["variants"])


def test_a_question_is_answered_with_its_cost_and_its_filter(application):
    answer = application.chat.completions.create(model="chat-v3", messages=QUESTION)
    assert answer.choices[0].message.content
    assert answer.usage.total_tokens > 0
    assert answer.model_extra["prompt_filter_results"]


def test_an_answer_comes_in_pieces(application):
    pieces = list(
        application.chat.completions.create(model="chat-v3", messages=QUESTION, stream=True)
    )
    text = [choice.delta.content for piece in pieces for choice in piece.choices]
    assert len([part for part in text if part]) > 1


def test_texts_become_vectors(application):
    answer = application.embeddings.create(model="embed-v1", input=["parcel", "invoice"])
    assert [len(each.embedding) for each in answer.data] == [1536, 1536]


def test_the_older_client_is_answered_too(azure, endpoint):
    with (
        entered(azure.variables("cora-app")),
        DefaultAzureCredential() as credential,
        openai.AzureOpenAI(
            azure_endpoint=endpoint,
            api_version="2024-10-21",
            azure_ad_token_provider=get_bearer_token_provider(credential, SCOPE),
            max_retries=0,
        ) as older,
    ):
        answer = older.chat.completions.create(model="chat-v3", messages=QUESTION)
    assert answer.choices[0].finish_reason == "stop"


def test_a_stranger_is_refused_in_azures_words(azure, endpoint):
    with (
        signed_in(azure, "stranger", endpoint) as client,
        pytest.raises(openai.AuthenticationError) as refused,
    ):
        client.chat.completions.create(model="chat-v3", messages=QUESTION)
    assert refused.value.body["code"] == "PermissionDenied"
    assert "Microsoft.CognitiveServices/accounts/OpenAI/deployments/chat" in str(refused.value)


def test_a_key_is_refused_because_keys_are_off(azure, endpoint):
    with (
        entered(azure.variables("cora-app")),
        openai.AzureOpenAI(
            azure_endpoint=endpoint, api_version="2024-10-21", api_key="0" * 32, max_retries=0
        ) as client,
        pytest.raises(openai.PermissionDeniedError) as refused,
    ):
        client.chat.completions.create(model="chat-v3", messages=QUESTION)
    assert refused.value.body["code"] == "AuthenticationTypeDisabled"


def test_a_deployment_that_is_not_there_is_told_as_such(application):
    with pytest.raises(openai.NotFoundError) as refused:
        application.chat.completions.create(model="chat-v9", messages=QUESTION)
    assert refused.value.body["code"] == "DeploymentNotFound"
