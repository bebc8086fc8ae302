"""Activity log alerts: rules about what was written in Azure, not about what was measured."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from sqlite3 import Row
from typing import Any, Final

from sandbox.arm.kind import properties
from sandbox.clock import moment, stamp
from sandbox.ids import parse, segment, within
from sandbox.store import Store, Stored
from sandbox.telemetry import inbox
from sandbox.telemetry.rules import Broken

ADMINISTRATIVE: Final = "Administrative"
"""The one category that happens here; rules about the others wait for ever."""

OVERLAP: Final = timedelta(minutes=1)
"""An event is written down a moment after the time it bears."""

FIELDS: Final[dict[str, Callable[[Row], str]]] = {
    "category": lambda row: ADMINISTRATIVE,
    "caller": lambda row: str(row["caller"]),
    "correlationid": lambda row: str(row["correlation_id"]),
    "level": lambda row: "Informational" if row["status"] < 400 else "Error",
    "operationname": lambda row: str(row["operation"]),
    "resourcegroup": lambda row: segment(row["resource_lc"], "resourceGroups"),
    "resourceid": lambda row: str(row["resource_lc"]),
    "resourceprovider": lambda row: str(row["operation"]).partition("/")[0],
    "resourcetype": lambda row: _type(row["resource_lc"]),
    "status": lambda row: "Succeeded" if row["status"] < 400 else "Failed",
    "substatus": lambda row: str(row["status"]),
}


def look(store: Store, rule: Stored, last: datetime, now: datetime) -> None:
    """Fire for each event since a moment that the rule is about. These alerts never resolve.

    Raises:
        Broken: a condition that the sandbox cannot evaluate.
    """
    asked = properties(rule.body)
    conditions = asked["condition"]["allOf"]
    _understood(conditions)
    groups = [each["actionGroupId"] for each in (asked.get("actions") or {})["actionGroups"]]
    to = list(inbox.receivers(store, groups))
    known = inbox.splits(store, rule.id)
    since = max(last - OVERLAP, moment(rule.changed_at))
    with store.transaction():
        for row in _events(store, since, now):
            split = json.dumps([["eventDataId", row["number"]]])
            about = any(within(row["resource_lc"], scope) for scope in asked["scopes"])
            own = row["resource_lc"] == rule.id.lower()
            if split in known or own or not about or not _all(conditions, row):
                continue
            inbox.fire(store, rule.id, split, moment(row["at"]), _told(rule, row), to)


def _events(store: Store, since: datetime, now: datetime) -> Iterator[Row]:
    yield from store.execute(
        "SELECT * FROM activity WHERE at > ? AND at <= ? ORDER BY number",
        (stamp(since), stamp(now)),
    )


def _all(conditions: list[Mapping[str, Any]], row: Row) -> bool:
    return all(_holds(each, row) for each in conditions)


def _holds(condition: Mapping[str, Any], row: Row) -> bool:
    if condition.get("anyOf"):
        return any(_holds(each, row) for each in condition["anyOf"])
    value = FIELDS[condition["field"].lower()](row).lower()
    if condition.get("containsAny"):
        return any(str(each).lower() in value for each in condition["containsAny"])
    return value == str(condition.get("equals")).lower()


def _understood(conditions: list[Mapping[str, Any]]) -> None:
    for each in conditions:
        if each.get("anyOf"):
            _understood(each["anyOf"])
        elif str(each.get("field")).lower() not in FIELDS:
            raise Broken(f"the activity log here has no field {each.get('field')}")


def _told(rule: Stored, row: Row) -> dict[str, Any]:
    status = FIELDS["status"](row)
    return {
        "alertRule": rule.body["name"],
        "alertRuleId": rule.id,
        "severity": "Sev4",
        "signalType": "Activity Log",
        "description": str(properties(rule.body).get("description") or ""),
        "alertTargetIDs": [row["resource_lc"]],
        "condition": {
            "metricName": row["operation"],
            "metricValue": status,
            "caller": row["caller"],
            "correlationId": row["correlation_id"],
            "dimensions": [],
        },
    }


def _type(id: str) -> str:
    parsed = parse(id)
    return parsed.type if parsed else "Microsoft.Resources/subscriptions/resourceGroups"
