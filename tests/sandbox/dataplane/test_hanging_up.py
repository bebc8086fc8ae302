"""Callers who do not wait for the end of their answer."""

import asyncio
import json

import pytest
from starlette.applications import Starlette

from sandbox.dataplane import latency
from sandbox.dataplane.routes import routes
from tests.sandbox.dataplane.conftest import HELLO


@pytest.fixture
def hang_up(slow, events, monkeypatch):
    """Ask for a stream, take so many events of it, and close the connection. No time passes."""
    app = Starlette(routes=routes(slow.around, events))
    slow.wait(10)  # the deployment is there by now

    def no_time(*_):
        return latency.Delay(1e-9, 1e-9)

    monkeypatch.setattr(latency, "delay", no_time)

    def run(path, body, after):
        request = json.dumps({**body, "stream": True}).encode()
        scope = {
            "type": "http",
            "method": "POST",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "headers": [(b"authorization", f"Bearer {slow.token()}".encode())],
            "server": ("testserver", 80),
            "scheme": "http",
            "root_path": "",
        }
        told = []

        async def ask():
            closed = asyncio.Event()
            incoming = [{"type": "http.request", "body": request, "more_body": False}]

            async def receive():
                if incoming:
                    return incoming.pop()
                await closed.wait()
                return {"type": "http.disconnect"}

            async def send(message):
                if body := message.get("body"):
                    told.append(body)
                    if len(told) == after:
                        closed.set()
                        await asyncio.sleep(0)
                        await asyncio.sleep(0)

            await app(scope, receive, send)

        asyncio.run(ask())
        events.flush()
        return b"".join(told).decode()

    return run


def rows(cloud):
    found = cloud.around.store.execute("SELECT status, completion_tokens FROM events")
    return [tuple(row) for row in found]


CHAT = "/acct/contoso/openai/v1/chat/completions"
RESPONSES = "/acct/contoso/openai/v1/responses"


def test_who_hangs_up_pays_for_what_came_and_is_counted_as_499(slow, hang_up):
    told = hang_up(CHAT, {"model": "chat", "messages": HELLO}, after=7)
    assert 'finish_reason":"stop' not in told
    ((status, tokens),) = rows(slow)
    assert status == 499
    assert 0 < tokens < 10


def test_who_stays_hears_it_all(slow, hang_up):
    told = hang_up(CHAT, {"model": "chat", "messages": HELLO}, after=None)
    assert told.endswith("data: [DONE]\n\n")
    ((status, tokens),) = rows(slow)
    assert (status, tokens > 10) == (200, True)


def response_in(told):
    first = told.split("\n")[1].removeprefix("data: ")
    return json.loads(first)["response"]["id"]


def test_a_response_that_nobody_waits_for_is_cancelled(hang_up, client):
    told = hang_up(RESPONSES, {"model": "chat", "input": "Where is it?"}, after=7)
    gone = client.responses.retrieve(response_in(told))
    assert (gone.status, gone.output) == ("cancelled", [])


def test_a_response_in_the_background_needs_nobody(slow, hang_up, client):
    body = {"model": "chat", "input": "Where is it?", "background": True}
    told = hang_up(RESPONSES, body, after=7)
    slow.wait(600)
    assert client.responses.retrieve(response_in(told)).status == "completed"
    assert rows(slow)[0][0] == 200
