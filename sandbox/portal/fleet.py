"""The deployments of all accounts: a few that are worth a look, or a page of them."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sandbox.arm.cognitiveservices import names
from sandbox.arm.kind import properties
from sandbox.clock import stamp
from sandbox.dataplane import account, content_filter
from sandbox.ids import parent_of
from sandbox.portal import load
from sandbox.store import Store

EVENTS: Final = 50_000
"""The last so many requests to models are looked at: a page must not stop the models."""

LATELY: Final = "at >= :since AND number > (SELECT max(number) FROM events) - :events"

TOTALS: Final = f"""
SELECT account_lc || '/deployments/' || lower(deployment) AS id, count(*) AS all_of_them,
    sum(status = 429) AS throttled, sum(status >= 500) AS failed,
    sum(at >= :minute AND status < 400) AS now_ok, sum(at >= :minute AND status = 429) AS now_no,
    sum(at >= :minute AND status >= 500) AS now_failed
FROM events WHERE {LATELY} GROUP BY 1
"""

SECONDS: Final = f"""
SELECT account_lc || '/deployments/' || lower(deployment) AS id, substr(at, 1, 19) AS second,
    sum(status < 400) AS ok, sum(status = 429) AS throttled, sum(status >= 500) AS failed,
    sum(filtered) AS filtered, sum(is_spillover AND status < 400) AS spilled,
    sum(prompt_tokens) AS prompt,
    sum(cached_tokens) AS cached, sum(completion_tokens) AS completion
FROM events WHERE {LATELY} AND id IN (SELECT value FROM json_each(:ids)) GROUP BY 1, 2
"""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """Some deployments of all there are."""

    deployments: list[load.Busy]
    number: int
    """Of all."""
    lately: load.Minute
    """Requests to all of them in the last minute."""


def noteworthy(store: Store, now: datetime, most: int) -> Shown:
    """All, if they are few; else those with the most trouble, and then the most asked."""
    ids = _ids(store)
    totals = {row["id"]: row for row in store.execute(TOTALS, _lately(now))}
    chosen = ids
    if len(ids) > most:
        chosen = sorted(
            ids,
            key=lambda id: (
                tuple(-int(totals[id.lower()][each]) for each in WORST)
                if id.lower() in totals
                else (0,) * len(WORST)
            ),
        )[:most]
    return Shown(
        deployments=_busy(store, chosen, now),
        number=len(ids),
        lately=load.Minute(
            ok=sum(row["now_ok"] for row in totals.values()),
            throttled=sum(row["now_no"] for row in totals.values()),
            failed=sum(row["now_failed"] for row in totals.values()),
        ),
    )


def page(store: Store, now: datetime, first: int, most: int) -> tuple[list[load.Busy], int]:
    """Those from a place on, by account and name; and how many there are."""
    ids = _ids(store)
    return _busy(store, ids[first : first + most], now), len(ids)


WORST: Final = ("failed", "throttled", "all_of_them")


def _ids(store: Store) -> list[str]:
    rows = store.execute(
        "SELECT id FROM resources WHERE type_lc = ? AND deleted_at IS NULL ORDER BY id_lc",
        (names.DEPLOYMENT.lower(),),
    )
    return [str(row["id"]) for row in rows]


def _lately(now: datetime) -> dict[str, object]:
    return {
        "since": stamp(now - timedelta(minutes=load.MINUTES)),
        "minute": stamp(now - timedelta(minutes=1)),
        "events": EVENTS,
    }


def _busy(store: Store, ids: Sequence[str], now: datetime) -> list[load.Busy]:
    seconds = _seconds(store, ids, now)
    found = []
    for each in filter(None, map(store.get, ids)):
        found.append(
            load.busy(
                each.id,
                parent_of(each.id).rpartition("/")[2],
                each.body.get("sku") or {},
                str(properties(each.body).get("provisioningState") or ""),
                account.deployment(each.body, content_filter.SERVICE_DEFAULT),
                seconds.get(each.id.lower(), []),
                now,
            )
        )
    return sorted(found, key=lambda each: (each.account, each.name))


def _seconds(store: Store, ids: Iterable[str], now: datetime) -> dict[str, list[load.Second]]:
    wanted = json.dumps([id.lower() for id in ids])
    found: dict[str, list[load.Second]] = {}
    for row in store.execute(SECONDS, {**_lately(now), "ids": wanted}):
        found.setdefault(row["id"], []).append(load.second(dict(row)))
    return found
