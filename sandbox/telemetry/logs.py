"""Asks the logs: the rows that are visible by now, of what a question may look at."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Final

from sandbox.arm.applicationinsights import COMPONENT
from sandbox.arm.kind import properties
from sandbox.arm.operationalinsights import WORKSPACE
from sandbox.around import Around
from sandbox.clock import stamp
from sandbox.directory import TENANT_ID
from sandbox.ids import within
from sandbox.store import Store
from sandbox.telemetry.kql.answer import Answer, answered
from sandbox.telemetry.kql.installed import install
from sandbox.telemetry.kql.tokens import microseconds
from sandbox.telemetry.sinks import sinks
from sandbox.telemetry.tables import TABLES

FIRST: Final = "0000"
LAST: Final = "9999"

ADMINISTRATIVE: Final = "Administrative"
"""The activity log: a subscription's, with rows of every resource in it."""


@dataclass(frozen=True, kw_only=True)
class Reach:
    """What a question is put to: some workspaces, and of these perhaps one resource's rows."""

    workspaces: tuple[str, ...]
    """Ids in lower case."""
    resource: str = ""
    """An id; what lies under it counts as well."""


def reach_of(store: Store, id: str) -> Reach:
    """A workspace whole; of any other resource, its own rows wherever they were sent."""
    found = store.get(id)
    if found and found.type == WORKSPACE:
        return Reach(workspaces=(found.id.lower(),))
    homes = {sink.workspace for sink in sinks(store) if within(sink.resource, id)}
    for component in store.of_type(COMPONENT):
        if within(component.id, id):
            homes.add(str(properties(component.body).get("WorkspaceResourceId") or "").lower())
    return Reach(workspaces=tuple(sorted(homes - {""})), resource=id)


def ask(
    around: Around,
    query: str,
    reach: Reach,
    *,
    now: datetime,
    window: tuple[datetime, datetime] | None = None,
) -> Answer:
    """What the logs answer, as of a moment.

    Raises:
        Refused: the query is outside the subset, or wrong.
    """
    with _reading(around.store) as connection:
        return answered(
            connection,
            query,
            TABLES,
            now=microseconds(now),
            parameters=_parameters(around, reach, now, window),
        )


def _parameters(
    around: Around, reach: Reach, now: datetime, window: tuple[datetime, datetime] | None
) -> dict[str, object]:
    seen = now - timedelta(seconds=around.settings.profile.logs_delay_seconds)
    sent = [
        asdict(sink)
        for sink in sinks(around.store)
        if sink.workspace in reach.workspaces
        and (sink.category == ADMINISTRATIVE or within(sink.resource, reach.resource))
    ]
    return {
        "tenant": TENANT_ID,
        "from": stamp(window[0]) if window else FIRST,
        "until": stamp(window[1]) if window else LAST,
        "seen": stamp(seen),
        "workspaces": json.dumps(reach.workspaces),
        "resource": f"{reach.resource.lower()}/" if reach.resource else "",
        "sinks": json.dumps(sent),
    }


@contextmanager
def _reading(store: Store) -> Iterator[sqlite3.Connection]:
    """A connection that cannot write, beside the store's own: a long question stops nobody."""
    connection = sqlite3.connect(f"{store.path.as_uri()}?mode=ro", uri=True)
    try:
        install(connection)
        yield connection
    finally:
        connection.close()
