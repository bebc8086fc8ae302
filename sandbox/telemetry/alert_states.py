"""Microsoft.AlertsManagement: what has fired, and what somebody has said about it since.

As API 2019-05-05-preview has it. Budgets do not stand here; Azure keeps their alerts elsewhere.
"""

import json
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from sqlite3 import Row
from typing import Any, Final

from sandbox.arm.errors import ArmError, bad_request
from sandbox.arm.kind import Answer, Call, Route, reads
from sandbox.arm.paging import page
from sandbox.clock import stamp
from sandbox.ids import parse, segment, within
from sandbox.store import Body, Store
from sandbox.telemetry.periods import NoPeriod, interval

TYPE: Final = "Microsoft.AlertsManagement/alerts"
STATES: Final = ("New", "Acknowledged", "Closed")
RANGES: Final = {
    "1h": timedelta(hours=1),
    "1d": timedelta(days=1),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
}
SERVICES: Final = {
    "Metric": "Platform",
    "Log": "Log Alerts V2",
    "Activity Log": "ActivityLog Administrative",
}
"""Which part of Monitor tells of a signal."""

FILTERS: Final[dict[str, Callable[[Mapping[str, Any], str], bool]]] = {
    "targetresource": lambda said, value: within(said["targetResource"], value),
    "targetresourcetype": lambda said, value: _same(said["targetResourceType"], value),
    "targetresourcegroup": lambda said, value: _same(said["targetResourceGroup"], value),
    "monitorservice": lambda said, value: _same(said["monitorService"], value),
    "monitorcondition": lambda said, value: _same(said["monitorCondition"], value),
    "severity": lambda said, value: _same(said["severity"], value),
    "alertstate": lambda said, value: _same(said["alertState"], value),
    "alertrule": lambda said, value: (
        _same(said["alertRule"], value) or _same(said["alertRule"].rpartition("/")[2], value)
    ),
}
GROUPED: Final = {
    "severity": "severity",
    "alertstate": "alertState",
    "monitorcondition": "monitorCondition",
    "monitorservice": "monitorService",
    "signaltype": "signalType",
    "alertrule": "alertRule",
}
SORTED: Final = (*GROUPED.values(), "startDateTime", "lastModifiedDateTime", "targetResource")


def listed(call: Call, names: Mapping[str, str]) -> Answer:
    """Those that fired within a day, or as timeRange says; the last changed one first."""
    items = _matching(call)
    known = {name.lower(): name for name in SORTED}
    by = known.get(call.query.get("sortby", "lastModifiedDateTime").lower())
    if by is None:
        raise bad_request(f"Invalid sortBy '{call.query['sortby']}'.")
    descending = call.query.get("sortorder", "desc").lower() != "asc"
    items.sort(key=lambda item: str(item["properties"]["essentials"][by]), reverse=descending)
    return page(call, items)


def one(call: Call, names: Mapping[str, str]) -> Answer:
    return Answer(status=200, body=_shown(_row(call.store, names["alert"]), contexts=True))


def change(call: Call, names: Mapping[str, str]) -> Answer:
    """What somebody says about an alert. Whether it still fires is not theirs to say."""
    wanted = {state.lower(): state for state in STATES}.get(call.query.get("newstate", "").lower())
    if wanted is None:
        raise bad_request(f"Invalid newState. Allowed values: {', '.join(STATES)}.")
    row = _row(call.store, names["alert"])
    body = json.loads(row["body"])
    now = stamp(call.around.clock.now())
    body.setdefault("changes", []).append(
        {
            "modificationEvent": "StateChange",
            "oldValue": _state(body),
            "newValue": wanted,
            "modifiedAt": now,
            "modifiedBy": call.caller.oid,
            "comments": str(call.body.get("comments") or ""),
        }
    )
    call.store.execute(
        "UPDATE alerts SET body = ? WHERE number = ?", (json.dumps(body), row["number"])
    )
    return one(call, names)


def history(call: Call, names: Mapping[str, str]) -> Answer:
    """How an alert came, went, and was spoken of."""
    row = _row(call.store, names["alert"])
    shown = _shown(row)
    made = {
        "modificationEvent": "AlertCreated",
        "newValue": "Fired",
        "modifiedAt": row["fired"],
        "modifiedBy": "System",
    }
    ended = {
        **made,
        "modificationEvent": "MonitorConditionChange",
        "oldValue": "Fired",
        "newValue": "Resolved",
        "modifiedAt": row["resolved"],
    }
    said = [made, *([ended] if row["resolved"] else []), *_changes(json.loads(row["body"]))]
    return Answer(
        status=200,
        body={
            "id": f"{shown['id']}/history/default",
            "type": f"{TYPE}/history",
            "name": "default",
            "properties": {
                "alertId": names["alert"],
                "modifications": sorted(said, key=lambda each: str(each["modifiedAt"])),
            },
        },
    )


def summary(call: Call, names: Mapping[str, str]) -> Answer:
    """How many there are, by one or two properties."""
    wanted = [each.strip().lower() for each in call.query.get("groupby", "").split(",")]
    if not 1 <= len(wanted) <= 2 or not set(wanted) <= set(GROUPED):
        raise bad_request(f"Invalid groupby. Allowed values: {', '.join(GROUPED.values())}.")
    found = [item["properties"]["essentials"] for item in _matching(call)]
    first = _counted(found, [GROUPED[each] for each in wanted])
    return Answer(
        status=200,
        body={
            "id": f"{call.path.rstrip('/')}/current",
            "type": "Microsoft.AlertsManagement/alertsSummary",
            "name": "current",
            "properties": {"total": len(found), "smartGroupsCount": 0, **first},
        },
    )


