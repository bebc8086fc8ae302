"""Limits as a client meets them: 429, spillover, faults."""

from datetime import timedelta

import openai
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from sandbox import control
from sandbox.dataplane import latency
from sandbox.dataplane.routes import routes
from sandbox.faults import Fault, Faults
from tests.sandbox.dataplane.conftest import ACCOUNT_ID, HELLO, OPENAI_USER

LONG = {"messages": HELLO, "max_tokens": 900}


@pytest.fixture
def reserved(cloud):
    """A provisioned deployment that spills over to `chat`. 15 PTU carry 45,000 tokens a minute."""
    cloud.deployment(
        "reserved",
        sku="GlobalProvisionedManaged",
        capacity=15,
        spilloverDeploymentName="chat",
    )


@pytest.fixture
def fill(client):
    """Use a provisioned deployment up: long answers are asked for until it says no."""

    def run(name):
        for _ in range(20):
            raw = client.chat.completions.with_raw_response.create(model=name, messages=HELLO, n=16)
            if "x-ms-spillover-from-deployment" in raw.headers:
                return raw
        raise AssertionError("never full")

    return run


def test_too_many_tokens_are_a_429_with_both_retry_headers(cloud, client):
    cloud.deployment("chat", capacity=1)
    with pytest.raises(openai.RateLimitError) as refused:
        for _ in range(40):
            client.chat.completions.create(model="chat", **LONG)
    response = refused.value.response
    wait = int(response.headers["retry-after"])
    assert 0 < wait <= 60
    assert wait * 1000 >= int(response.headers["retry-after-ms"]) > (wait - 1) * 1000
    assert refused.value.code == "RateLimitReached"


def test_the_text_of_a_429_names_deployment_model_region_and_operation(cloud, client, older):
    cloud.deployment("chat", capacity=1)
    client.chat.completions.create(model="chat", messages=HELLO)
    for asks, under in (
        (client, "under OpenAI Language Model Instance API"),
        (older, "under Azure OpenAI API version 2024-10-21"),
    ):
        with pytest.raises(openai.RateLimitError) as refused:
            asks.chat.completions.create(model="chat", messages=HELLO)
        assert refused.value.body["message"] == (
            "Your requests to chat for gpt-4.1 in Sweden Central have exceeded the call rate limit "
            "for your current AIServices S0 pricing tier. This request was for "
            f"ChatCompletions_Create {under}. Please retry after 60 seconds. To increase your "
            "default rate limit, visit: https://aka.ms/oai/quotaincrease."
        )


def test_after_the_wait_there_is_room_again(cloud, client):
    cloud.deployment("chat", capacity=1)
    client.chat.completions.create(model="chat", messages=HELLO)
    cloud.wait(60)
    assert client.chat.completions.create(model="chat", messages=HELLO)


def test_more_than_a_minutes_worth_at_once_is_told_to_come_back_tomorrow(cloud, client):
    cloud.deployment("chat", capacity=1)
    with pytest.raises(openai.RateLimitError, match="Please retry after 86400 seconds"):
        client.chat.completions.create(model="chat", messages=HELLO, max_tokens=1000)


def test_a_filtered_prompt_counts_as_a_call(cloud, client):
    cloud.deployment("chat", capacity=1)
    with pytest.raises(openai.BadRequestError):
        client.chat.completions.create(
            model="chat", messages=[{"role": "user", "content": "[[jailbreak]]"}]
        )
    with pytest.raises(openai.RateLimitError, match="call rate limit"):
        client.chat.completions.create(model="chat", messages=HELLO)


def test_a_full_reserved_deployment_spills_over_and_says_so(reserved, fill):
    raw = fill("reserved")
    assert raw.status_code == 200
    assert raw.headers["x-ms-spillover-from-deployment"] == "reserved"
    assert raw.headers["x-ms-deployment-name"] == "chat"
    assert raw.headers["x-ms-spillover-error"] == "429"


def test_where_the_target_fails_too_its_answer_comes_with_the_first_ones_status(
    cloud, reserved, fill, client
):
    fill("reserved")
    Faults(cloud.around.store).add(Fault(deployment="chat", status=503, code="Busy"))
    with pytest.raises(openai.InternalServerError) as refused:
        client.chat.completions.create(model="reserved", messages=HELLO, n=16)
    headers = refused.value.response.headers
    assert refused.value.status_code == 503
    assert headers["x-ms-spillover-error"] == "429"
    assert headers["x-ms-spillover-from-deployment"] == "reserved"


def test_without_a_target_a_full_reserved_deployment_is_a_429(cloud, client):
    cloud.deployment("alone", sku="GlobalProvisionedManaged", capacity=15)
    with pytest.raises(openai.RateLimitError) as refused:
        for _ in range(20):
            client.chat.completions.create(model="alone", messages=HELLO, n=16)
    assert int(refused.value.response.headers["retry-after-ms"]) > 0


def test_a_caller_may_name_the_target_itself(cloud, client):
    cloud.deployment("alone", sku="GlobalProvisionedManaged", capacity=15)
    Faults(cloud.around.store).add(Fault(deployment="alone", status=500))
    raw = client.chat.completions.with_raw_response.create(
        model="alone", messages=HELLO, extra_headers={"x-ms-spillover-deployment": "chat"}
    )
    assert raw.headers["x-ms-spillover-error"] == "500"


