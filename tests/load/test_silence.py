"""Servers that say nothing, or half of something: each call has an end, and none is a good one."""

import asyncio
import contextlib
from dataclasses import replace
from functools import partial

import pytest

from scripts.exit import Exit
from scripts.load import open_loop, wire
from scripts.load.connections import connections
from scripts.load.report import report
from tests.load.runs import run
from tests.load.test_wire import TARGET

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
EVENT = b'data: {"choices": [{"delta": {"content": "a"}}]}\n\n'


def chunk(content):
    return b"%x\r\n%s\r\n" % (len(content), content)


async def says_nothing(reader, writer):
    await reader.read()


async def says_half_a_head(reader, writer):
    await reader.readuntil(b"\r\n\r\n")
    writer.write(HEAD[:20])
    await reader.read()


async def stops_in_the_middle(reader, writer):
    await reader.readuntil(b"\r\n\r\n")
    writer.write(HEAD + chunk(EVENT))
    await reader.read()


async def drips(reader, writer):
    await reader.readuntil(b"\r\n\r\n")
    writer.write(HEAD)
    with contextlib.suppress(ConnectionError):
        while not reader.at_eof():
            writer.write(chunk(b": wait\n\n"))
            await asyncio.sleep(0.01)


async def hangs_up(reader, writer):
    await reader.readuntil(b"\r\n\r\n")


async def hangs_up_in_the_middle(reader, writer):
    await reader.readuntil(b"\r\n\r\n")
    writer.write(HEAD + chunk(EVENT))


async def resets(reader, writer):
    await reader.readuntil(b"\r\n\r\n")
    writer.transport.abort()


async def talks_nonsense(reader, writer):
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"220 mail.example ESMTP\r\n")


def judged(serve, timeout_s):
    """What a run comes to whose server does this to each call."""

    async def served(reader, writer):
        try:
            await serve(reader, writer)
        finally:
            writer.close()

    async def work():
        server = await asyncio.start_server(served, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        target = replace(TARGET, endpoint=f"http://127.0.0.1:{port}", timeout_s=timeout_s)
        async with server, connections(target.endpoint) as web:
            ask = partial(wire.ask, web, target, {"stream": True}, lambda: "a-token")
            return await open_loop.run(
                [0.0] * 60,
                lambda number, clock: ask(clock),
                most_in_flight=100,
                grace_s=60.0,
                stop=asyncio.Event(),
            )

    return report(run(duration_s=1.0).model_copy(update={"ended": True}), asyncio.run(work()))


@pytest.mark.parametrize(
    ("serve", "outcome", "code"),
    [
        (says_nothing, "timeout", Exit.NO),
        (says_half_a_head, "timeout", Exit.NO),
        (stops_in_the_middle, "timeout", Exit.NO),
        (drips, "timeout", Exit.NO),
        (hangs_up_in_the_middle, "cut", Exit.NO),
        (hangs_up, "connection", Exit.NOT_REACHED),
        (resets, "connection", Exit.NOT_REACHED),
        (talks_nonsense, "connection", Exit.NOT_REACHED),
    ],
)
def test_silence_has_an_end_and_is_never_a_yes(serve, outcome, code):
    # However slow the machine that tests: who hangs up is heard in time.
    found = judged(serve, timeout_s=0.05 if outcome == "timeout" else 60.0)
    assert found.summary.outcomes == {outcome: 60}
    assert found.code == code
