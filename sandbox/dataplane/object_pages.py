"""Lists of an account's objects, a page at a time as the OpenAI clients turn them."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sandbox.dataplane import errors
from sandbox.store import Body

MOST: Final = 100
"""Items on a page of what responses and conversations are made of."""


def page(items: Sequence[Body], query: Mapping[str, str], size: int) -> dict[str, Any]:
    """What follows `after`, at most `limit`; newest first unless `order` is asc."""
    ordered = list(items[::-1] if query.get("order") == "asc" else items)
    ids = [each["id"] for each in ordered]
    after = query.get("after")
    start = ids.index(after) + 1 if after in ids else 0
    asked = query.get("limit", "")
    count = max(1, int(asked)) if asked.isdecimal() else size
    data = ordered[start : start + count]
    return {
        "object": "list",
        "data": data,
        "has_more": start + count < len(ordered),
        "first_id": data[0]["id"] if data else None,
        "last_id": data[-1]["id"] if data else None,
    }


def limited(query: Mapping[str, str]) -> Mapping[str, str]:
    """A query whose `limit` is one.

    Raises:
        Refusal: 400.
    """
    asked = query.get("limit", "1")
    if not asked.isdecimal() or not 1 <= int(asked) <= MOST:
        raise errors.wrong_request(
            f"Invalid 'limit': expected an integer from 1 to {MOST}, but got '{asked}' instead.",
            "limit",
            "invalid_value",
        )
    return query
