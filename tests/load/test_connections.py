"""Clients are lent to a few calls at a time, warm ones first."""

import asyncio
import contextlib

import httpx2

from scripts.load.connections import SHARED_BY, Connections


def borrowed(numbers):
    """How many clients are made for so many calls at once, one number after the other."""
    made = []

    def make():
        made.append(httpx2.AsyncClient(transport=httpx2.MockTransport(lambda request: None)))
        return made[-1]

    async def work():
        counts = []
        async with Connections(make) as connections:
            for number in numbers:
                async with contextlib.AsyncExitStack() as stack:
                    for _ in range(number):
                        await stack.enter_async_context(connections.lend())
                counts.append(len(made))
        return counts

    return asyncio.run(work()), made


def test_no_client_has_more_calls_than_it_finds_quickly():
    counts, _ = borrowed([SHARED_BY, SHARED_BY + 1, 3 * SHARED_BY])
    assert counts == [1, 2, 3]


def test_clients_are_used_again_and_closed_at_the_end():
    counts, made = borrowed([100, 1, 100])
    assert counts[0] == counts[-1]
    assert all(client.is_closed for client in made)
