"""The activity log: each write that ARM was asked for, whatever came of it."""

import uuid
from typing import Final

from sandbox.arm.kind import Answer
from sandbox.around import Around
from sandbox.clock import stamp
from sandbox.ids import parse

VERBS: Final = {"PUT": "write", "PATCH": "write", "DELETE": "delete"}


def note(around: Around, method: str, path: str, said: Answer, caller: str) -> None:
    """Keep a row of a request that changes something, or would have."""
    found = operation(method, path)
    if not found or not caller:
        return
    name, resource = found
    around.store.execute(
        "INSERT INTO activity (at, operation, word, resource_lc, status, caller, ip, "
        "correlation_id) VALUES (?, ?, ?, ?, ?, ?, '', ?)",
        (
            stamp(around.clock.now()),
            name,
            name.split("/")[-2] if name.endswith("/action") else name.rpartition("/")[2],
            resource.lower(),
            said.status,
            caller,
            str(uuid.uuid4()),
        ),
    )


def operation(method: str, path: str) -> tuple[str, str] | None:
    """What a request does, as the activity log names it, and to which resource.

    Nothing for a read, nor for a path that is about no resource.
    """
    if method == "POST":
        above, _, word = path.rstrip("/").rpartition("/")
        id = parse(above)
        return (f"{id.type}/{word}/action", above) if id else None
    if method not in VERBS:
        return None
    verb = VERBS[method]
    id = parse(path)
    if id:
        return f"{id.type}/{verb}", path
    parts = path.strip("/").split("/")
    if len(parts) == 4 and parts[2].lower() == "resourcegroups":
        return f"Microsoft.Resources/subscriptions/resourceGroups/{verb}", path
    return None
