"""Connections for very many calls at once.

Of aiohttp, not of the openai SDK's client: that takes a millisecond of the processor for each call,
and a generator that is busy measures itself.
"""

import resource
import ssl
from typing import Final
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
import httpx2

CONNECT_S: Final = 5.0
IDLE_S: Final = 4.0
"""Less than any server waits, so that none hangs up just as it is asked again."""
LONGEST_LINE: Final = 2**20
"""Bytes."""


def connections(endpoint: str, trusted: ssl.SSLContext | None = None) -> aiohttp.ClientSession:
    """For a whole run. How long a call may take in all is for the caller to say."""
    _allow_many()
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(
            limit=0,
            ssl=trusted or httpx2.create_ssl_context(),
            keepalive_timeout=IDLE_S,
            enable_cleanup_closed=True,  # who answers too late may be slow to hang up as well
        ),
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_S),
        cookie_jar=aiohttp.DummyCookieJar(),
        read_bufsize=LONGEST_LINE,
        proxy=proxy_to(endpoint),
    )


def proxy_to(endpoint: str) -> str | None:
    """The proxy that the environment names. aiohttp would look for a .netrc too, for every call."""
    parts = urlsplit(endpoint)
    return None if proxy_bypass(parts.hostname or "") else getproxies().get(parts.scheme)


def _allow_many() -> None:
    """Each connection is an open file, of which a shell often allows a thousand."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
