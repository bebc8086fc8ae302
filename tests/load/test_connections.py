"""What the connections of a run go through."""

import asyncio
import resource

import pytest

from scripts.load.connections import connections, proxy_to


@pytest.fixture
def environment(monkeypatch):
    for name in ("http_proxy", "https_proxy", "no_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    return monkeypatch.setenv


def test_a_proxy_is_what_the_environment_says(environment):
    assert proxy_to("https://cora.openai.azure.com/") is None
    environment("https_proxy", "http://gateway.example:3128")
    assert proxy_to("https://cora.openai.azure.com/") == "http://gateway.example:3128"
    assert proxy_to("http://cora.openai.azure.com/") is None
    environment("no_proxy", "127.0.0.1,.openai.azure.com")
    assert proxy_to("https://cora.openai.azure.com/") is None
    assert proxy_to("https://127.0.0.1:8443/acct/cora") is None


def test_as_many_connections_are_open_at_once_as_the_system_allows():
    async def opened():
        async with connections("https://cora.example") as web:
            return web.connector.limit

    assert asyncio.run(opened()) == 0
    least, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert least == most
