"""Lists of an account's objects, a page at a time as the OpenAI clients turn them."""

from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.store import Body


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
