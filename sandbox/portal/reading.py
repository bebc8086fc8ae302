"""Everything that the page shows, read from the sandbox in one go."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final

from sandbox.arm.cognitiveservices import names, quota
from sandbox.arm.kind import properties
from sandbox.around import Around
from sandbox.clock import Clock, moment, stamp, wall
from sandbox.dataplane import account, content_filter
from sandbox.dataplane.key_values import KeyValues
from sandbox.directory import SUBSCRIPTION_ID
from sandbox.faults import Faults
from sandbox.ids import parent_of
from sandbox.portal import (
    activity,
    alerts,
    attention,
    budgets,
    faults,
    load,
    people,
    pools,
    resources,
    spans,
    split,
)
from sandbox.portal import deleted as soft_deleted
from sandbox.portal.activity import Asked
from sandbox.store import Stored
from sandbox.telemetry import inbox
from sandbox.telemetry.budgets import BUDGET, Standing, standing

EVENTS: Final = 50_000
"""The last so many requests to models are looked at: a page must not stop the models."""

ASKED: Final = 200
"""So many requests of each plane can be shown."""

SHORTEST_SECRET: Final = 20
"""What is shorter is a name, such as Primary, and no key."""

STORES: Final = "Microsoft.AppConfiguration/configurationStores"


@dataclass(frozen=True, kw_only=True)
class Head:
    """What stands above every page."""

    now: datetime
    offset: str
    pace: str
    """How the clock runs, unless as any other."""
    profile: str
    arm: str
    subscription: str


@dataclass(frozen=True, kw_only=True)
class Operation:
    """A write that Azure is still at."""

    action: str
    id: str
    name: str
    due: str


@dataclass(frozen=True, kw_only=True)
class Overview:
    """The first page."""

    head: Head
    notices: list[attention.Notice]
    deployments: list[load.Busy]
    routes: list[split.Route]
    asked: list[Asked]
    asked_arm: list[Asked]
    pools: list[pools.Pool]
    fired: list[alerts.Fired]
    rules: list[alerts.Rule]
    budgets: list[budgets.Budget]
    faults: list[faults.FaultOn]
    deleted: list[soft_deleted.Deleted]
    operations: list[Operation]
    groups: list[resources.Group]
    people: list[people.Person]

    @property
    def resources(self) -> int:
        return sum(len(each.items) for each in self.groups)

    @property
    def lately(self) -> load.Minute:
        """Requests to models in the last minute."""
        last = [each.course.minutes[-1] for each in self.deployments]
        return load.Minute(
            ok=sum(each.ok for each in last),
            throttled=sum(each.throttled for each in last),
            failed=sum(each.failed for each in last),
        )


class Portal:
    """Reads the sandbox for the page; changes nothing."""

    def __init__(self, around: Around) -> None:
        self._around = around
        self._store = around.store
        self._spent: dict[tuple[str, str, str], Standing | None] = {}

    def overview(self, shown: int = 12) -> Overview:
        self._around.flush()
        now = self._around.clock.now()
        rows = self._store.beneath("")
        by_type: dict[str, list[Stored]] = {}
        for each in rows:
            by_type.setdefault(each.type.lower(), []).append(each)

        def of(*types: str) -> list[Stored]:
            return [each for type in types for each in by_type.get(type.lower(), ())]

        groups = resources.groups(rows)
        busy = self._busy(of(names.DEPLOYMENT), now)
        routes = [
            route
            for each in of(STORES)
            for route in split.routes(
                resources.item(each).name, KeyValues(self._store).all(each.id)
            )
        ]
        money = self._budgets(of(BUDGET), now)
        wrong = [faults.fault(each) for each in Faults(self._store).all()]
        gone = soft_deleted.deleted(self._deleted(), now)
        full = self._pools(of(names.ACCOUNT))
        heard = inbox.shown(self._store)
        fired = [alerts.fired(each) for each in heard["value"]]
        broken = [alerts.broken(each) for each in heard["broken"]]
        return Overview(
            head=self.head(),
            notices=attention.notices(
                deployments=busy,
                pools=full,
                fired=fired,
                broken=broken,
                budgets=money,
                faults=wrong,
                deleted=gone,
                groups=groups,
                routes=routes,
                now=now,
            ),
            deployments=busy,
            routes=routes,
            asked=activity.runs(self.of_models(ASKED))[:shown],
            asked_arm=activity.runs(activity.notable(self.of_arm(ASKED)))[:shown],
            pools=full,
            fired=fired,
            rules=alerts.rules(of(*alerts.RULES)),
            budgets=money,
            faults=wrong,
            deleted=gone,
            operations=self._operations(now),
            groups=groups,
            people=people.people(
                [
                    (each, self._around.directory.resource_of(each) or "")
                    for each in self._around.directory.everyone()
                ],
                of("Microsoft.Authorization/roleAssignments"),
            ),
        )

    def head(self) -> Head:
        now, pace = self._around.clock.now(), _pace(self._around.clock)
        return Head(
            now=now,
            offset=spans.offset(now, wall()),
            pace=pace,
            profile=self._around.settings.profile.name,
            arm=self._around.settings.arm,
            subscription=SUBSCRIPTION_ID,
        )

    def detail(self, id: str) -> resources.Detail | None:
        """One resource, deleted or not; None if there is none."""
        stored = self._store.get(id) or self._store.soft_deleted(id)
        if stored is None:
            return None
        asked = [*self.of_models(ASKED), *self.of_arm(ASKED)]
        return resources.detail(
            stored,
            rows=self._store.beneath("") if stored.deleted_at is None else self._deleted(),
            asked=asked,
            secrets=self.secrets(),
            find=lambda id: self._store.get(id) or self._store.soft_deleted(id),
        )

    def of_models(self, number: int) -> list[Asked]:
        """The newest first."""
        rows = self._store.execute("SELECT * FROM events ORDER BY number DESC LIMIT ?", (number,))
        return activity.of_models(map(dict, rows), self._who())

    def of_arm(self, number: int) -> list[Asked]:
        """The newest first."""
        newest = islice(reversed(self._around.journal), number)
        return activity.of_arm(newest, self._who())

    def secrets(self) -> frozenset[str]:
        """All that opens something in this sandbox, so that nothing shows it by mistake."""
        found = {
            word
            for each in self._around.directory.everyone()
            for word in (each.inside_header, each.outside_header, each.client_secret)
        }
        rows = self._store.execute(
            "SELECT value FROM settings WHERE key LIKE 'keys:%' OR key LIKE '%secret%'"
        )
        for row in rows:
            found.update(_words(row["value"]))
        return frozenset(found)

    def _who(self) -> dict[str, str]:
        return {each.oid: each.name for each in self._around.directory.everyone()}

    def _busy(self, deployments: Iterable[Stored], now: datetime) -> list[load.Busy]:
        seconds = self._seconds(now)
        found = []
        for each in deployments:
            known = account.deployment(each.body, content_filter.SERVICE_DEFAULT)
            above = parent_of(each.id)
            found.append(
                load.busy(
                    each.id,
                    above.rpartition("/")[2],
                    each.body.get("sku") or {},
                    str(properties(each.body).get("provisioningState") or ""),
                    known,
                    seconds.get((above.lower(), known.name.lower()), []),
                    now,
                )
            )
        return sorted(found, key=lambda each: (each.account, each.name))

    def _seconds(self, now: datetime) -> dict[tuple[str, str], list[load.Second]]:
        rows = self._store.execute(SECONDS, (stamp(now - timedelta(minutes=load.MINUTES)), EVENTS))
        found: dict[tuple[str, str], list[load.Second]] = {}
        for row in rows:
            key = (row["account_lc"], row["deployment"].lower())
            found.setdefault(key, []).append(load.second(dict(row)))
        return found

    def _pools(self, accounts: Iterable[Stored]) -> list[pools.Pool]:
        regions = pools.regions(each.body for each in accounts)
        gone = self._store.of_type(names.ACCOUNT, deleted=True)
        regions = sorted({*regions, *pools.regions(each.body for each in gone)})
        held = {region: quota.used(quota.deployments(self._store, region)) for region in regions}
        return pools.pools(
            held, lambda region, usage, sku: quota.limit(self._store, region, usage, sku)
        )

    def _budgets(self, rows: Iterable[Stored], now: datetime) -> list[budgets.Budget]:
        """With what is spent, added up anew each minute: it takes all events of a month."""
        minute, before = stamp(now)[:16], self._spent
        self._spent = {}
        found = []
        for each in rows:
            key = (each.id, each.etag, minute)
            self._spent[key] = before[key] if key in before else self._standing(each, now)
            found.append(budgets.budget(each, self._spent[key]))
        return found

    def _standing(self, stored: Stored, now: datetime) -> Standing | None:
        try:
            return standing(self._store, stored.body, now)
        except (AttributeError, KeyError, TypeError, ValueError):
            return None  # a budget that nobody could evaluate is shown all the same

    def _operations(self, now: datetime) -> list[Operation]:
        rows = self._store.execute(
            "SELECT action, resource_id, due FROM operations WHERE status = 'InProgress' "
            "ORDER BY due LIMIT 50"
        )
        return [
            Operation(
                action=row["action"],
                id=row["resource_id"],
                name=activity.short(row["resource_id"]),
                due=spans.in_words(max(timedelta(), moment(row["due"]) - now)),
            )
            for row in rows
        ]

    def _deleted(self) -> list[Stored]:
        types = self._store.execute(
            "SELECT DISTINCT type FROM resources WHERE deleted_at IS NOT NULL"
        )
        return [row for each in types for row in self._store.of_type(each["type"], deleted=True)]


SECONDS: Final = """
SELECT account_lc, deployment, substr(at, 1, 19) AS second,
    sum(status < 400) AS ok, sum(status = 429) AS throttled, sum(status >= 500) AS failed,
    sum(filtered) AS filtered, sum(is_spillover) AS spilled, sum(prompt_tokens) AS prompt,
    sum(cached_tokens) AS cached, sum(completion_tokens) AS completion
FROM events WHERE at >= ? AND number > (SELECT max(number) FROM events) - ?
GROUP BY account_lc, deployment, second
"""


def _pace(clock: Clock) -> str:
    rate = float(clock.state()["rate"])
    if rate == 1:
        return ""
    return "stands still" if rate == 0 else f"runs {rate:g} times as fast"


def _words(value: str) -> Iterator[str]:
    """Every text in a setting."""
    waiting: list[Any] = [json.loads(value)]
    while waiting:
        each = waiting.pop()
        if isinstance(each, str) and len(each) >= SHORTEST_SECRET:
            yield each
        elif isinstance(each, dict):
            waiting += each.values()
        elif isinstance(each, list):
            waiting += each