def test_a_prompt_too_long_for_reserved_throughput_spills_over(cloud, reserved, client):
    cloud.deployment("chat", capacity=1000)
    long = [{"role": "user", "content": "la " * 130_000}]
    raw = client.chat.completions.with_raw_response.create(model="reserved", messages=long)
    assert raw.headers["x-ms-spillover-error"] == "400"


def test_a_mistake_of_the_caller_does_not_spill_over(reserved, client):
    with pytest.raises(openai.BadRequestError) as refused:
        client.chat.completions.create(model="reserved", messages=[])
    assert "x-ms-spillover-error" not in refused.value.response.headers


def test_a_fault_is_met_as_often_as_it_was_ordered(cloud, client):
    order = Fault(plane="data", status=429, code="429", headers={"retry-after-ms": "10"}, times=1)
    Faults(cloud.around.store).add(order)
    with pytest.raises(openai.RateLimitError) as refused:
        client.chat.completions.create(model="chat", messages=HELLO)
    assert refused.value.response.headers["retry-after-ms"] == "10"
    assert client.chat.completions.create(model="chat", messages=HELLO)


@pytest.mark.parametrize("tokens", [1, 2, 500])
def test_a_cut_stream_ends_without_a_finish_reason_however_short_it_is(cloud, client, tokens):
    Faults(cloud.around.store).add(Fault(action="cut_stream"))
    stream = client.chat.completions.create(
        model="chat", messages=HELLO, stream=True, max_completion_tokens=tokens
    )
    chunks = [chunk for chunk in stream if chunk.choices]
    assert not any(chunk.choices[0].finish_reason for chunk in chunks)


def test_each_request_leaves_one_row_and_a_spilled_one_two(cloud, events, reserved, fill, client):
    fill("reserved")
    with pytest.raises(openai.BadRequestError):
        client.chat.completions.create(model="chat", messages=[])
    events.flush()
    rows = cloud.around.store.execute(
        "SELECT deployment, status, is_spillover, completion_tokens, principal FROM events"
    )
    told = [(row["deployment"], row["status"], row["is_spillover"]) for row in rows]
    assert told[-3:] == [("reserved", 429, 0), ("chat", 200, 1), ("chat", 400, 0)]
    assert rows[0]["completion_tokens"] > 0
    assert {row["principal"] for row in rows} == {"00000000-0000-4000-8000-000000000300"}


def test_a_fine_tuned_model_answers_under_its_own_name(cloud, client):
    name = "gpt-4.1-mini-2025-04-14.ft-0011223344"
    cloud.deployment("triage", name, "1")
    assert client.chat.completions.create(model="triage", messages=HELLO).model == name


def use_up(client):
    """Until it is full."""
    with pytest.raises(openai.RateLimitError):
        for _ in range(40):
            client.chat.completions.create(model="chat", messages=HELLO)


def test_a_reset_forgets_what_was_used_though_the_clock_stands_still(cloud, client):
    around, secret = cloud.around, "s"
    app = Starlette(routes=[control.routes(around, Faults(around.store), secret), *routes(around)])
    cloud.deployment("chat", capacity=1)
    with TestClient(app) as web:
        user = client.with_options(http_client=web)
        use_up(user)
        web.post("/_plumb/reset", json={}, headers={control.SECRET_HEADER: secret})
        cloud.account()
        cloud.deployment("chat", capacity=1)
        cloud.allow("cora-app", OPENAI_USER, ACCOUNT_ID)
        assert user.chat.completions.create(model="chat", messages=HELLO)


def test_a_deployment_that_was_deleted_and_made_again_begins_anew(cloud, client):
    for made in (cloud.now - timedelta(days=1), cloud.now):
        cloud.deployment("chat", capacity=1, made=made)
        assert client.chat.completions.create(model="chat", messages=HELLO)
        use_up(client)


@pytest.mark.parametrize("sku", ["GlobalStandard", "GlobalProvisionedManaged"])
def test_a_start_anew_forgives_nothing(cloud, client, events, sku):
    cloud.deployment("chat", sku=sku, capacity=1)
    use_up(client)
    events.flush()
    with TestClient(Starlette(routes=routes(cloud.around))) as web:
        again = client.with_options(http_client=web)
        with pytest.raises(openai.RateLimitError):
            again.chat.completions.create(model="chat", messages=HELLO)
        cloud.wait(60)
        again.api_key = cloud.token()
        assert again.chat.completions.create(model="chat", messages=HELLO)


@pytest.mark.parametrize(
    ("sku", "capacity", "words"),
    [("GlobalStandard", 20, 6000), ("GlobalProvisionedManaged", 2, 900)],
)
def test_a_busy_deployment_takes_longer_though_the_clock_stands_still(
    slow, client, monkeypatch, sku, capacity, words
):
    waited = []

    async def note(seconds):
        waited.append(seconds)

    monkeypatch.setattr("sandbox.dataplane.endpoint.asyncio.sleep", note)
    for sigma in ("FIRST_SIGMA", "GAP_SIGMA"):
        monkeypatch.setattr(latency, sigma, 0.0)

    def ask():
        client.api_key = slow.token()
        long = [{"role": "user", "content": "word " * words}]
        client.chat.completions.create(model="chat", messages=long, seed=1, max_tokens=30)

    slow.deployment("chat", sku=sku, capacity=capacity)
    slow.wait(60)
    with pytest.raises(openai.RateLimitError):
        for _ in range(99):
            ask()
    idle, busy = waited[0], waited[-1]
    assert waited == sorted(waited)
    assert busy > 1.5 * idle
    slow.wait(600)
    ask()
    assert waited[-1] == pytest.approx(idle)
