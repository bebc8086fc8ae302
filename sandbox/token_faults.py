"""What goes wrong where tokens are given out."""

import asyncio
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.dropped import Dropped
from sandbox.faults import Faults
from sandbox.identity import LIFETIME_SECONDS

EXPIRED_SECONDS = -60
"""The lifetime of a token that is too old when it arrives, whatever is said of it."""

Giver = Callable[[Request, int], Awaitable[Response]]
"""Gives out a token with a lifetime in seconds."""


def faulty(faults: Faults, give: Giver) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint for tokens, as reliable as it was ordered to be."""

    async def answer(request: Request) -> Response:
        fault = faults.take("identity", request.method, request.url.path)
        if fault is None:
            return await give(request, LIFETIME_SECONDS)
        if fault.action == "delay":
            await asyncio.sleep(fault.seconds)
        if fault.action == "answer":
            told = {"error": fault.code, "error_description": fault.message}
            return JSONResponse(told, fault.status, fault.headers)
        expired = fault.action == "expired"
        given = await give(request, EXPIRED_SECONDS if expired else LIFETIME_SECONDS)
        return Dropped() if fault.action == "drop" else given

    return answer
