"""Responses, as the OpenAI client reads them."""

import asyncio
import json

import openai
import pytest

from sandbox.faults import Fault, Faults
from tests.sandbox.dataplane.conftest import ACCOUNT_ID, OPENAI_USER

QUESTION = "Where is my delivery?"
WEATHER = {
    "type": "function",
    "name": "weather",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
    },
}


@pytest.fixture(params=["client", "older"])
def either(request):
    """Both styles of path."""
    return request.getfixturevalue(request.param)


def test_a_response_has_text_usage_and_the_deployments_name(either):
    reply = either.responses.create(model="chat", input=QUESTION)
    assert reply.status == "completed"
    assert reply.output_text
    assert reply.model == "chat"
    assert reply.usage.total_tokens == reply.usage.input_tokens + reply.usage.output_tokens


def test_a_response_says_what_chat_says_to_the_same_question(client):
    chat = client.chat.completions.create(
        model="chat", messages=[{"role": "user", "content": QUESTION}]
    )
    reply = client.responses.create(model="chat", input=QUESTION)
    assert reply.output_text == chat.choices[0].message.content


def test_a_stream_is_made_of_named_and_numbered_events(either):
    events = list(either.responses.create(model="chat", input=QUESTION, stream=True))
    assert [event.sequence_number for event in events] == list(range(len(events)))
    assert [event.type for event in events[:4]] == [
        "response.created",
        "response.in_progress",
        "response.output_item.added",
        "response.content_part.added",
    ]
    told = "".join(event.delta for event in events if event.type == "response.output_text.delta")
    assert events[-1].type == "response.completed"
    assert events[-1].response.output_text == told != ""


def test_each_event_has_a_line_that_names_it_and_none_says_done(web, cloud):
    answer = web.post(
        "/acct/contoso/openai/v1/responses",
        json={"model": "chat", "input": QUESTION, "stream": True},
        headers={"Authorization": f"Bearer {cloud.token()}"},
    )
    for event in answer.text.strip().split("\n\n"):
        name, data = event.split("\n")
        assert name == f"event: {json.loads(data.removeprefix('data: '))['type']}"


def test_the_openai_clients_own_stream_helper_ends_with_the_final_response(client):
    with client.responses.stream(model="chat", input=QUESTION) as stream:
        stream.until_done()
        assert stream.get_final_response().output_text


def test_an_asynchronous_client_gets_the_same_response(unhurried, client):
    async def ask():
        async with unhurried:
            whole = await unhurried.responses.create(model="chat", input=QUESTION)
            stream = await unhurried.responses.create(model="chat", input=QUESTION, stream=True)
            return whole.output_text, [event async for event in stream][-1].response.output_text

    whole, streamed = asyncio.run(ask())
    assert whole == streamed == client.responses.create(model="chat", input=QUESTION).output_text


@pytest.mark.parametrize("stream", [False, True])
def test_a_response_is_kept_until_it_is_deleted(either, stream):
    reply = either.responses.create(model="chat", input=QUESTION, stream=stream)
    made = list(reply)[-1].response if stream else reply
    assert either.responses.retrieve(made.id).output_text == made.output_text
    either.responses.delete(made.id)
    with pytest.raises(openai.NotFoundError):
        either.responses.retrieve(made.id)


def test_a_response_is_kept_for_thirty_days(cloud, client):
    made = client.responses.create(model="chat", input=QUESTION)
    cloud.wait(30 * 86_400 - 1)
    client.api_key = cloud.token()
    assert client.responses.retrieve(made.id)
    cloud.wait(1)
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(made.id)


def test_what_is_not_to_be_stored_is_not(client):
    made = client.responses.create(model="chat", input=QUESTION, store=False)
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(made.id)


def test_a_response_of_another_account_is_not_found(cloud, client):
    made = client.responses.create(model="chat", input=QUESTION)
    other = f"{ACCOUNT_ID.rpartition('/')[0]}/fabrikam"
    cloud.put(
        other,
        "Microsoft.CognitiveServices/accounts",
        kind="AIServices",
        location="swedencentral",
        properties={"customSubDomainName": "fabrikam"},
    )
    cloud.allow("cora-app", OPENAI_USER, other)
    elsewhere = client.with_options(base_url="http://testserver/acct/fabrikam/openai/v1/")
    with pytest.raises(openai.NotFoundError, match="Response with id"):
        elsewhere.responses.retrieve(made.id)


def test_a_response_that_follows_another_has_heard_what_was_said(client):
    first = client.responses.create(model="chat", input="My parrot is called Rio.")
    then = client.responses.create(
        model="chat", input="What is it called?", previous_response_id=first.id
    )
    alone = client.responses.create(model="chat", input="What is it called?")
    assert then.previous_response_id == first.id
    assert then.usage.input_tokens > alone.usage.input_tokens + first.usage.output_tokens
    items = client.responses.input_items.list(then.id, order="asc").data
    assert [item.content[0].text for item in items] == [
        "My parrot is called Rio.",
        first.output_text,
        "What is it called?",
    ]


