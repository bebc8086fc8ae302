"""The token of a long run is another one in time, and a run does not wait for it."""

import asyncio

from azure.core.exceptions import ClientAuthenticationError

from scripts.load.fresh_token import FreshToken


def test_a_token_is_renewed_and_a_refusal_leaves_the_old_one(monkeypatch):
    given = iter(["one", "two", ClientAuthenticationError("no"), "three"])

    def fetch():
        token = next(given)
        if isinstance(token, Exception):
            raise token
        return token

    async def work():
        slept, woken = asyncio.Event(), asyncio.Event()

        async def sleep(seconds):
            slept.set()
            await woken.wait()
            woken.clear()

        monkeypatch.setattr("scripts.load.fresh_token.asyncio.sleep", sleep)
        fresh = FreshToken(fetch)
        seen = [fresh()]
        async with fresh.kept():
            await slept.wait()
            for _ in range(3):
                slept.clear()
                woken.set()
                await slept.wait()
                seen.append(fresh())
        return seen

    assert asyncio.run(work()) == ["one", "two", "two", "three"]
