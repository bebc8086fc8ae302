"""The token that calls carry, fetched beside them: fetching one blocks for a second."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Final

EVERY_S: Final = 30.0


class FreshToken:
    """The latest token that could be had."""

    def __init__(self, fetch: Callable[[], str]) -> None:
        self._fetch = fetch
        self._latest = fetch()

    def __call__(self) -> str:
        return self._latest

    @contextlib.asynccontextmanager
    async def kept(self) -> AsyncIterator[None]:
        """Asks for it anew every now and then; whoever signs in caches it while it holds."""
        task = asyncio.create_task(self._renew())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _renew(self) -> None:
        from azure.core.exceptions import ClientAuthenticationError

        while True:
            await asyncio.sleep(EVERY_S)
            # Without a new one the old one is refused in time, and that is what callers see too.
            with contextlib.suppress(ClientAuthenticationError):
                self._latest = await asyncio.to_thread(self._fetch)
