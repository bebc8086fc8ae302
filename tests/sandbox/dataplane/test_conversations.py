"""Conversations, as the OpenAI client keeps them."""

import asyncio

import openai
import pytest

PARROT = {"type": "message", "role": "user", "content": "My parrot is called Rio."}


@pytest.fixture
def conversation(client):
    return client.conversations.create(items=[PARROT], metadata={"topic": "birds"})


def texts(client, id, **query):
    items = client.conversations.items.list(id, order="asc", **query)
    return [item.content[0].text for item in items]


def test_a_conversation_is_made_changed_and_deleted(client, conversation):
    assert client.conversations.retrieve(conversation.id).metadata == {"topic": "birds"}
    changed = client.conversations.update(conversation.id, metadata={"topic": "fish"})
    assert changed.metadata == {"topic": "fish"}
    assert client.conversations.delete(conversation.id).deleted
    with pytest.raises(openai.NotFoundError, match="Conversation with id"):
        client.conversations.retrieve(conversation.id)


def test_a_response_to_a_conversation_hears_it_and_adds_to_it(client, conversation):
    reply = client.responses.create(
        model="chat", input="What is it called?", conversation=conversation.id
    )
    alone = client.responses.create(model="chat", input="What is it called?")
    assert reply.conversation.id == conversation.id
    assert reply.usage.input_tokens > alone.usage.input_tokens
    assert texts(client, conversation.id) == [
        PARROT["content"],
        "What is it called?",
        reply.output_text,
    ]


@pytest.mark.parametrize("more", [{"stream": True}, {"background": True}])
def test_a_streamed_or_a_background_response_adds_to_it_too(client, conversation, more):
    reply = client.responses.create(
        model="chat", input="Its name?", conversation={"id": conversation.id}, **more
    )
    list(reply)  # a stream is read to its end
    assert len(texts(client, conversation.id)) == 3


def test_what_is_not_stored_leaves_no_trace_in_a_conversation(client, conversation):
    client.responses.create(model="chat", input="Hush", conversation=conversation.id, store=False)
    assert texts(client, conversation.id) == [PARROT["content"]]


def test_while_a_response_is_being_made_its_conversation_is_locked(slow, client, conversation):
    def answer():
        return client.responses.create(
            model="chat", input="Its name?", conversation=conversation.id, background=True
        )

    first = answer()
    with pytest.raises(openai.BadRequestError) as locked:
        answer()
    assert locked.value.code == "conversation_locked"
    client.responses.cancel(first.id)
    assert answer().status == "queued"
    assert texts(client, conversation.id)[1:] == ["Its name?", "Its name?"]


def test_items_are_added_read_and_removed(client, conversation):
    added = client.conversations.items.create(
        conversation.id,
        items=[
            {"role": "assistant", "content": "A fine name."},
            {"type": "function_call", "call_id": "c1", "name": "feed", "arguments": "{}"},
        ],
    )
    said, called = added.data
    assert said.content[0].type == "output_text"
    one = client.conversations.items.retrieve(called.id, conversation_id=conversation.id)
    assert one.name == "feed"
    client.conversations.items.delete(called.id, conversation_id=conversation.id)
    assert texts(client, conversation.id) == [PARROT["content"], "A fine name."]
    with pytest.raises(openai.NotFoundError, match="Item with id"):
        client.conversations.items.retrieve(called.id, conversation_id=conversation.id)


def test_a_long_conversation_comes_in_pages(client, conversation):
    for _ in range(3):
        client.conversations.items.create(conversation.id, items=[PARROT] * 20)
    assert len(texts(client, conversation.id, limit=7)) == 61


def test_an_item_is_named_instead_of_said_again(client, conversation):
    (item,) = client.conversations.items.list(conversation.id)
    reply = client.responses.create(model="chat", input=[{"type": "item_reference", "id": item.id}])
    (asked,) = client.responses.input_items.list(reply.id)
    assert asked.content[0].text == PARROT["content"]
    with pytest.raises(openai.NotFoundError, match="Item with id 'msg_0' not found"):
        client.responses.create(model="chat", input=[{"type": "item_reference", "id": "msg_0"}])


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"conversation": "conv_0"}, "Conversation with id 'conv_0' not found"),
        ({"prompt": {"id": "pmpt_0"}}, "Prompt with id 'pmpt_0' not found"),
    ],
)
def test_what_a_response_refers_to_must_be_there(client, body, says):
    with pytest.raises(openai.NotFoundError, match=says):
        client.responses.create(model="chat", input="Hi", **body)


def test_a_response_follows_either_another_or_a_conversation(client, conversation):
    first = client.responses.create(model="chat", input="Hi")
    with pytest.raises(openai.BadRequestError, match="Mutually exclusive"):
        client.responses.create(
            model="chat",
            input="Hi",
            conversation=conversation.id,
            previous_response_id=first.id,
        )


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"items": [{"type": "telepathy"}]}, "items[0].type"),
        ({"items": [PARROT] * 21}, "items"),
        ({"metadata": {"a": 1}}, "metadata"),
    ],
)
def test_what_is_no_conversation_is_refused_by_name(client, body, param):
    with pytest.raises(openai.BadRequestError) as refused:
        client.conversations.create(**body)
    assert refused.value.param == param


def test_the_older_path_has_no_conversations(older):
    with pytest.raises(openai.NotFoundError):
        older.conversations.create()


def test_an_asynchronous_client_converses_too(unhurried):
    async def run():
        async with unhurried:
            made = await unhurried.conversations.create(items=[PARROT])
            reply = await unhurried.responses.create(
                model="chat", input="Its name?", conversation=made.id
            )
            return reply, [each async for each in unhurried.conversations.items.list(made.id)]

    reply, items = asyncio.run(run())
    assert items[0].content[0].text == reply.output_text
