"""Takes an application's telemetry in: who may send it, and where it is kept."""

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sandbox.arm.applicationinsights import COMPONENT
from sandbox.arm.kind import properties
from sandbox.around import Around
from sandbox.clock import stamp, wall
from sandbox.identity import Unauthenticated
from sandbox.rbac import allowed
from sandbox.store import Store, Stored
from sandbox.telemetry.envelopes import Row, Unreadable, envelope, rows

AUDIENCES: Final = ("https://monitor.azure.com", "https://monitor.azure.com/")
DATA_ACTION: Final = "Microsoft.Insights/Telemetry/Write"
LARGEST: Final = 64 * 2**20
"""Bytes of one batch, unpacked."""
STEADY: Final = timedelta(seconds=1)


@dataclass(frozen=True, kw_only=True)
class Said:
    status: int
    body: dict[str, Any]


def track(around: Around, raw: bytes, headers: Mapping[str, str]) -> Said:
    """What the service says to a batch of envelopes; the good ones of it are kept."""
    try:
        sent = _batch(raw, headers.get("content-encoding", ""))
    except ValueError as error:
        return _nothing(400, 0, f"{error}")
    errors: list[dict[str, Any]] = []
    kept: list[tuple[Stored, Row]] = []
    components = {
        str(properties(each.body).get("InstrumentationKey")).lower(): each
        for each in around.store.of_type(COMPONENT)
    }
    for index, wire in enumerate(sent):
        try:
            one = envelope(wire, wall())
            component = components.get(one.key.lower())
            if component is None:
                raise Unreadable("Invalid instrumentation key")
            refused = _refusal(around, component, headers.get("authorization"))
            if refused:
                return _nothing(refused[0], len(sent), refused[1])
            kept.extend((component, row) for row in rows(one))
        except Unreadable as error:
            errors.append({"index": index, "statusCode": 400, "message": str(error)})
    _keep(around, kept)
    accepted = len(sent) - len(errors)
    status = 200 if not errors else 206 if accepted else 400
    return Said(
        status=status,
        body={"itemsReceived": len(sent), "itemsAccepted": accepted, "errors": errors},
    )


def _batch(raw: bytes, encoding: str) -> list[Any]:
    if encoding.lower() == "gzip":
        unpacker = zlib.decompressobj(wbits=31)
        try:
            raw = unpacker.decompress(raw, LARGEST)
        except zlib.error:
            raise ValueError("the body is not gzip") from None
        if unpacker.unconsumed_tail:
            raise ValueError(f"the batch is larger than {LARGEST} bytes")
    try:
        text = raw.decode()
        # The SDKs send a list, or one envelope a line.
        read = json.loads(text) if text.lstrip()[:1] in ("[", "") else _lines(text)
    except (ValueError, RecursionError):
        raise ValueError("Invalid JSON") from None
    return read if isinstance(read, list) else [read]


def _lines(text: str) -> list[Any]:
    try:
        return [json.loads(text)]
    except ValueError:
        return [json.loads(line) for line in text.splitlines() if line.strip()]


def _refusal(
    around: Around, component: Stored, authorization: str | None
) -> tuple[int, str] | None:
    """401 or 403 where only Entra's tokens are taken; a token is judged wherever one is brought."""
    if not properties(component.body).get("DisableLocalAuth"):
        return None
    try:
        caller = around.identity.caller(authorization, AUDIENCES)
    except Unauthenticated:
        return 401, "Authentication is required: this component takes no instrumentation key alone"
    if not allowed(around.store, caller, component.id, data_action=DATA_ACTION):
        return (
            403,
            "The provided credentials do not grant access to ingest telemetry into the component "
            "(role Monitoring Metrics Publisher)",
        )
    return None


def _nothing(status: int, received: int, message: str) -> Said:
    errors = [
        {"index": index, "statusCode": status, "message": message}
        for index in range(max(1, received))
    ]
    return Said(
        status=status, body={"itemsReceived": received, "itemsAccepted": 0, "errors": errors}
    )


def _keep(around: Around, found: list[tuple[Stored, Row]]) -> None:
    if not found:
        return
    received, ahead = around.clock.now(), _ahead(around)
    with around.store.transaction():
        for component, row in found:
            insert(around.store, component, row, row.at + ahead, received)


def insert(store: Store, component: Stored, row: Row, at: datetime, received: datetime) -> None:
    """Write one row down."""
    workspace = str(properties(component.body).get("WorkspaceResourceId") or "").lower()
    store.execute(
        "INSERT INTO telemetry (at, received, workspace_lc, component_lc, name, body) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        (
            stamp(at),
            stamp(received),
            workspace,
            component.id.lower(),
            row.table,
            json.dumps(row.body, separators=(",", ":")),
        ),
    )


def _ahead(around: Around) -> timedelta:
    """How far the sandbox's clock is ahead: senders stamp their rows with the wall's time."""
    ahead = around.clock.now() - wall()
    return ahead if abs(ahead) > STEADY else timedelta()
