"""One call over HTTP, timed and counted.

Not through the openai SDK, whose models cost more than a call does: a generator that is busy
measures itself.
"""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import aiohttp

from scripts.client.outcome import (
    SPILLED_FROM,
    UTILISATION,
    Outcome,
    of_ending,
    of_status,
    retry_after_s,
)
from scripts.client.target import azure_url
from scripts.load.call import Answer, Tokens

DATA: Final = b"data: "
DONE: Final = b"[DONE]"


@dataclass(frozen=True, kw_only=True)
class Target:
    """Whom a run asks."""

    endpoint: str
    deployment: str
    tokens_per_minute: int | None
    """As declared; None where the unit is another."""
    operation: Literal["chat", "embeddings"] = "chat"
    timeout_s: float = 60.0
    """For the whole of a call, since a server may send a byte now and then for ever."""

    @property
    def url(self) -> str:
        operation = "chat/completions" if self.operation == "chat" else self.operation
        return f"{azure_url(self.endpoint)}{operation}"


async def ask(
    web: aiohttp.ClientSession,
    target: Target,
    body: Mapping[str, Any],
    token: Callable[[], str],
    clock: Callable[[], float],
) -> Answer:
    """Asks once. Whatever goes wrong on the way is an answer too."""
    answering = False
    try:
        async with (
            asyncio.timeout(target.timeout_s),
            web.post(
                target.url,
                data=json.dumps({**body, "model": target.deployment}).encode(),
                headers={
                    "Authorization": f"Bearer {token()}",
                    "Content-Type": "application/json",
                },
                allow_redirects=False,
            ) as response,
        ):
            answering = True
            if response.status >= 400:
                return _refused(response, await response.read(), target)
            if body.get("stream"):
                return await _streamed(response, clock)
            return _answered(response, json.loads(await response.read()), target)
    except aiohttp.ConnectionTimeoutError:
        return Answer(outcome="connection")
    except TimeoutError:
        return Answer(outcome="timeout")
    except (aiohttp.ClientError, json.JSONDecodeError):
        return Answer(outcome="cut" if answering else "connection")


def _refused(response: aiohttp.ClientResponse, content: bytes, target: Target) -> Answer:
    try:
        body = json.loads(content)
    except ValueError:
        body = None
    outcome = of_status(
        response.status, response.headers, body, tokens_per_minute=target.tokens_per_minute
    )
    return Answer(outcome=outcome, **_told(response))


def _answered(response: aiohttp.ClientResponse, body: Any, target: Target) -> Answer:
    if not isinstance(body, dict):
        return Answer(outcome="cut", **_told(response))
    if target.operation == "embeddings":
        outcome: Outcome = "ok" if body.get("data") else "cut"
    else:
        choices = body.get("choices") or [{}]
        outcome = of_ending(choices[0].get("finish_reason"))
    return Answer(outcome=outcome, tokens=_tokens(body.get("usage")), **_told(response))


async def _streamed(response: aiohttp.ClientResponse, clock: Callable[[], float]) -> Answer:
    first: float | None = None
    chunks = 0
    finish: str | None = None
    usage: Any = None
    async for line in response.content:
        if not line.startswith(DATA):
            continue
        data = line.removeprefix(DATA).strip()
        if data == DONE:
            continue
        chunk = json.loads(data)
        if not isinstance(chunk, dict):
            continue
        usage = chunk.get("usage") or usage
        for choice in chunk.get("choices") or ():  # the first and the last chunk have none
            delta = choice.get("delta") or {}
            if delta.get("content") or delta.get("tool_calls"):
                first = first or clock()
                chunks += 1
            finish = choice.get("finish_reason") or finish
    return Answer(
        outcome=of_ending(finish) if usage else "cut",
        first_text_s=first,
        chunks=chunks,
        tokens=_tokens(usage),
        **_told(response),
    )


def _tokens(usage: Any) -> Tokens:
    if not usage:
        return Tokens()
    of_prompt = usage.get("prompt_tokens_details") or {}
    of_answer = usage.get("completion_tokens_details") or {}
    return Tokens(
        prompt=usage.get("prompt_tokens") or 0,
        cached=of_prompt.get("cached_tokens") or 0,
        answer=usage.get("completion_tokens") or 0,
        reasoning=of_answer.get("reasoning_tokens") or 0,
    )


def _told(response: aiohttp.ClientResponse) -> dict[str, Any]:
    headers = response.headers
    wait_s = retry_after_s(headers)
    return {
        "status": response.status,
        "retry_after_ms": None if wait_s is None else 1000 * wait_s,
        "utilisation": _share(headers.get(UTILISATION, "")),
        "limit_tokens": _count(headers.get("x-ratelimit-limit-tokens", "")),
        "region": headers.get("x-ms-region", ""),
        "request_id": headers.get("apim-request-id", ""),
        "spilled": SPILLED_FROM in headers,
    }


def _count(text: str) -> int | None:
    return int(text) if text.isdecimal() else None


def _share(percent: str) -> float | None:
    try:
        return float(percent.removesuffix("%")) / 100
    except ValueError:
        return None
