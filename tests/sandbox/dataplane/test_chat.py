import json

import openai
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.dataplane import chat_answer
from tests.sandbox.dataplane.conftest import API_VERSION, HELLO

CHAT = f"/acct/contoso/openai/deployments/chat/chat/completions?api-version={API_VERSION}"


def events(web, cloud, **body):
    """The raw events of a stream, [DONE] included."""
    answer = web.post(
        CHAT,
        json={"messages": HELLO, "stream": True, **body},
        headers={"Authorization": f"Bearer {cloud.token()}"},
    )
    assert answer.headers["content-type"].startswith("text/event-stream")
    return [line.removeprefix("data: ") for line in answer.text.split("\n\n") if line]


def test_an_application_with_a_token_gets_an_answer_on_the_older_path(older):
    reply = older.chat.completions.create(model="chat", messages=HELLO)
    assert reply.model == "gpt-4.1-2025-04-14"
    assert reply.choices[0].message.content
    assert reply.choices[0].finish_reason == "stop"


def test_the_newer_path_takes_the_deployment_from_the_body(client):
    assert client.chat.completions.create(model="chat", messages=HELLO).object == "chat.completion"


def test_the_same_question_has_the_same_answer_and_another_seed_another(client):
    def ask(seed):
        reply = client.chat.completions.create(model="chat", messages=HELLO, seed=seed)
        return reply.choices[0].message.content, reply.system_fingerprint

    assert ask(1) == ask(1)
    assert len({ask(seed)[0] for seed in range(5)}) > 1
    assert len({ask(seed)[1] for seed in range(5)}) == 1


def test_another_version_has_another_fingerprint_and_says_something_else(cloud, client):
    cloud.deployment("older", "gpt-4o", "2024-11-20")
    cloud.deployment("oldest", "gpt-4o", "2024-08-06")
    one, other = (
        client.chat.completions.create(model=name, messages=HELLO) for name in ("older", "oldest")
    )
    assert one.system_fingerprint != other.system_fingerprint
    assert one.choices[0].message.content != other.choices[0].message.content


def test_usage_adds_up_and_filter_findings_stand_beside_the_answer(client):
    reply = client.chat.completions.create(model="chat", messages=HELLO)
    usage = reply.usage
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens
    assert reply.choices[0].content_filter_results["hate"] == {
        "filtered": False,
        "severity": "safe",
    }
    assert reply.prompt_filter_results[0]["content_filter_results"]["jailbreak"] == {
        "filtered": False,
        "detected": False,
    }


def test_each_answer_says_who_served_it_and_what_is_left(client):
    raw = client.chat.completions.with_raw_response.create(model="chat", messages=HELLO)
    headers = raw.headers
    assert headers["x-ms-region"] == "Sweden Central"
    assert headers["x-ms-deployment-name"] == "chat"
    assert headers["apim-request-id"] == headers["x-request-id"]
    assert 0 < int(headers["x-ratelimit-remaining-tokens"]) < 100_000
    assert int(headers["x-ratelimit-remaining-requests"]) < 100


def test_a_stream_begins_with_an_event_that_has_no_choice(web, cloud):
    first = json.loads(events(web, cloud)[0])
    assert (first["choices"], first["id"]) == ([], "")
    assert first["prompt_filter_results"][0]["prompt_index"] == 0


def test_a_stream_has_role_text_finish_and_done_in_this_order(web, cloud):
    *chunks, done = events(web, cloud)
    choices = [json.loads(chunk)["choices"][0] for chunk in chunks[1:]]
    assert choices[0]["delta"] == {"content": "", "refusal": None, "role": "assistant"}
    assert all(each["content_filter_results"]["hate"] for each in choices[1:-1])
    assert choices[-1]["delta"] == {}
    assert choices[-1]["finish_reason"] == "stop"
    assert done == "[DONE]"


def test_a_stream_says_the_same_as_the_answer_in_one_piece(client):
    whole = client.chat.completions.create(model="chat", messages=HELLO)
    stream = client.chat.completions.create(model="chat", messages=HELLO, stream=True)
    text = "".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices)
    assert text == whole.choices[0].message.content


def test_usage_comes_last_and_only_if_it_was_asked_for(web, cloud):
    assert not any("usage" in event for event in events(web, cloud))
    *_, last, done = events(web, cloud, stream_options={"include_usage": True})
    assert json.loads(last)["choices"] == []
    assert json.loads(last)["usage"]["total_tokens"] > 0
    assert done == "[DONE]"


@given(st.text())
def test_no_character_is_lost_between_the_pieces_of_a_stream(text):
    assert "".join(chat_answer.pieces(text)) == text


def test_an_answer_ends_where_its_tokens_end(client):
    reply = client.chat.completions.create(model="chat", messages=HELLO, max_tokens=5)
    assert reply.choices[0].finish_reason == "length"
    assert reply.usage.completion_tokens == 5


def test_an_answer_ends_before_a_stop_word(client):
    whole = client.chat.completions.create(model="chat", messages=HELLO)
    word = whole.choices[0].message.content.split()[3]
    cut = client.chat.completions.create(model="chat", messages=HELLO, stop=[word])
    assert whole.choices[0].message.content.startswith(cut.choices[0].message.content)
    assert word not in cut.choices[0].message.content


def test_several_choices_differ(client):
    reply = client.chat.completions.create(model="chat", messages=HELLO, n=3)
    assert [each.index for each in reply.choices] == [0, 1, 2]
    assert len({each.message.content for each in reply.choices}) > 1