def _counted(found: list[dict[str, Any]], by: list[str]) -> dict[str, Any]:
    values: dict[str, list[dict[str, Any]]] = {}
    for each in found:
        values.setdefault(each[by[0]], []).append(each)
    return {
        "groupedby": by[0],
        "values": [
            {
                "name": name,
                "count": len(items),
                **(_counted(items, by[1:]) if by[1:] else {}),
            }
            for name, items in sorted(values.items())
        ],
    }


def _matching(call: Call) -> list[Body]:
    start, end = _range(call.query, call.around.clock.now())
    contexts = call.query.get("includecontext", "").lower() == "true"
    rows = call.store.execute(
        "SELECT * FROM alerts WHERE fired >= ? AND fired <= ? "
        "AND json_extract(body, '$.signalType') <> 'Budget'",
        (stamp(start), stamp(end)),
    )
    asked = {name: value for name, value in call.query.items() if name in FILTERS and value}
    found = []
    for row in rows:
        item = _shown(row, contexts=contexts)
        essentials = item["properties"]["essentials"]
        if all(FILTERS[name](essentials, value) for name, value in asked.items()):
            found.append(item)
    return found


def _range(query: Mapping[str, str], now: datetime) -> tuple[datetime, datetime]:
    custom = query.get("customtimerange")
    if custom:
        try:
            return interval(custom, now)
        except NoPeriod as error:
            raise bad_request(f"Invalid customTimeRange: {error}.") from None
    name = query.get("timerange", "1d").lower()
    if name not in RANGES:
        raise bad_request(f"Invalid timeRange '{name}'. Allowed values: {', '.join(RANGES)}.")
    return now - RANGES[name], now


def _row(store: Store, alert: str) -> Row:
    for row in store.execute("SELECT * FROM alerts"):
        if _name(row) == alert.lower():
            found: Row = row
            return found
    raise ArmError(404, "ResourceNotFound", f"The alert '{alert}' was not found.")


def _name(row: Row) -> str:
    """A GUID that an alert keeps; numbers begin anew after a reset."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{row['rule_lc']}/{row['number']}/{row['fired']}"))


def _shown(row: Row, *, contexts: bool = False) -> Body:
    told = json.loads(row["body"])
    target = str((told.get("alertTargetIDs") or [""])[0])
    parsed = parse(target)
    changes = _changes(told)
    changed = max(
        [str(row["fired"]), str(row["resolved"] or ""), *(str(c["modifiedAt"]) for c in changes)]
    )
    properties: Body = {
        "essentials": {
            "severity": told["severity"],
            "signalType": "Log" if told["signalType"] == "Activity Log" else told["signalType"],
            "alertState": _state(told),
            "monitorCondition": "Resolved" if row["resolved"] else "Fired",
            "targetResource": target.lower(),
            "targetResourceName": parsed.name if parsed else target.rpartition("/")[2],
            "targetResourceGroup": segment(target, "resourceGroups").lower(),
            "targetResourceType": parsed.type.rpartition("/")[2].lower() if parsed else "",
            "monitorService": SERVICES.get(told["signalType"], told["signalType"]),
            "alertRule": told["alertRuleId"],
            "sourceCreatedId": f"{row['rule_lc']}_{row['number']}",
            "smartGroupId": "",
            "smartGroupingReason": "",
            "startDateTime": row["fired"],
            "lastModifiedDateTime": changed,
            "lastModifiedUserName": changes[-1]["modifiedBy"] if changes else "System",
            "actionStatus": {"isSuppressed": bool(told.get("muted"))},
            "description": told.get("description", ""),
        }
    }
    if row["resolved"]:
        properties["essentials"]["monitorConditionResolvedDateTime"] = row["resolved"]
    if contexts:
        properties["context"] = {"context": told["condition"], "contextType": told["signalType"]}
    return {
        "id": f"{target}/providers/{TYPE}/{_name(row)}",
        "type": TYPE,
        "name": told["alertRule"],
        "properties": properties,
    }


def _state(told: Mapping[str, Any]) -> str:
    changes = _changes(told)
    return str(changes[-1]["newValue"]) if changes else "New"


def _changes(told: Mapping[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = told.get("changes", [])
    return found


def _same(one: str, other: str) -> bool:
    return one.lower() == other.lower()


ALERTS: Final = "/subscriptions/{subscription}/providers/Microsoft.AlertsManagement"
ROUTES: Final = (
    reads(f"{ALERTS}/alerts", f"{TYPE}/read", listed),
    reads(f"{ALERTS}/alerts/{{alert}}", f"{TYPE}/read", one),
    reads(f"{ALERTS}/alerts/{{alert}}/history", f"{TYPE}/history/read", history),
    reads(f"{ALERTS}/alertsSummary", "Microsoft.AlertsManagement/alertsSummary/read", summary),
    Route(
        method="POST",
        path=f"{ALERTS}/alerts/{{alert}}/changestate",
        action=f"{TYPE}/changestate/action",
        answer=change,
    ),
)
