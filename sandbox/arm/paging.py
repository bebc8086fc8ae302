"""Lists, a page at a time."""

from typing import Any
from urllib.parse import urlencode

from sandbox.arm.errors import bad_request
from sandbox.arm.kind import Answer, Call

SKIP = "$skiptoken"


def page(call: Call, items: list[Any]) -> Answer:
    """One page of a list, with an absolute link to the next."""
    size = int(call.around.settings.get("page_size", 50))
    after = call.query.get(SKIP) or "0"
    if not (after.isascii() and after.isdecimal()):
        raise bad_request(f"The {SKIP} '{after}' is not one of ours.")
    at = int(after)
    said: dict[str, Any] = {"value": items[at : at + size]}
    if at + size < len(items):
        again = {**call.query, SKIP: str(at + size)}
        said["nextLink"] = f"{call.arm}{call.path}?{urlencode(again)}"
    return Answer(status=200, body=said)
