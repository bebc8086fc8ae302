"""Connections for very many calls at once."""

import contextlib
import resource
from collections.abc import AsyncIterator, Callable
from typing import Final, Self

import httpx2

SHARED_BY: Final = 32
"""Calls under way on one client: its pool is searched through for each, so a large one is slow."""

CONNECT_S: Final = 5.0


class Connections:
    """As many clients as it takes, each lent to a few calls at a time."""

    def __init__(self, make: Callable[[], httpx2.AsyncClient]) -> None:
        self._make = make
        self._lent: dict[httpx2.AsyncClient, int] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for client in self._lent:
            await client.aclose()

    @contextlib.asynccontextmanager
    async def lend(self) -> AsyncIterator[httpx2.AsyncClient]:
        """A client for one call: the first with room, so that warm connections are used again."""
        client = next((each for each, calls in self._lent.items() if calls < SHARED_BY), None)
        if client is None:
            client = self._make()
            self._lent[client] = 0
        self._lent[client] += 1
        try:
            yield client
        finally:
            self._lent[client] -= 1


def connections() -> Connections:
    """For a whole run. How long a call may take in all is for the caller to say."""
    _allow_many()
    trusted = httpx2.create_ssl_context()
    timeout = httpx2.Timeout(None, connect=CONNECT_S)
    limits = httpx2.Limits(max_connections=SHARED_BY, max_keepalive_connections=SHARED_BY)
    return Connections(lambda: httpx2.AsyncClient(verify=trusted, timeout=timeout, limits=limits))


def _allow_many() -> None:
    """Each connection is an open file, of which a shell often allows a thousand."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