def test_instructions_are_not_inherited(client):
    first = client.responses.create(model="chat", input="Hi", instructions="Be brief. " * 50)
    then = client.responses.create(model="chat", input="Hi", previous_response_id=first.id)
    assert then.usage.input_tokens < first.usage.input_tokens


def test_a_response_that_follows_none_there_is_is_refused(client):
    with pytest.raises(openai.BadRequestError) as refused:
        client.responses.create(model="chat", input="Hi", previous_response_id="resp_0")
    assert refused.value.code == "previous_response_not_found"


def test_a_function_is_called_and_its_output_taken(client):
    called = client.responses.create(
        model="chat", input="What is the weather in Lisbon?", tools=[WEATHER]
    )
    (call,) = called.output
    assert (call.type, call.name, list(json.loads(call.arguments))) == (
        "function_call",
        "weather",
        ["city"],
    )
    output = {"type": "function_call_output", "call_id": call.call_id, "output": "22 degrees"}
    then = client.responses.create(
        model="chat", input=[output], previous_response_id=called.id, tools=[WEATHER]
    )
    assert then.output_text


def test_a_streamed_function_call_has_its_own_events(client):
    events = client.responses.create(
        model="chat", input="What is the weather?", tools=[WEATHER], stream=True
    )
    assert "response.function_call_arguments.done" in [event.type for event in events]


def test_structured_output_fits_its_schema(client):
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
    reply = client.responses.create(
        model="chat",
        input="Count.",
        text={"format": {"type": "json_schema", "name": "count", "schema": schema}},
    )
    assert isinstance(json.loads(reply.output_text)["n"], int)


def test_a_response_cut_at_its_limit_is_incomplete_and_says_why(client):
    reply = client.responses.create(model="chat", input=QUESTION, max_output_tokens=16)
    assert reply.status == "incomplete"
    assert reply.incomplete_details.reason == "max_output_tokens"
    assert reply.usage.output_tokens == 16


def test_a_reasoning_model_tells_of_its_reasoning_and_takes_no_temperature(cloud, client):
    cloud.deployment("thinker", "gpt-5-mini", "2025-08-07")
    reply = client.responses.create(model="thinker", input=QUESTION, reasoning={"effort": "high"})
    assert reply.output[0].type == "reasoning"
    assert reply.usage.output_tokens_details.reasoning_tokens > 0
    with pytest.raises(openai.BadRequestError, match="'temperature' is not supported"):
        client.responses.create(model="thinker", input=QUESTION, temperature=0)
    with pytest.raises(openai.BadRequestError, match=r"'reasoning\.effort' is not supported"):
        client.responses.create(model="chat", input=QUESTION, reasoning={"effort": "high"})


def test_a_filtered_prompt_is_refused_and_a_filtered_answer_incomplete(client):
    with pytest.raises(openai.BadRequestError) as refused:
        client.responses.create(model="chat", input="[[jailbreak]]")
    assert refused.value.code == "content_filter"
    reply = client.responses.create(model="chat", input="[[completion:violence:high]]")
    assert reply.incomplete_details.reason == "content_filter"
    assert [each["blocked"] for each in reply.content_filters] == [False, True]


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"input": [{"type": "telepathy"}]}, "input[0].type"),
        ({"input": [{"role": "narrator", "content": "x"}]}, "input[0].role"),
        ({"input": "x", "background": True, "store": False}, "background"),
        ({"input": "x", "background": "yes"}, "background"),
        ({"input": "x", "max_output_tokens": 1}, "max_output_tokens"),
        ({"input": "x", "tools": [{"type": "telepathy"}]}, "tools[0].type"),
        ({"input": "x", "tools": [{"type": "file_search"}]}, "tools"),
        ({"input": "x", "metadata": dict.fromkeys(map(str, range(17)), "")}, "metadata"),
    ],
)
def test_what_a_response_cannot_be_is_refused_by_name(client, body, param):
    with pytest.raises(openai.BadRequestError) as refused:
        client.responses.create(model="chat", **body)
    assert refused.value.param == param


def test_responses_do_not_spill_over(cloud, client):
    cloud.deployment(
        "reserved", sku="GlobalProvisionedManaged", capacity=15, spilloverDeploymentName="chat"
    )
    Faults(cloud.around.store).add(Fault(deployment="reserved", status=503))
    with pytest.raises(openai.InternalServerError):
        client.responses.create(model="reserved", input=QUESTION)


def test_the_headers_of_a_response_tell_nothing_of_limits(client):
    headers = client.responses.with_raw_response.create(model="chat", input=QUESTION).headers
    assert headers["x-ratelimit-remaining-tokens"] == "-1"
    assert headers["x-ratelimit-reset-tokens"] == "0"


def test_an_embedding_model_has_no_responses(cloud, client):
    cloud.deployment("embed", "text-embedding-3-small", "1")
    with pytest.raises(openai.BadRequestError) as refused:
        client.responses.create(model="embed", input=QUESTION)
    assert refused.value.code == "OperationNotSupported"


def test_a_cut_stream_ends_without_a_final_response(cloud, client):
    Faults(cloud.around.store).add(Fault(action="cut_stream"))
    events = [e.type for e in client.responses.create(model="chat", input=QUESTION, stream=True)]
    assert events[-1] == "response.output_text.delta"
