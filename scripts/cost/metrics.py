"""Platform metrics of an account, as Azure Monitor answers them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, TypeVar
from urllib.parse import quote, urlencode

from azure.core.exceptions import HttpResponseError
from azure.core.rest import HttpRequest
from azure.mgmt.core.exceptions import ARMErrorFormat
from pydantic import BaseModel, ConfigDict, Field

from scripts.subscription.arm import Arm
from scripts.subscription.facts import Unknown
from scripts.subscription.patience import Patience

Told = TypeVar("Told")

API: Final = "2023-10-01"
PROMPT: Final = "ProcessedPromptTokens"
OUTPUT: Final = "GeneratedTokens"
CACHED: Final = "AzureOpenAIContextTokensCacheMatchRate"
"""In percent; the mean over calls, since Azure counts no cached tokens."""
REQUESTS: Final = "AzureOpenAIRequests"
DEPLOYMENT: Final = "ModelDeploymentName"
STATUS: Final = "StatusCode"
MOST_SERIES: Final = 100
"""Azure answers ten unless it is told; an account holds 32 deployments."""


class Part(BaseModel):
    """A part of the answer. What a later version adds is ignored."""

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
    points: Sequence[Point] = Field(alias="data", default=())

    def dimension(self, name: str) -> str:
        """Its value; Azure answers names in small letters."""
        found = (each for each in self.dimensions if each.name.value.lower() == name.lower())
        return next((each.value for each in found), "")


class Metric(Part):
    name: Name
    timeseries: Sequence[Series] = ()


class Metrics(Part):
    value: Sequence[Metric]


def read(answer: Mapping[str, Any], *needed: str) -> dict[str, Metric]:
    """Metrics by name.

    Raises:
        ValueError: it is no answer of Azure Monitor's, or lacks one that was asked for.
    """
    told = {each.name.value: each for each in Metrics.model_validate(answer).value}
    if missing := set(needed) - told.keys():
        raise ValueError(f"no {', '.join(sorted(missing))} in it")
    return told


def ask(
    arm: Arm,
    patience: Patience,
    what: str,
    account: str,
    query: Mapping[str, str],
    since: datetime,
    until: datetime,
    parse: Callable[[Mapping[str, Any]], Told],
) -> Told | Unknown:
    """What an account, by its id in ARM, answers; `what` is what messages call it.

    query: metricnames, interval, aggregation, $filter.
    """
    words = {
        "api-version": API,
        "timespan": f"{_written(since)}/{_written(until)}",
        "top": str(MOST_SERIES),
        **query,
    }

    def call(seconds: float) -> Told:
        client = arm.raw()
        path = f"{quote(account)}/providers/Microsoft.Insights/metrics?{urlencode(words)}"
        answer = client.send_request(
            HttpRequest("GET", client.format_url(path)),
            connection_timeout=seconds,
            read_timeout=seconds,
        )
        if answer.status_code != 200:
            raise HttpResponseError(response=answer, error_format=ARMErrorFormat)
        return parse(answer.json())

    return patience.ask(what, call)


def _written(time: datetime) -> str:
    return f"{time.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
