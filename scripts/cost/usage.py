"""Tokens that deployments used, by the day, as Azure Monitor counted them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, Final
from urllib.parse import quote, urlencode

from azure.core.exceptions import HttpResponseError
from azure.core.rest import HttpRequest
from azure.mgmt.core.exceptions import ARMErrorFormat
from pydantic import BaseModel, ConfigDict, Field

from scripts.cost.price import Used
from scripts.subscription.arm import Arm, pages
from scripts.subscription.facts import Unknown
from scripts.subscription.patience import Patience

METRICS_API: Final = "2023-10-01"
DEPLOYMENTS_API: Final = "2025-06-01"
PROMPT: Final = "ProcessedPromptTokens"
OUTPUT: Final = "GeneratedTokens"
CACHED: Final = "AzureOpenAIContextTokensCacheMatchRate"
"""In percent; the mean over calls, since Azure counts no cached tokens."""
DIMENSION: Final = "ModelDeploymentName"
MOST_SERIES: Final = 100
"""Azure answers ten unless it is told; an account holds 32 deployments."""


class Part(BaseModel):
    """A part of Azure Monitor's answer."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Name(Part):
    value: str


class Dimension(Part):
    name: Name
    value: str


class Point(Part):
    at: datetime = Field(alias="timeStamp")
    total: float | None = None
    average: float | None = None


class Series(Part):
    dimensions: Sequence[Dimension] = Field(alias="metadatavalues", default=())
    data: Sequence[Point] = ()

    @property
    def deployment(self) -> str:
        named = (each for each in self.dimensions if each.name.value.lower() == DIMENSION.lower())
        return next((each.value for each in named), "")


class Metric(Part):
    name: Name
    timeseries: Sequence[Series] = ()


class Metrics(Part):
    value: Sequence[Metric]


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
    told = {each.name.value: each for each in Metrics.model_validate(answer).value}
    if missing := {PROMPT, OUTPUT} - told.keys():
        raise ValueError(f"no {', '.join(sorted(missing))} in it")
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
        for point in series.data:
            value = getattr(point, aggregation)
            if value is not None:
                found[series.deployment, point.at.astimezone(UTC).date()] = value
    return found


def ask(
    arm: Arm, patience: Patience, account: str, id: str, since: date, now: datetime
) -> tuple[Day, ...] | Unknown:
    """What the deployments of an account used since a day. id: the account's in ARM."""
    query = {
        "api-version": METRICS_API,
        "metricnames": f"{PROMPT},{OUTPUT},{CACHED}",
        "timespan": f"{datetime.combine(since, time(), UTC):%Y-%m-%dT%H:%M:%SZ}"
        f"/{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "interval": "P1D",
        "aggregation": "Total,Average",
        "$filter": f"{DIMENSION} eq '*'",
        "top": str(MOST_SERIES),
    }

    def call(seconds: float) -> tuple[Day, ...]:
        client = arm.raw()
        path = f"{quote(id)}/providers/Microsoft.Insights/metrics?{urlencode(query)}"
        answer = client.send_request(
            HttpRequest("GET", client.format_url(path)),
            connection_timeout=seconds,
            read_timeout=seconds,
        )
        if answer.status_code != 200:
            raise HttpResponseError(response=answer, error_format=ARMErrorFormat)
        return tuple(days(account, answer.json()))

    return patience.ask(f"tokens of {account}", call)


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
