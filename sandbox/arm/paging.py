"""Lists, a page at a time."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode

from sandbox.arm.errors import bad_request
from sandbox.arm.kind import Answer, Call
from sandbox.store import Body, Stored

SKIP = "$skiptoken"


def page(call: Call, items: list[Any]) -> Answer:
    """One page of a list, with an absolute link to the next."""
    size = _size(call)
    after = call.query.get(SKIP) or "0"
    if not (after.isascii() and after.isdecimal()):
        raise bad_request(f"The {SKIP} '{after}' is not one of ours.")
    at = int(after)
    said: dict[str, Any] = {"value": items[at : at + size]}
    if at + size < len(items):
        said["nextLink"] = _link(call, str(at + size))
    return Answer(status=200, body=said)


def stored_page(
    call: Call,
    types: Sequence[str],
    *,
    scope: str,
    parent: str | None = None,
    shown: Callable[[Stored], Body],
    always: Sequence[Body] = (),
) -> Answer:
    """One page of what is stored, without reading the rest; what is always there comes first."""
    size, after = _size(call), _after(call)
    found = call.store.page(parent, types, scope, after, size + 1)
    said: dict[str, Any] = {
        "value": [*(() if after else always), *(shown(each) for each in found[:size])]
    }
    if len(found) > size:
        last = urlsafe_b64encode(found[size - 1].id.encode()).decode()
        said["nextLink"] = _link(call, last)
    return Answer(status=200, body=said)


def _size(call: Call) -> int:
    return int(call.around.settings.get("page_size", 50))


def _link(call: Call, after: str) -> str:
    return f"{call.arm}{call.path}?{urlencode({**call.query, SKIP: after})}"


def _after(call: Call) -> str:
    """The id that the last page ended with."""
    token = call.query.get(SKIP, "")
    try:
        after = urlsafe_b64decode(token).decode()
    except ValueError:
        after = ""
    if token and not after.startswith("/"):
        raise bad_request(f"The {SKIP} '{token}' is not one of ours.")
    return after
