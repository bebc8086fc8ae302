"""Long operations: begun by a write, finished when their time comes on the sandbox clock.

Nothing waits in memory. Each request first settles what is due, so a restart loses nothing.
"""

import json
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sandbox.arm.errors import ArmError
from sandbox.arm.kind import Answer, Call, Kind, properties
from sandbox.around import Around
from sandbox.clock import stamp
from sandbox.ids import ArmId, parse, segment, within
from sandbox.store import Body

RETRY_AFTER = {"Retry-After": "1"}
"""Never 0 and never absent: clients then fall back to their own 10 or 30 seconds."""


def begin(
    around: Around,
    *,
    action: str,
    id: str,
    final: Body,
    seconds: float,
    error: dict[str, Any] | None = None,
    locks: str = "",
) -> str:
    """Write an operation down, and with it the lock it holds; the id it can be asked by."""
    operation = str(uuid.uuid4())
    now = around.clock.now()
    due = stamp(now + timedelta(seconds=seconds))
    around.store.execute(
        "INSERT INTO operations VALUES (?, ?, ?, ?, 'InProgress', ?, ?, NULL, ?, ?)",
        (
            operation,
            action,
            id,
            collection(id),
            stamp(now),
            due,
            json.dumps(final),
            json.dumps(error) if error else None,
        ),
    )
    if locks:
        around.store.execute(
            "INSERT OR REPLACE INTO account_locks VALUES (?, ?, ?)",
            (locks.lower(), operation, due),
        )
    return operation


def collection(id: str) -> str:
    """Where the operations on an id are asked about."""
    parsed = parse(id)
    subscription = f"/subscriptions/{segment(id, 'subscriptions')}"
    if parsed is None or not parsed.subscription:
        return subscription
    return f"{subscription}/providers/{parsed.namespace}/locations/global"


def occupied(around: Around, account_id: str) -> bool:
    """Whether an operation on an account or a child of it is under way."""
    rows = around.store.execute(
        "SELECT 1 FROM account_locks WHERE account_lc = ? AND until > ?",
        (account_id.lower(), stamp(around.clock.now())),
    )
    return bool(rows)


def under_way(around: Around, id: str) -> bool:
    """Whether an operation on this very resource has not ended."""
    rows = around.store.execute(
        "SELECT 1 FROM operations WHERE status = 'InProgress' AND resource_id = ?", (id,)
    )
    return bool(rows)


def settle(
    around: Around,
    put: Callable[[Around, str, Body, str], None],
    delete: Callable[[Around, str, str], None],
) -> None:
    """Finish what is due, in the order it fell due; effect and record are one transaction."""
    now = stamp(around.clock.now())
    due = "SELECT * FROM operations WHERE status = 'InProgress' AND due <= ? ORDER BY due, rowid"
    if not around.store.execute(f"{due} LIMIT 1", (now,)):
        return
    with around.store.transaction():
        # One at a time: a delete ends what is under way beneath it.
        while rows := around.store.execute(f"{due} LIMIT 1", (now,)):
            row = rows[0]
            if row["error"]:
                _fail(around, row["resource_id"])
            elif row["action"] == "delete":
                delete(around, row["resource_id"], row["due"])
            else:
                put(around, row["resource_id"], json.loads(row["final"]), row["due"])
            around.store.execute(
                "UPDATE operations SET status = ?, ended = due WHERE id = ?",
                ("Failed" if row["error"] else "Succeeded", row["id"]),
            )
            around.store.execute("DELETE FROM account_locks WHERE operation_id = ?", (row["id"],))


def cancel(around: Around, id: str, at: datetime) -> None:
    """End what is under way on something that is going, and beneath it."""
    for row in around.store.execute(
        "SELECT id, resource_id FROM operations WHERE status = 'InProgress'"
    ):
        if within(row["resource_id"], id):
            around.store.execute(
                "UPDATE operations SET status = 'Canceled', ended = ? WHERE id = ?",
                (stamp(at), row["id"]),
            )
            around.store.execute("DELETE FROM account_locks WHERE operation_id = ?", (row["id"],))


def _fail(around: Around, id: str) -> None:
    stored = around.store.get(id)
    if stored:
        body = {**stored.body}
        body["properties"] = {**properties(body), "provisioningState": "Failed"}
        around.store.put(stored.id, stored.type, body, etag=stored.etag)


def headers(call: Call, operation: str, id: str, *, location: bool) -> dict[str, str]:
    """Where to ask how it goes, absolute, and how soon."""
    base = f"{call.arm}{collection(id)}"
    version = f"api-version={call.api_version}"
    said = {
        "Azure-AsyncOperation": f"{base}/operations/{operation}?{version}",
        **RETRY_AFTER,
    }
    if location:
        said["Location"] = f"{base}/operationresults/{operation}?{version}"
    return said


def status(call: Call, operation: str) -> Answer:
    """The answer of an Azure-AsyncOperation URL."""
    row = _row(call.around, operation)
    said = {
        "id": call.path,
        "name": operation,
        "status": row["status"],
        "startTime": row["started"],
        "properties": None,
    }
    if row["ended"]:
        said["endTime"] = row["ended"]
    if row["status"] == "Failed":
        said["error"] = json.loads(row["error"])
    return Answer(status=200, body=said, headers=RETRY_AFTER if not row["ended"] else {})


def result(call: Call, operation: str) -> Answer:
    """The answer of a Location URL: 202 until it is done."""
    row = _row(call.around, operation)
    if row["status"] == "InProgress":
        location = f"{call.arm}{call.path}?api-version={call.api_version}"
        return Answer(status=202, headers={"Location": location, **RETRY_AFTER})
    if row["status"] == "Failed":
        error = json.loads(row["error"])
        raise ArmError(409, error["code"], error["message"])
    stored = call.store.get(row["resource_id"])
    if row["action"] == "delete" or stored is None:
        return Answer(status=204)
    return Answer(status=200, body=stored.body)


def about(around: Around, operation: str) -> str:
    """The id that an operation writes or deletes: whoever may read that may ask how it goes."""
    return str(_row(around, operation)["resource_id"])


def _row(around: Around, operation: str) -> Any:
    rows = around.store.execute("SELECT * FROM operations WHERE id = ?", (operation.lower(),))
    if not rows:
        raise ArmError(404, "OperationNotFound", f"The operation '{operation}' could not be found.")
    return rows[0]


def busy(id: str) -> ArmError:
    """409 without Retry-After: with it, azure-core would hide the conflict by trying again."""
    return ArmError(
        409,
        "RequestConflict",
        f"Another operation is being performed on the parent resource '{id}'. "
        "Please try again later.",
    )


def account_of(id: ArmId, kind: Kind) -> str:
    """The account that a write occupies; nothing for types that occupy none."""
    return id.root if kind.locks else ""


def pending(body: Body, state: str) -> Body:
    """A body as it stands while its operation lasts."""
    if "provisioningState" not in properties(body):
        return body
    return {**body, "properties": {**properties(body), "provisioningState": state}}
