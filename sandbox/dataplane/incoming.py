"""The body of a request, as far as there is any sense in reading it."""

import json
from typing import Any, Final

from pydantic_core import from_json
from starlette.requests import Request

from sandbox.dataplane import errors

MEGABYTE: Final = 1024 * 1024
LARGEST: Final = 128 * MEGABYTE
"""Of a request to a model. Azure publishes no figure: this protects the machine."""
LARGEST_UPLOAD: Final = 520 * MEGABYTE
"""A file of the largest size, and the form around it."""


async def body(request: Request, most: int) -> bytes:
    """All of it, if it is not longer than that.

    Raises:
        Refusal: 413.
    """
    told = request.headers.get("content-length", "")
    if told.isdecimal():
        if int(told) > most:
            raise errors.too_large(most)
        return await request.body()
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > most:
            raise errors.too_large(most)
        chunks.append(chunk)
    return b"".join(chunks)


def parsed(text: bytes) -> Any:
    """What JSON says, if it can be said again: no half of a surrogate pair, nothing infinite.

    Raises:
        ValueError: it cannot, or is no JSON.
    """
    told = from_json(text, allow_inf_nan=False)
    json.dumps(told, allow_nan=False)  # 1e999 is infinite, too
    return told
