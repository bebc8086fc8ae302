"""What a deployment's callers were like lately, minute by minute, as Azure Monitor counted them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from scripts.cost import metrics
from scripts.cost.metrics import CACHED, DEPLOYMENT, OUTPUT, PROMPT, REQUESTS, STATUS, Metric
from scripts.subscription.arm import Arm
from scripts.subscription.facts import Unknown
from scripts.subscription.patience import Patience

DAYS: Final = 7
ADMITTED: Final = "200"


@dataclass(frozen=True, kw_only=True)
class Callers:
    """Of the last days."""

    peak: float
    """Calls in the busiest minute, refused ones with them: they wanted to be answered."""
    peak_at: datetime
    mean: float
    """Calls in a mean minute, the nights with it."""
    prompt_tokens: float
    """An answered call's, on average."""
    output_tokens: float
    cache_share: float

    @property
    def mean_share(self) -> float:
        return self.mean / self.peak


def ask(
    arm: Arm, patience: Patience, account: str, deployment: str, now: datetime
) -> Callers | Unknown | None:
    """Of a deployment of an account, by its id in ARM; None if nobody called it."""
    since = now - timedelta(days=DAYS)
    mine = f"{DEPLOYMENT} eq '{deployment}'"

    def told(names: str, filter: str, interval: str) -> Mapping[str, Any] | Unknown:
        query = {
            "metricnames": names,
            "interval": interval,
            "aggregation": "Total,Average",
            "$filter": filter,
        }
        what = f"calls of {deployment}"
        return metrics.ask(arm, patience, what, account, query, since, now, lambda answer: answer)

    calls = told(REQUESTS, f"{mine} and {STATUS} eq '*'", "PT1M")
    if isinstance(calls, Unknown):
        return calls
    tokens = told(f"{PROMPT},{OUTPUT},{CACHED}", mine, "P1D")
    if isinstance(tokens, Unknown):
        return tokens
    try:
        return callers(calls, tokens, now)
    except ValueError as error:
        said = " ".join(str(error).split())[:200]
        return Unknown(reason=f"calls of {deployment}: {said}", fix="ask again later")


def callers(calls: Mapping[str, Any], tokens: Mapping[str, Any], now: datetime) -> Callers | None:
    """What two answers say: calls by status and minute, tokens by day. None without an answer.

    Raises:
        ValueError: they are none of Azure Monitor's.
    """
    minutes: dict[datetime, float] = {}
    answered = 0.0
    for series in metrics.read(calls, REQUESTS)[REQUESTS].timeseries:
        for point in series.points:
            count = point.total or 0.0
            minutes[point.at] = minutes.get(point.at, 0.0) + count
            if series.dimension(STATUS) == ADMITTED:
                answered += count
    used = metrics.read(tokens, PROMPT, OUTPUT)
    if not answered:
        return None
    busiest = max(minutes, key=lambda at: minutes[at])
    # What began a day ago was not quiet for the six before; less than a day is no mean of any.
    began = min(at for at, count in minutes.items() if count)
    lasted = max(now - began, timedelta(days=1))
    return Callers(
        peak=minutes[busiest],
        peak_at=busiest,
        mean=sum(minutes.values()) / (lasted / timedelta(minutes=1)),
        prompt_tokens=_sum(used[PROMPT]) / answered,
        output_tokens=_sum(used[OUTPUT]) / answered,
        cache_share=min(1.0, _mean(used[CACHED]) / 100) if CACHED in used else 0.0,
    )


def _sum(metric: Metric) -> float:
    return sum(point.total or 0.0 for series in metric.timeseries for point in series.points)


def _mean(metric: Metric) -> float:
    found = [
        point.average
        for series in metric.timeseries
        for point in series.points
        if point.average is not None
    ]
    return sum(found) / len(found) if found else 0.0
