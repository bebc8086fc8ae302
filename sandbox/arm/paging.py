"""Lists, a page at a time."""

from typing import Any
from urllib.parse import urlencode

from sandbox.arm.kind import Answer, Call

SKIP = "$skiptoken"


def page(call: Call, items: list[Any]) -> Answer:
    """One page of a list, with an absolute link to the next."""
    size = int(call.around.settings.get("page_size", 50))
    at = int(call.query.get(SKIP, "0") or 0)
    said: dict[str, Any] = {"value": items[at : at + size]}
    if at + size < len(items):
        again = {**call.query, SKIP: str(at + size)}
        said["nextLink"] = f"{call.arm}{call.path}?{urlencode(again)}"
    return Answer(status=200, body=said)
