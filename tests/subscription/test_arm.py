"""The management endpoint: whom the environment names, and lists read to their end."""

import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

from scripts.subscription import arm

BASE = "https://management.example"


@pytest.fixture
def nothing(monkeypatch):
    for name in (*arm.SUBSCRIPTION_VARIABLES, arm.ENDPOINT_VARIABLE):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def test_without_a_word_it_is_azures_own_endpoint(nothing):
    nothing.setenv("ARM_SUBSCRIPTION_ID", "s-1")
    found = arm.from_environment()
    assert (found.endpoint, found.subscription) == ("https://management.azure.com", "s-1")
    assert found.scope == "https://management.azure.com/.default"


def test_the_engines_subscription_goes_before_the_clients(nothing):
    nothing.setenv("AZURE_SUBSCRIPTION_ID", "clients")
    assert arm.from_environment().subscription == "clients"
    nothing.setenv("ARM_SUBSCRIPTION_ID", "engines")
    assert arm.from_environment().subscription == "engines"


def test_a_sandbox_is_where_the_environment_says(nothing):
    nothing.setenv("ARM_SUBSCRIPTION_ID", "s-1")
    nothing.setenv(arm.ENDPOINT_VARIABLE, f"{BASE}/")
    assert arm.from_environment().endpoint == BASE


def test_no_subscription_says_what_to_do(nothing):
    with pytest.raises(arm.NoSubscription, match="Fix: export ARM_SUBSCRIPTION_ID"):
        arm.from_environment()


class Answer:
    reason = "Reason"
    content_type = "application/json"

    def __init__(self, status, body):
        self.headers = {}
        self.status_code = status
        self.body = body

    def json(self):
        return self.body

    def text(self):
        return '{"error": {"code": "AuthorizationFailed", "message": "no"}}'


class Pipeline:
    """Answers one page after another."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.asked = []

    def format_url(self, path):
        return f"{BASE}{path}"

    def send_request(self, request, **limits):
        self.asked.append((request.url, limits["read_timeout"]))
        return self.answers.pop(0)


def test_a_list_is_read_to_its_last_page():
    more = f"{BASE}/things?page=2"
    client = Pipeline(
        Answer(200, {"value": [{"n": 1}], "nextLink": more}), Answer(200, {"value": [{"n": 2}]})
    )
    assert arm.pages(client, "/things", "2024-06-01", 7) == [{"n": 1}, {"n": 2}]
    assert client.asked == [(f"{BASE}/things?api-version=2024-06-01", 7), (more, 7)]


def test_a_page_that_is_refused_is_no_short_list():
    client = Pipeline(
        Answer(200, {"value": [{"n": 1}], "nextLink": f"{BASE}/more"}), Answer(403, {})
    )
    with pytest.raises(HttpResponseError) as refused:
        arm.pages(client, "/things", "2024-06-01", 7)
    assert refused.value.status_code == 403
    assert not isinstance(refused.value, ResourceNotFoundError)
    assert refused.value.error.code == "AuthorizationFailed"
