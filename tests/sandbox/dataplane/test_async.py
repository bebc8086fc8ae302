"""The asynchronous client, and answers that take their time."""

import asyncio

from tests.sandbox.dataplane.conftest import HELLO


def test_an_asynchronous_client_gets_the_same_answer_whole_and_streamed(unhurried, client):
    async def ask():
        async with unhurried:
            whole = await unhurried.chat.completions.create(model="chat", messages=HELLO)
            stream = await unhurried.chat.completions.create(
                model="chat", messages=HELLO, stream=True
            )
            chunks = [chunk async for chunk in stream if chunk.choices]
        text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
        return whole.choices[0].message.content, text

    whole, streamed = asyncio.run(ask())
    synchronous = client.chat.completions.create(model="chat", messages=HELLO)
    assert whole == streamed == synchronous.choices[0].message.content


def test_embeddings_come_to_an_asynchronous_client_too(cloud, unhurried):
    cloud.deployment("embed", "text-embedding-3-large", "1")

    async def ask():
        async with unhurried:
            return await unhurried.embeddings.create(model="embed", input="x", dimensions=256)

    assert len(asyncio.run(ask()).data[0].embedding) == 256
