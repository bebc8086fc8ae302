"""The local inbox: alerts that fired, and whom they were sent to. Nothing leaves the machine."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from sandbox.arm.kind import properties
from sandbox.clock import moment, stamp
from sandbox.store import Store

ADDRESSES: Final = {
    "emailReceivers": "emailAddress",
    "webhookReceivers": "serviceUri",
    "smsReceivers": "phoneNumber",
    "voiceReceivers": "phoneNumber",
    "armRoleReceivers": "roleId",
    "azureAppPushReceivers": "emailAddress",
}
"""What of a receiver says where it is reached."""


def receivers(store: Store, groups: Iterable[str]) -> Iterator[dict[str, str]]:
    """Everybody in some action groups, those switched off left out."""
    for id in groups:
        group = store.get(id)
        if group is None or not properties(group.body).get("enabled", True):
            continue
        for kind, listed in properties(group.body).items():
            if not kind.endswith("Receivers"):
                continue
            for each in listed or ():
                yield {
                    "group": group.body["name"],
                    "kind": kind.removesuffix("Receivers"),
                    "name": str(each.get("name", "")),
                    "to": _address(kind, each),
                }


def _address(kind: str, receiver: dict[str, Any]) -> str:
    address = str(receiver.get(ADDRESSES.get(kind, ""), ""))
    if kind != "webhookReceivers":
        return address
    # Whoever has a webhook's whole URL may call it.
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.hostname}"


def open_alerts(store: Store, rule: str) -> dict[str, int]:
    """The alerts of a rule that have not been resolved, by their split."""
    rows = store.execute(
        "SELECT split, number FROM alerts WHERE rule_lc = ? AND resolved IS NULL", (rule.lower(),)
    )
    return {row["split"]: row["number"] for row in rows}


def splits(store: Store, rule: str) -> set[str]:
    """What a rule has ever told of."""
    rows = store.execute("SELECT split FROM alerts WHERE rule_lc = ?", (rule.lower(),))
    return {row["split"] for row in rows}


def last_sent(store: Store, rule: str, split: str) -> datetime | None:
    """When somebody was last told of this."""
    rows = store.execute(
        "SELECT fired FROM alerts WHERE rule_lc = ? AND split = ? "
        "AND json_array_length(body, '$.sent') > 0 ORDER BY number DESC LIMIT 1",
        (rule.lower(), split),
    )
    return moment(rows[0]["fired"]) if rows else None


def fire(
    store: Store,
    rule: str,
    split: str,
    at: datetime,
    told: dict[str, Any],
    to: Iterable[dict[str, str]],
) -> None:
    """Write a new alert down, as sent."""
    body = {**told, "sent": [{"at": stamp(at), "condition": "Fired", **each} for each in to]}
    store.execute(
        "INSERT INTO alerts (rule_lc, split, fired, body) VALUES (?, ?, ?, ?)",
        (rule.lower(), split, stamp(at), json.dumps(body)),
    )


def resolve(store: Store, number: int, at: datetime, to: Iterable[dict[str, str]]) -> None:
    """The condition of an alert no longer holds."""
    (row,) = store.execute("SELECT body FROM alerts WHERE number = ?", (number,))
    body = json.loads(row["body"])
    body["sent"] += [{"at": stamp(at), "condition": "Resolved", **each} for each in to]
    store.execute(
        "UPDATE alerts SET resolved = ?, body = ? WHERE number = ?",
        (stamp(at), json.dumps(body), number),
    )


def shown(store: Store) -> dict[str, list[dict[str, Any]]]:
    """All alerts, the last one first, and the rules that could not be evaluated."""
    rows = store.execute("SELECT * FROM alerts ORDER BY number DESC")
    broken = store.execute("SELECT * FROM watched WHERE error IS NOT NULL ORDER BY rule_lc")
    return {
        "value": [
            {
                "id": row["number"],
                "monitorCondition": "Resolved" if row["resolved"] else "Fired",
                "firedDateTime": row["fired"],
                "resolvedDateTime": row["resolved"],
                **json.loads(row["body"]),
            }
            for row in rows
        ],
        "broken": [{"alertRuleId": row["rule_lc"], "error": row["error"]} for row in broken],
    }
