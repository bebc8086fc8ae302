"""Answers that come bit by bit, or not to their end."""

import asyncio
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, Final

from starlette.types import Receive, Scope, Send

from sandbox.dataplane.latency import Delay

DONE: Final = b"data: [DONE]\n\n"

_ENCODE: Final = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


def dumps(value: Any) -> bytes:
    """JSON without a space too many."""
    return _ENCODE(value).encode()


def event(value: Any) -> bytes:
    return b"data: " + dumps(value) + b"\n\n"


def _raw(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]


class Stream:
    """Server-sent events at the pace of a model; all at once where it has none.

    Only a paced one watches for a caller who hangs up: that costs more than an answer at once.
    """

    def __init__(
        self,
        events: Iterable[bytes],
        lead: int,
        delay: Delay,
        headers: Mapping[str, str],
        first: Callable[[], None] = lambda: None,
        end: Callable[[], None] = lambda: None,
        gone: Callable[[int], None] | None = None,
    ) -> None:
        self._events = events
        self._lead = lead
        self._delay = delay
        self._headers = {"content-type": "text/event-stream; charset=utf-8", **headers}
        self._first = first
        self._end = end
        self._gone = gone
        """Called in the place of `end`, with the tokens that came, if the caller hangs up."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": _raw(self._headers)})
        if self._delay.first_seconds:
            hung_up = asyncio.create_task(_hung_up(receive))
            try:
                told = await self._paced(send, hung_up)
            finally:
                hung_up.cancel()
            if hung_up.done() and self._gone and told is not None:
                self._gone(told)
                return
        else:
            self._first()
            await _send(send, b"".join(self._events))
        self._end()
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _paced(self, send: Send, hung_up: asyncio.Task[None]) -> int | None:
        """The tokens after which the caller hung up; None who heard it all."""
        await asyncio.wait({hung_up}, timeout=self._delay.first_seconds)
        self._first()
        for index, chunk in enumerate(self._events):
            if index > self._lead:
                await asyncio.wait({hung_up}, timeout=self._delay.gap_seconds)
            if hung_up.done():
                return max(0, index - self._lead)
            await _send(send, chunk)
        return None


async def _hung_up(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _send(send: Send, body: bytes) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})


_ENDINGS: Final = (
    b'"finish_reason":"',
    b'"type":"response.completed"',
    b'"type":"response.incomplete"',
    DONE,
)


def cut_off(events: Iterable[bytes], most: int) -> Iterator[bytes]:
    """The first of a stream's events, and never the one that ends it, however short it is."""
    for event in islice(events, most):
        if any(ending in event for ending in _ENDINGS):
            return
        yield event


class Dropped:
    """An answer of which only the beginning arrives: the work is done, the caller cannot know."""

    def __init__(self, body: bytes, headers: Mapping[str, str]) -> None:
        self._headers = {**headers, "content-length": str(len(body))}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": _raw(self._headers)})
