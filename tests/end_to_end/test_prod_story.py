"""Prod from its first `up` to its account's end, told once, by the clients that everybody has.

Each fixture is a chapter, and begins where the one before it ended.
"""

from contextlib import contextmanager
from datetime import datetime, timedelta

import openai
import pytest
from azure.core.exceptions import HttpResponseError
from azure.identity import DefaultAzureCredential, get_bearer_token_provider
from azure.mgmt.cognitiveservices.models import Account

from tests.end_to_end.azure_clients import entered, shell

pytestmark = pytest.mark.engine

GROUP, ACCOUNT, LOCATION = "rg-contoso-cora-prod", "contoso-cora-prod-swc", "swedencentral"
SCOPE = "https://cognitiveservices.azure.com/.default"
TYPE = "Microsoft.CognitiveServices/accounts"
POOL = "OpenAI.DataZoneStandard.gpt-5.4"
QUESTION = [{"role": "user", "content": "Where is parcel 4711?"}]
UP = ("up", "--stack", "prod", "--yes", "--skip-preview")
LOCK = "/microsoft.authorization/locks/"
FILLS_IN = 200
"""Long prompts after which any limit of prod is reached."""


@contextmanager
def application(azure, outputs):
    """Cora, inside the network, with a token and no key; it does not try again by itself."""
    base = f"{outputs['accounts']['primary']['endpoint']}openai/v1/"
    with entered(azure.variables("cora-app")), DefaultAzureCredential() as credential:
        token = get_bearer_token_provider(credential, SCOPE)
        with openai.OpenAI(base_url=base, api_key=token, max_retries=0) as client:
            yield client


def long_prompt(number):
    """Some 15,000 tokens, and none of them known from the prompt before."""
    return [{"role": "user", "content": f"{number}: " + f"parcel {number}, " * 3000}]


def asked(client, model, number=None):
    return client.chat.completions.with_raw_response.create(
        model=model, messages=QUESTION if number is None else long_prompt(number)
    )


@pytest.fixture(scope="module")
def outputs(project):
    """`up`, without the gate: this is about Azure."""
    project.create("prod")
    said = project.pulumi(*UP)
    assert said.code == 0, said.all
    return project.outputs("prod")


@pytest.fixture(scope="module")
def spilled(azure, outputs):
    """What came when the reserved throughput was used up."""
    with application(azure, outputs) as client:
        for number in range(FILLS_IN):
            answer = asked(client, "chat-reserved", number)
            if any(name.startswith("x-ms-spillover-from-") for name in answer.headers):
                return answer
    raise AssertionError("reserved throughput never ended")


@pytest.fixture(scope="module")
def refused(azure, outputs, spilled):
    """The 429s of a deployment that everybody asks at once."""
    errors = []
    with application(azure, outputs) as client:
        for number in range(FILLS_IN):
            try:
                asked(client, "chat-v3", number)
            except openai.RateLimitError as error:
                errors.append(error)
            if len(errors) > 12:
                return errors
    raise AssertionError("the limit was never reached")


@pytest.fixture(scope="module")
def filtered(azure, outputs, refused):
    """What the content filter says, once there is room again."""
    azure.control("POST", "/clock", {"advance": "2m"})
    with application(azure, outputs) as client, pytest.raises(openai.BadRequestError) as blocked:
        client.chat.completions.create(
            model="chat-v3", messages=[{"role": "user", "content": "Is Fabrikam is cheaper true?"}]
        )
    return blocked.value


@pytest.fixture(scope="module")
def alerts(azure, filtered):
    """What reached people's inboxes, by the metric that it is about."""
    return azure.control("GET", "/alerts")["value"]


@pytest.fixture(scope="module")
def beyond_quota(project, alerts):
    """An `up` that wants more than the subscription was given."""
    with project.changed("prod", {"accounts.primary.deployments.chat-v4.capacity": 5000}):
        return project.pulumi(*UP)


@pytest.fixture(scope="module")
def before(azure, beyond_quota):
    return looked_at(azure)


@pytest.fixture(scope="module")
def held_back(azure, project, before):
    """What Azure says to a delete: first of the lock, then of the projects."""
    said = []
    with shell(azure) as clients:
        for free in (unlock, empty):
            with pytest.raises(HttpResponseError) as refused:
                clients.cognitive.accounts.begin_delete(GROUP, ACCOUNT).result()
            said.append(refused.value.error.code)
            free(clients, project)
    return said


@pytest.fixture(scope="module")
def deleted(azure, held_back):
    """The account, as Azure keeps it for two days."""
    with shell(azure) as clients:
        clients.cognitive.accounts.begin_delete(GROUP, ACCOUNT).result()
        return clients.cognitive.deleted_accounts.get(LOCATION, GROUP, ACCOUNT)


@pytest.fixture(scope="module")
def while_deleted(azure, deleted):
    """What is used of the quota, and what whoever makes the account anew is told."""
    wanted = Account(location=LOCATION, kind="AIServices", sku={"name": "S0"}, properties={})
    with shell(azure) as clients, pytest.raises(HttpResponseError) as refused:
        clients.cognitive.accounts.begin_create(GROUP, ACCOUNT, wanted).result()
    with shell(azure) as clients:
        return usages(clients), refused.value.error.code


@pytest.fixture(scope="module")
def restored(azure, while_deleted):
    """The account and what it serves, brought back by hand."""
    wanted = Account(location=LOCATION, properties={"restore": True})
    with shell(azure) as clients:
        clients.cognitive.accounts.begin_create(GROUP, ACCOUNT, wanted).result()
    return looked_at(azure)


