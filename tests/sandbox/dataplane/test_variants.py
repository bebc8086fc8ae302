"""Azure's other spellings, where a setting asks for them."""

import openai
import pytest

from tests.sandbox.dataplane.conftest import HELLO

JAILBREAK = [{"role": "user", "content": "[[jailbreak]]"}]


def refusal(client, model="chat", messages=HELLO, kind=openai.RateLimitError):
    with pytest.raises(kind) as refused:
        for _ in range(20):
            client.chat.completions.create(model=model, messages=messages, n=16)
    return refused.value


@pytest.fixture
def full(cloud, client):
    cloud.deployment("chat", capacity=1)
    return client


@pytest.mark.parametrize(
    ("spelling", "found"),
    [
        ("innererror", "content_filter_result"),
        ("inner_error", "content_filter_results"),
    ],
)
def test_a_filtered_prompt_is_told_of_in_either_spelling(cloud, client, spelling, found):
    cloud.around.settings.set("filter_error", spelling)
    error = refusal(client, messages=JAILBREAK, kind=openai.BadRequestError)
    assert {"innererror", "inner_error"} & set(error.body) == {spelling}
    assert error.body[spelling][found]["jailbreak"] == {"filtered": True, "detected": True}


def test_the_older_wording_of_a_429_names_the_operation(cloud, full, older):
    cloud.around.settings.set("rate_limit_answer", "older")
    message = refusal(older).body["message"]
    assert message.startswith(
        "Requests to the ChatCompletions_Create Operation under Azure OpenAI API version "
        "2024-10-21 have exceeded call rate limit of your current AIServices S0 pricing tier."
    )


def test_a_429_may_come_without_retry_after(cloud, full):
    cloud.around.settings.set("rate_limit_answer", "reset_only")
    headers = refusal(full).response.headers
    assert "retry-after" not in headers
    assert "retry-after-ms" not in headers
    assert 0 < int(headers["x-ratelimit-reset-requests"]) <= 60


def test_load_shedding_does_not_speak_of_limits(cloud, full):
    cloud.around.settings.set("rate_limit_answer", "high_demand")
    error = refusal(full)
    assert error.body["message"].startswith("The system is currently experiencing high demand")
    assert error.response.headers["retry-after-ms"] == "1000"


def test_the_withdrawn_header_is_sent_only_where_it_is_wanted(cloud, client):
    cloud.deployment("reserved", sku="GlobalProvisionedManaged", capacity=15)
    name = "azure-openai-deployment-utilization"

    def headers():
        ask = client.chat.completions.with_raw_response.create
        return ask(model="reserved", messages=HELLO).headers

    assert name not in headers()
    cloud.around.settings.set("utilisation_header", True)
    assert headers()[name].endswith("%")
    error = refusal(client, "reserved")
    assert float(error.response.headers[name].rstrip("%")) > 100


def test_a_setting_that_is_none_of_azures_spellings_changes_nothing(cloud, client):
    cloud.around.settings.set("filter_error", "whatever")
    error = refusal(client, messages=JAILBREAK, kind=openai.BadRequestError)
    assert "innererror" in error.body


def test_without_rate_limits_everything_comes_in(cloud, full):
    cloud.around.settings.set("rate_limits", False)
    for _ in range(20):
        assert full.chat.completions.create(model="chat", messages=HELLO, n=16)
