"""Tokens that deployments used, by the day, as Azure Monitor counted them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, Final

from scripts.cost import metrics
from scripts.cost.metrics import CACHED, DEPLOYMENT, OUTPUT, PROMPT, Metric
from scripts.cost.price import Used
from scripts.subscription.arm import Arm, pages
from scripts.subscription.facts import Unknown
from scripts.subscription.patience import Patience

DEPLOYMENTS_API: Final = "2025-06-01"


@dataclass(frozen=True, kw_only=True)
class Day:
    """What one deployment used on one day, UTC."""

    account: str
    """By the name that the stack file gives it."""
    deployment: str
    day: date
    used: Used


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A deployment that is there, since when."""

    deployment: str
    since: datetime


def days(account: str, answer: Mapping[str, Any]) -> Iterator[Day]:
    """What an account's answer says of each deployment and day.

    Raises:
        ValueError: it is none of Azure Monitor's, or lacks what was asked for.
    """
    told = metrics.read(answer, PROMPT, OUTPUT)
    prompt = _by_day(told[PROMPT], "total")
    output = _by_day(told[OUTPUT], "total")
    cached = _by_day(told[CACHED], "average") if CACHED in told else {}
    for key in sorted(prompt.keys() | output.keys()):
        deployment, day = key
        used = Used(
            prompt=prompt.get(key, 0.0),
            cached=prompt.get(key, 0.0) * min(1.0, cached.get(key, 0.0) / 100),
            output=output.get(key, 0.0),
        )
        if deployment and used != Used():
            yield Day(account=account, deployment=deployment, day=day, used=used)


def _by_day(metric: Metric, aggregation: str) -> dict[tuple[str, date], float]:
    found: dict[tuple[str, date], float] = {}
    for series in metric.timeseries:
        for point in series.points:
            value = getattr(point, aggregation)
            if value is not None:
                found[series.dimension(DEPLOYMENT), point.at.astimezone(UTC).date()] = value
    return found


def ask(
    arm: Arm, patience: Patience, account: str, id: str, since: date, now: datetime
) -> tuple[Day, ...] | Unknown:
    """What the deployments of an account used since a day. id: the account's in ARM."""
    query = {
        "metricnames": f"{PROMPT},{OUTPUT},{CACHED}",
        "interval": "P1D",
        "aggregation": "Total,Average",
        "$filter": f"{DEPLOYMENT} eq '*'",
    }
    return metrics.ask(
        arm,
        patience,
        f"tokens of {account}",
        id,
        query,
        datetime.combine(since, time(), UTC),
        now,
        lambda answer: tuple(days(account, answer)),
    )


def standing(arm: Arm, patience: Patience, account: str, id: str) -> tuple[Standing, ...] | Unknown:
    """Since when each deployment of an account has been there."""

    def call(seconds: float) -> tuple[Standing, ...]:
        rows = pages(arm.raw(), f"{id}/deployments", DEPLOYMENTS_API, seconds)
        return tuple(
            Standing(
                deployment=row["name"],
                since=datetime.fromisoformat(row["systemData"]["createdAt"]),
            )
            for row in rows
        )

    return patience.ask(f"deployments of {account}", call)