@pytest.mark.parametrize("given", [{"max_tokens": 50}, {"temperature": 0.2}, {"top_p": 0.5}])
def test_a_reasoning_model_takes_neither_max_tokens_nor_a_temperature(cloud, client, given):
    cloud.deployment("thinks", "gpt-5.4", "2026-03-05")
    with pytest.raises(openai.BadRequestError) as refused:
        client.chat.completions.create(model="thinks", messages=HELLO, **given)
    assert refused.value.param == next(iter(given))
    assert refused.value.code.startswith("unsupported_")


def test_a_reasoning_model_thinks_out_of_the_same_purse(cloud, client):
    cloud.deployment("thinks", "gpt-5.4", "2026-03-05")
    enough = client.chat.completions.create(
        model="thinks", messages=HELLO, max_completion_tokens=500
    )
    too_few = client.chat.completions.create(
        model="thinks", messages=HELLO, max_completion_tokens=16
    )
    assert enough.choices[0].message.content
    details = enough.usage.completion_tokens_details
    assert 0 < details.reasoning_tokens < enough.usage.completion_tokens
    assert (too_few.choices[0].message.content, too_few.choices[0].finish_reason) == ("", "length")
    assert too_few.usage.completion_tokens_details.reasoning_tokens == 16
    assert too_few.usage.completion_tokens == 16


def test_json_mode_answers_in_json_and_wants_the_word(client):
    form = {"type": "json_object"}
    asked = [{"role": "user", "content": "Where is it? Answer in JSON."}]
    reply = client.chat.completions.create(model="chat", messages=asked, response_format=form)
    assert "answer" in json.loads(reply.choices[0].message.content)
    with pytest.raises(openai.BadRequestError, match="must contain the word 'json'"):
        client.chat.completions.create(model="chat", messages=HELLO, response_format=form)


def test_a_schema_is_kept(client):
    schema = {
        "type": "object",
        "properties": {
            "intent": {"enum": ["return", "delivery"]},
            "confidence": {"type": "number", "minimum": 0, "maximum": 1},
            "orders": {"type": "array", "items": {"$ref": "#/$defs/order"}},
            "note": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        },
        "required": ["intent", "confidence", "orders", "note"],
        "additionalProperties": False,
        "$defs": {"order": {"type": "object", "properties": {"id": {"type": "integer"}}}},
    }
    form = {"type": "json_schema", "json_schema": {"name": "triage", "schema": schema}}
    reply = client.chat.completions.create(model="chat", messages=HELLO, response_format=form)
    said = json.loads(reply.choices[0].message.content)
    assert said["intent"] in ("return", "delivery")
    assert 0 <= said["confidence"] <= 1
    assert all(isinstance(order["id"], int) for order in said["orders"])


TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "find_delivery",
            "parameters": {"type": "object", "properties": {"order": {"type": "string"}}},
        },
    }
]


def test_a_tool_that_the_question_names_is_called(client):
    reply = client.chat.completions.create(model="chat", messages=HELLO, tools=TOOLS)
    (call,) = reply.choices[0].message.tool_calls
    assert reply.choices[0].finish_reason == "tool_calls"
    assert call.function.name == "find_delivery"
    assert "order" in json.loads(call.function.arguments)


def test_a_tool_is_called_only_if_it_may_be(client):
    unrelated = [{"role": "user", "content": "Hello!"}]

    def calls(**choice):
        reply = client.chat.completions.create(
            model="chat", messages=unrelated, tools=TOOLS, **choice
        )
        return reply.choices[0].message.tool_calls

    assert not calls()
    assert calls(tool_choice="required")
    assert not calls(tool_choice="none")


def test_a_streamed_tool_call_has_all_its_arguments(client):
    stream = client.chat.completions.create(
        model="chat", messages=HELLO, tools=TOOLS, tool_choice="required", stream=True
    )
    chunks = [chunk.choices[0] for chunk in stream if chunk.choices]
    (call,) = chunks[0].delta.tool_calls
    assert json.loads(call.function.arguments)["order"]
    assert chunks[-1].finish_reason == "tool_calls"


def test_an_answer_to_a_tools_result_is_words(client):
    told = [
        *HELLO,
        {"role": "assistant", "content": None, "tool_calls": []},
        {"role": "tool", "tool_call_id": "call_1", "content": "on its way"},
    ]
    reply = client.chat.completions.create(model="chat", messages=told, tools=TOOLS)
    assert reply.choices[0].message.content


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "Missing required parameter: 'messages'."),
        ({"messages": []}, "Invalid 'messages': empty array."),
        ({"messages": [{"role": "robot", "content": "x"}]}, "Invalid value: 'robot'."),
        ({"messages": HELLO, "n": 0}, "Invalid 'n'"),
        ({"messages": HELLO, "max_tokens": "many"}, "Invalid type for 'max_tokens'"),
        ({"messages": HELLO, "stream_options": {}}, "only allowed when 'stream' is enabled"),
        ({"messages": [{"role": "user", "content": "la " * 200_000}]}, "maximum context length"),
    ],
)
def test_a_wrong_body_is_a_400_that_names_what_is_wrong(cloud, web, body, message):
    cloud.deployment("chat", "gpt-4o", "2024-11-20")
    answer = web.post(CHAT, json=body, headers={"Authorization": f"Bearer {cloud.token()}"})
    assert answer.status_code == 400
    assert message in answer.json()["error"]["message"]


def test_what_is_no_json_is_a_400(cloud, web):
    answer = web.post(CHAT, content=b"{", headers={"Authorization": f"Bearer {cloud.token()}"})
    assert answer.json()["error"]["message"].startswith("We could not parse the JSON body")
