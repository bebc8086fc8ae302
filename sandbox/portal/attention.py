"""What somebody who was woken should see first, the worst first."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sandbox.portal.alerts import Fired, Unwatched
from sandbox.portal.budgets import Budget
from sandbox.portal.deleted import Deleted
from sandbox.portal.faults import FaultOn
from sandbox.portal.load import Busy
from sandbox.portal.pools import Pool
from sandbox.portal.resources import Group
from sandbox.portal.spans import in_words
from sandbox.portal.split import Route

GOES_SOON = timedelta(hours=12)


@dataclass(frozen=True, kw_only=True)
class Notice:
    """One line, and where to read on."""

    tone: Literal["bad", "wrong", "note"]
    text: str
    link: str
    """A part of the page, or a resource's id."""


def notices(
    *,
    deployments: Iterable[Busy] = (),
    pools: Iterable[Pool] = (),
    fired: Iterable[Fired] = (),
    broken: Iterable[Unwatched] = (),
    budgets: Iterable[Budget] = (),
    faults: Iterable[FaultOn] = (),
    deleted: Iterable[Deleted] = (),
    groups: Iterable[Group] = (),
    routes: Iterable[Route] = (),
    now: datetime,
) -> list[Notice]:
    found = [
        *_fired(fired, now),
        *_broken(broken),
        *_loads(deployments),
        *_unsettled(groups),
        *_budgets(budgets),
        *_routes(routes),
        *_faults(faults),
        *_pools(pools),
        *_deleted(deleted),
    ]
    return sorted(found, key=lambda each: ("bad", "wrong", "note").index(each.tone))


def _fired(fired: Iterable[Fired], now: datetime) -> Iterator[Notice]:
    for each in fired:
        if each.firing:
            text = f"Alert {each.rule} fires for {in_words(now - each.at)}: {each.said}"
            yield Notice(tone="bad", text=text, link="#alerts")


def _broken(broken: Iterable[Unwatched]) -> Iterator[Notice]:
    for each in broken:
        text = f"Rule {each.name} cannot be evaluated: {each.error}"
        yield Notice(tone="bad", text=text, link=each.id)


def _loads(deployments: Iterable[Busy]) -> Iterator[Notice]:
    for each in deployments:
        lately = each.course.minutes[-5:]
        throttled = sum(minute.throttled for minute in lately)
        failed = sum(minute.failed for minute in lately)
        name = f"{each.account}/{each.name}"
        if failed:
            yield Notice(
                tone="bad", text=f"{name} failed {failed:,} times in 5 minutes", link=each.id
            )
        if throttled:
            yield Notice(
                tone="wrong" if each.spills_to else "bad",
                text=f"{name} refused {throttled:,} requests with 429 in 5 minutes"
                + (f"; {each.spills_to} takes over" if each.spills_to else ""),
                link=each.id,
            )
        elif each.load.level != "calm":
            yield Notice(tone="wrong", text=f"{name} is at {each.load.percent} %", link=each.id)
        if each.retires_in is not None:
            past = each.retires_in <= timedelta()
            when = "has retired" if past else f"retires in {in_words(each.retires_in)}"
            yield Notice(
                tone="bad" if past else "wrong",
                text=f"{name}: {each.model} {each.version} {when}",
                link=each.id,
            )


def _unsettled(groups: Iterable[Group]) -> Iterator[Notice]:
    for each in (item for group in groups for item in group.unsettled):
        yield Notice(
            tone="bad" if each.state in ("Failed", "Canceled") else "note",
            text=f"{each.kind} {each.name} is {each.state}",
            link=each.id,
        )


def _budgets(budgets: Iterable[Budget]) -> Iterator[Notice]:
    for each in budgets:
        if each.spent.share >= 1:
            yield Notice(tone="bad", text=f"Budget {each.name} is spent", link="#budgets")
        elif each.forecast.share >= 1:
            yield Notice(
                tone="wrong",
                text=f"Budget {each.name} will be overspent: {each.forecast.words}",
                link="#budgets",
            )


def _routes(routes: Iterable[Route]) -> Iterator[Notice]:
    for each in routes:
        name = f"Route {each.name}" + (f" ({each.label})" if each.label else "")
        if each.problem:
            yield Notice(tone="bad", text=f"{name}: {each.problem}", link="#routes")
        elif not each.enabled:
            yield Notice(tone="wrong", text=f"{name} is switched off", link="#routes")


def _faults(faults: Iterable[FaultOn]) -> Iterator[Notice]:
    for each in faults:
        yield Notice(
            tone="wrong",
            text=f"Fault {each.number} is on: {each.does}, {each.where}",
            link="#faults",
        )


def _pools(pools: Iterable[Pool]) -> Iterator[Notice]:
    for each in pools:
        if each.bar.level == "full":
            yield Notice(
                tone="note", text=f"{each.location}: {each.name} is used up", link="#quota"
            )


def _deleted(deleted: Iterable[Deleted]) -> Iterator[Notice]:
    for each in deleted:
        if each.left < GOES_SOON:
            yield Notice(
                tone="wrong",
                text=f"{each.name} is gone for good in {in_words(each.left)}",
                link="#deleted",
            )
