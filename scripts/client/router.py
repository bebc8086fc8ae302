"""Asks the models behind a route: from threads (Router) or in an event loop (AsyncRouter)."""

import asyncio
import time
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Awaitable,
    Callable,
    Generator,
    Iterator,
    Mapping,
    Sequence,
)
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

import openai

from .call import FAILURES, Call, Calls
from .question import Message
from .reply import Reply
from .target import Target

if TYPE_CHECKING:
    import httpx2

STREAMED: Final = {"stream": True, "stream_options": {"include_usage": True}}


@dataclass(frozen=True, kw_only=True)
class Router(Calls):
    """Asks, and asks again where that helps. Takes questions from any thread.

    user: who asks, or the session. The same one is always answered by the same variant.
    options: whatever else the SDK's `chat.completions.create` takes.
    """

    http: "httpx2.Client | None" = None
    sleep: Callable[[float], None] = time.sleep
    _clients: dict[tuple[str, int], openai.OpenAI] = field(
        default_factory=dict, init=False, repr=False
    )

    def ask(
        self, question: str | Sequence[Message], *, user: str | None = None, **options: Any
    ) -> Reply:
        """The answer, once it is whole.

        Raises:
            openai.APIError: none is to be had; the last that went wrong.
            Cut: none that is whole.
        """
        with self._begin(question, user, options) as call:
            while True:
                try:
                    chat = self.client(call.target).chat.completions
                    raw = chat.with_raw_response.create(**call.request())
                    return call.whole(raw.headers, raw.parse())
                except FAILURES as error:
                    wait = call.failed(error)
                    if wait is None:
                        raise
                self.sleep(wait.seconds)

    def stream(
        self, question: str | Sequence[Message], *, user: str | None = None, **options: Any
    ) -> "Stream":
        """The answer as it comes: texts to iterate over.

        Raises, while it is read:
            openai.APIError: none is to be had; the last that went wrong.
            Cut: it stopped in the middle.
        """
        return Stream(lambda: self._begin(question, user, STREAMED | options), self)

    def client(self, target: Target) -> openai.OpenAI:
        """The SDK's own client, which neither asks again nor elsewhere."""
        key = target.base_url, id(target.token)
        if key not in self._clients:
            self._clients[key] = openai.OpenAI(
                base_url=target.base_url,
                api_key=target.token,
                http_client=self.http,
                max_retries=0,  # on top of ours they would multiply
            )
        return self._clients[key]

    def close(self) -> None:
        """Closes the connections; those of `http` too."""
        for client in self._clients.values():
            client.close()

    def _begin(
        self, question: str | Sequence[Message], user: str | None, options: Mapping[str, Any]
    ) -> Call:
        if self.route.flag:
            self.route.flag.refresh()
        return self.begin(question, user, options)


class Stream:
    """Texts as they come; `reply` once they have all come. Close it, if you leave early."""

    def __init__(self, begin: Callable[[], Call], router: Router) -> None:
        self.reply: Reply | None = None
        self._texts = self._read(begin, router)

    def __iter__(self) -> Iterator[str]:
        return self._texts

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the answer where it is: what is not generated is not paid for."""
        self._texts.close()

    def _read(self, begin: Callable[[], Call], router: Router) -> Generator[str]:
        with begin() as call:
            while True:
                try:
                    chat = router.client(call.target).chat.completions
                    with chat.create(**call.request()) as chunks:
                        call.opened(chunks.response.headers)
                        for chunk in chunks:
                            if text := call.take(chunk):
                                yield text
                    self.reply = call.ended()
                    return
                except FAILURES as error:
                    wait = call.failed(error)
                    if wait is None:
                        raise
                router.sleep(wait.seconds)


@dataclass(frozen=True, kw_only=True)
class AsyncRouter(Calls):
    """The same, awaited."""

    http: "httpx2.AsyncClient | None" = None
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    _clients: dict[tuple[str, int], openai.AsyncOpenAI] = field(
        default_factory=dict, init=False, repr=False
    )

    async def ask(
        self, question: str | Sequence[Message], *, user: str | None = None, **options: Any
    ) -> Reply:
        """As Router.ask."""
        with await self._begin(question, user, options) as call:
            while True:
                try:
                    chat = self.client(call.target).chat.completions
                    raw = await chat.with_raw_response.create(**call.request())
                    return call.whole(raw.headers, raw.parse())
                except FAILURES as error:
                    wait = call.failed(error)
                    if wait is None:
                        raise
                await self.sleep(wait.seconds)

    def stream(
        self, question: str | Sequence[Message], *, user: str | None = None, **options: Any
    ) -> "AsyncStream":
        """As Router.stream."""
        return AsyncStream(lambda: self._begin(question, user, STREAMED | options), self)

    def client(self, target: Target) -> openai.AsyncOpenAI:
        """As Router.client."""

        async def token() -> str:  # in a thread, since a new token may take seconds
            return await asyncio.to_thread(target.token)

        key = target.base_url, id(target.token)
        if key not in self._clients:
            self._clients[key] = openai.AsyncOpenAI(
                base_url=target.base_url, api_key=token, http_client=self.http, max_retries=0
            )
        return self._clients[key]

    async def close(self) -> None:
        """As Router.close."""
        for client in self._clients.values():
            await client.close()

    async def _begin(
        self, question: str | Sequence[Message], user: str | None, options: Mapping[str, Any]
    ) -> Call:
        if self.route.flag:
            await asyncio.to_thread(self.route.flag.refresh)
        return self.begin(question, user, options)


class AsyncStream:
    """As Stream, for `async for` and `async with`."""

    def __init__(self, begin: Callable[[], Awaitable[Call]], router: AsyncRouter) -> None:
        self.reply: Reply | None = None
        self._texts = self._read(begin, router)

    def __aiter__(self) -> AsyncIterator[str]:
        return self._texts

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        await self._texts.aclose()

    async def _read(
        self, begin: Callable[[], Awaitable[Call]], router: AsyncRouter
    ) -> AsyncGenerator[str]:
        with await begin() as call:
            while True:
                try:
                    chat = router.client(call.target).chat.completions
                    async with await chat.create(**call.request()) as chunks:
                        call.opened(chunks.response.headers)
                        async for chunk in chunks:
                            if text := call.take(chunk):
                                yield text
                    self.reply = call.ended()
                    return
                except FAILURES as error:
                    wait = call.failed(error)
                    if wait is None:
                        raise
                await router.sleep(wait.seconds)