@pytest.fixture(scope="module")
def answered(azure, project, outputs, restored):
    """An answer, once `up` has made roles, projects and lock anew."""
    said = project.pulumi(*UP, "--refresh")
    assert said.code == 0, said.all
    with application(azure, outputs) as client:
        return asked(client, "chat-v3").parse()


@pytest.fixture(scope="module")
def purged(azure, project, answered):
    """What the application hears that would purge the account, and what is left once it is gone."""
    with shell(azure) as clients:
        unlock(clients, project)
        empty(clients, project)
        clients.cognitive.accounts.begin_delete(GROUP, ACCOUNT).result()
    with shell(azure, "cora-app") as clients, pytest.raises(HttpResponseError) as refused:
        clients.cognitive.deleted_accounts.begin_purge(LOCATION, GROUP, ACCOUNT).result()
    with shell(azure) as clients:
        clients.cognitive.deleted_accounts.begin_purge(LOCATION, GROUP, ACCOUNT).result()
        said = clients.cognitive.check_domain_availability(ACCOUNT, TYPE)
        return refused.value, (usages(clients), said.is_subdomain_available)


def unlock(clients, project):
    """Whatever forbids that the account be deleted."""
    for id in project.ids("prod"):
        if LOCK in id and f"/accounts/{ACCOUNT}/" in id:
            clients.resources.resources.begin_delete_by_id(id, api_version="2020-05-01").result()


def empty(clients, project):
    clients.cognitive.projects.begin_delete(GROUP, ACCOUNT, "support").result()


def looked_at(azure):
    """The deployments and what of the quota they use."""
    with shell(azure) as clients:
        found = clients.cognitive.deployments.list(GROUP, ACCOUNT)
        return {each.name: each.as_dict() for each in found}, usages(clients)


def usages(clients):
    found = clients.cognitive.usages.list(LOCATION)
    return {each.name.value: each.current_value for each in found if each.current_value}


def test_reserved_throughput_that_is_used_up_spills_over_and_says_so(spilled):
    assert spilled.status_code == 200
    assert spilled.headers["x-ms-spillover-from-deployment"] == "chat-reserved"
    assert spilled.headers["x-ms-deployment-name"] == "chat-v3"


def test_the_metrics_count_what_spilled_over(azure, outputs, spilled):
    id = outputs["accounts"]["primary"]["id"]
    with shell(azure) as clients:
        (metric,) = clients.monitor.metrics.list(
            id,
            metricnames="AzureOpenAIRequests",
            aggregation="Total",
            filter="StatusCode eq '200' and IsSpillover eq 'True' and ModelDeploymentName eq '*'",
        ).value
    (series,) = metric.timeseries
    assert [each.value for each in series.metadatavalues if each.value == "chat-v3"]
    assert sum(each.total or 0 for each in series.data) >= 1


def test_traffic_over_the_limits_is_refused_with_the_time_to_wait(refused):
    for error in refused:
        assert error.code == "RateLimitReached"
        assert 0 < int(error.response.headers["retry-after"]) <= 60


def test_what_competitors_are_said_to_be_is_filtered(filtered):
    assert filtered.code == "content_filter"
    found = filtered.body["innererror"]["content_filter_result"]["custom_blocklists"]
    assert found == {"filtered": True, "details": [{"filtered": True, "id": "brand-safety"}]}


def test_those_on_call_were_told_that_callers_are_refused(alerts):
    (told,) = [
        each
        for each in alerts
        if each["alertRule"].endswith("throttling-primary")
        and {"name": "ModelDeploymentName", "value": "chat-v3"} in each["condition"]["dimensions"]
    ]
    assert told["monitorCondition"] == "Fired"
    assert {"email", "webhook"} <= {each["kind"] for each in told["sent"]}


def test_more_than_the_quota_is_refused_in_azures_words_and_changes_nothing(beyond_quota, before):
    deployments, used = before
    assert beyond_quota.code != 0
    assert 'Status=400 Code="InsufficientQuota"' in beyond_quota.all
    assert "for quota Tokens Per Minute (thousands) - DataZone - gpt-5.5" in beyond_quota.all
    assert deployments["chat-v4"]["sku"]["capacity"] == 150
    assert used[POOL] == 150


def test_a_lock_and_then_the_projects_stand_in_the_way_of_a_delete(held_back):
    assert held_back == ["ScopeLocked", "CannotDeleteResource"]


def test_a_deleted_account_is_kept_for_two_days(deleted):
    begins = datetime.fromisoformat(deleted.properties.deletion_date)
    ends = datetime.fromisoformat(deleted.properties.scheduled_purge_date)
    assert ends - begins == timedelta(hours=48)


def test_a_deleted_account_holds_its_name_and_its_quota(while_deleted, before):
    used, code = while_deleted
    assert code == "FlagMustBeSetForRestore"
    assert used == before[1]


def test_a_restored_account_has_the_deployments_that_it_had(restored, before):
    assert restored == before


def test_after_the_next_up_a_restored_account_answers(answered):
    assert answered.choices[0].message.content


def test_a_purge_takes_a_right_on_the_subscription(purged):
    refused, _ = purged
    assert refused.error.code == "AuthorizationFailed"
    assert (
        "Microsoft.CognitiveServices/locations/resourceGroups/deletedAccounts/delete"
        in refused.message
    )


def test_a_purged_account_holds_neither_quota_nor_name(purged):
    _, (used, available) = purged
    assert used == {}
    assert available is True
