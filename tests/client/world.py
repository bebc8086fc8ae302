"""A world for one client: models that answer as told, a clock that only waiting moves."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import httpx2

from scripts.client.reply import Reply
from scripts.client.route import Route
from scripts.client.router import AsyncRouter, Router
from scripts.client.target import Target

USAGE = {
    "prompt_tokens": 30,
    "completion_tokens": 12,
    "total_tokens": 42,
    "prompt_tokens_details": {"cached_tokens": 20},
    "completion_tokens_details": {"reasoning_tokens": 5},
}
FIRST = {"choices": [], "prompt_filter_results": [{"prompt_index": 0}]}
LAST = {"model": "gpt-5.4-2026-03-05", "choices": [], "usage": USAGE}

Told = Callable[[], httpx2.Response]
"""Each response can be read but once."""


class Tokens:
    """Another token after each renewal."""

    def __init__(self) -> None:
        self.given: list[str] = []
        self.renewed = 0

    def __call__(self) -> str:
        self.given.append(f"token-{self.renewed}")
        return self.given[-1]

    def renew(self) -> None:
        self.renewed += 1

    def __repr__(self) -> str:  # as a partial would, or a dataclass
        return f"Tokens({self.given})"


def answer(text: str | None = "Paris", finish_reason: str | None = "stop", **headers: str) -> Told:
    message = {"role": "assistant", "content": text}
    return partial(
        httpx2.Response,
        200,
        headers={name.replace("_", "-"): value for name, value in headers.items()},
        json={
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1,
            "model": "gpt-5.4-2026-03-05",
            "choices": [{"index": 0, "message": message, "finish_reason": finish_reason}],
            "usage": USAGE,
        },
    )


def refusal(status: int, code: str = "", message: str = "", **headers: str) -> Told:
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    body = {"error": {"code": code or str(status), "message": message}}
    return partial(httpx2.Response, status, headers=told, json=body)


def piece(text: str | None = None, finish_reason: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": finish_reason}
    return {"model": "gpt-5.4-2026-03-05", "choices": [choice]}


class Events(httpx2.SyncByteStream, httpx2.AsyncByteStream):
    """Server-sent events; an exception among them breaks the connection there."""

    def __init__(self, *events: Any) -> None:
        self.events = events
        self.closed = False

    def __iter__(self) -> Iterator[bytes]:
        for event in self.events:
            if isinstance(event, Exception):
                raise event
            yield f"data: {event if isinstance(event, str) else json.dumps(event)}\n\n".encode()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for each in self:
            yield each

    def close(self) -> None:
        self.closed = True

    async def aclose(self) -> None:
        self.closed = True


def events(*those: Any) -> Told:
    return lambda: httpx2.Response(200, stream=Events(*those))


def whole(*texts: str) -> Told:
    return events(
        FIRST, piece(""), *(piece(each) for each in texts), piece(None, "stop"), LAST, "[DONE]"
    )


@dataclass
class World:
    """Answers come in the order in which they stand, whoever is asked."""

    asynchronous: bool
    answers: list[Any] = field(default_factory=list)
    """What makes a response, exceptions, or seconds that the next answer takes."""
    now: float = 1000.0
    slept: list[float] = field(default_factory=list)
    requests: list[httpx2.Request] = field(default_factory=list)
    tokens: Tokens = field(default_factory=Tokens)
    left_over: Any = None

    def target(self, region: str = "here", model: str = "chat-v3", **more: Any) -> Target:
        return Target(
            base_url=f"https://{region}.example/openai/v1/",
            model=model,
            token=self.tokens,
            name=f"{region}/{model}",
            **more,
        )

    def router(self, *fallback: Target, **more: Any) -> Any:
        given = {
            "route": Route(name="chat", fallback=fallback or [self.target()]),
            "clock": lambda: self.now,
            "chance": lambda: 0.5,
            **more,
        }
        transport = httpx2.MockTransport(self._answer)
        if self.asynchronous:
            return AsyncRouter(
                http=httpx2.AsyncClient(transport=transport), sleep=self._nap, **given
            )
        return Router(http=httpx2.Client(transport=transport), sleep=self._sleep, **given)

    def ask(self, router: Any, question: Any = "Capital of France?", **wanted: Any) -> Reply:
        reply = router.ask(question, **wanted)
        return asyncio.run(reply) if self.asynchronous else reply

    def read(self, router: Any, *, most: int = 99, **wanted: Any) -> tuple[list[str], Any]:
        """The texts of a stream, at most so many, and what is known of it afterwards."""
        texts: list[str] = []

        async def read_async() -> Any:
            async with router.stream("Capital of France?", **wanted) as stream:
                self.left_over = stream, texts
                async for text in stream:
                    texts.append(text)
                    if len(texts) == most:
                        break
            return stream.reply

        if self.asynchronous:
            return texts, asyncio.run(read_async())
        with router.stream("Capital of France?", **wanted) as stream:
            self.left_over = stream, texts
            for text in stream:
                texts.append(text)
                if len(texts) == most:
                    break
        return texts, stream.reply

    @property
    def hosts(self) -> list[str]:
        return [request.url.host.partition(".")[0] for request in self.requests]

    @property
    def bodies(self) -> list[Any]:
        return [json.loads(request.content) for request in self.requests]

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        told = self.answers.pop(0)
        while isinstance(told, int | float):
            self.now += told
            told = self.answers.pop(0)
        if isinstance(told, Exception):
            raise told
        return told()

    def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    async def _nap(self, seconds: float) -> None:
        self._sleep(seconds)
