"""Everything that the page shows, read from the sandbox in one go."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final

from sandbox.arm.cognitiveservices import names, quota
from sandbox.around import Around
from sandbox.clock import Clock, moment, stamp, wall
from sandbox.dataplane.key_values import KeyValues
from sandbox.directory import SUBSCRIPTION_ID
from sandbox.faults import Faults
from sandbox.portal import (
    activity,
    alerts,
    attention,
    budgets,
    faults,
    fleet,
    inventory,
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

DEPLOYMENTS: Final = 40
"""So many stand on the first page; with more there is a page of their own."""

ITEMS: Final = 60
"""Likewise, of the resources of each group."""

PAGE: Final = 100
"""On each page of a long list."""

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
class Place:
    """Where one is in a long list."""

    page: int
    number: int
    """Of all that it has."""

    @property
    def pages(self) -> int:
        return max(1, -(-self.number // PAGE))

    @property
    def words(self) -> str:
        first = (self.page - 1) * PAGE + 1
        return f"{first:,} to {min(first + PAGE - 1, self.number):,} of {self.number:,}"


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
    all_deployments: int
    lately: load.Minute
    """Requests to models in the last minute."""
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
        return sum(each.number for each in self.groups)


@dataclass(frozen=True, kw_only=True)
class Fleet:
    """A page of the deployments."""

    head: Head
    deployments: list[load.Busy]
    place: Place


@dataclass(frozen=True, kw_only=True)
class Inventory:
    """A page of a group's resources."""

    head: Head
    group: resources.Group
    place: Place


class Portal:
    """Reads the sandbox for the page; changes nothing."""

    def __init__(self, around: Around) -> None:
        self._around = around
        self._store = around.store
        self._spent: dict[tuple[str, str, str], Standing | None] = {}

    def overview(self, shown: int = 12) -> Overview:
        self._around.flush()
        now = self._around.clock.now()

        def of(*types: str) -> list[Stored]:
            return [each for type in types for each in self._store.of_type(type)]

        groups = inventory.groups(self._store, ITEMS)
        known = fleet.noteworthy(self._store, now, DEPLOYMENTS)
        busy = known.deployments
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
            all_deployments=known.number,
            lately=known.lately,
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

    def fleet(self, page: int) -> Fleet:
        """All deployments, a page at a time."""
        self._around.flush()
        first = (page - 1) * PAGE
        found, number = fleet.page(self._store, self._around.clock.now(), first, PAGE)
        return Fleet(head=self.head(), deployments=found, place=Place(page=page, number=number))

    def inventory(self, group: str, page: int) -> Inventory | None:
        """All resources of a group, a page at a time; None if there is no such group."""
        found = inventory.group(self._store, group, (page - 1) * PAGE, PAGE)
        if found is None:
            return None
        return Inventory(head=self.head(), group=found, place=Place(page=page, number=found.number))

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
