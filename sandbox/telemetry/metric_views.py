"""Microsoft.Insights/metrics and metricDefinitions below any resource."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sandbox.arm.cognitiveservices.names import ACCOUNT
from sandbox.arm.errors import ArmError, bad_request
from sandbox.arm.kind import Answer, Call
from sandbox.store import Stored
from sandbox.telemetry import metric_list
from sandbox.telemetry.metric_filter import Dimension, NoFilter, dimensions
from sandbox.telemetry.metric_list import METRICS, Metric
from sandbox.telemetry.metrics import Series, floor, series
from sandbox.telemetry.periods import NoPeriod, duration, interval

NAMESPACE: Final = "Microsoft.CognitiveServices/accounts"
GRAINS: Final = ("PT1M", "PT5M", "PT15M", "PT30M", "PT1H", "PT6H", "PT12H", "P1D")
AGGREGATIONS: Final = ("Total", "Average", "Minimum", "Maximum", "Count")
MOST_POINTS: Final = 50_000


@dataclass(frozen=True, kw_only=True)
class Span:
    """From when to when, and in which steps."""

    start: datetime
    end: datetime
    grain: str
    step: timedelta

    @property
    def first(self) -> datetime:
        return self.start if self.grain == "FULL" else floor(self.start, self.step)

    def points(self) -> Iterator[datetime]:
        at = self.first
        while at < self.end:
            yield at
            at += self.step


def listed(resource: Stored, call: Call) -> Answer:
    """GET {id}/providers/Microsoft.Insights/metrics.

    Raises:
        ArmError: 400 BadRequest for a metric, filter, interval or aggregation that there is not.
    """
    call.around.flush()
    now = call.around.clock.now()
    wanted = [_metric(resource, name) for name in _names(call.query.get("metricnames"))]
    span = _span(call.query, now)
    seen = now - timedelta(seconds=call.around.settings.profile.metrics_delay_seconds)
    values = []
    for metric in wanted:
        asked = _dimensions(metric, call.query.get("$filter", ""))
        found = series(
            call.store, resource, metric, asked, start=span.first, end=span.end, seen=seen
        )
        shown = _aggregations(call.query.get("aggregation"), metric)
        top = int(call.query.get("top") or 10) if asked else 1
        values.append(_value(resource, metric, list(asked), found[:top], shown, span))
    return Answer(
        status=200,
        body={
            "cost": 59 * len(values),
            "timespan": f"{_text(span.start)}/{_text(span.end)}",
            "interval": span.grain,
            "namespace": NAMESPACE,
            "resourceregion": resource.body["location"],
            "value": values,
        },
    )


def definitions(resource: Stored, call: Call) -> Answer:
    """GET {id}/providers/Microsoft.Insights/metricDefinitions."""
    known = METRICS if resource.type == ACCOUNT else ()
    return Answer(status=200, body={"value": [_definition(resource, each) for each in known]})


def namespaces(resource: Stored, call: Call) -> Answer:
    """GET {id}/providers/Microsoft.Insights/metricNamespaces."""
    known = [resource.type] if resource.type == ACCOUNT else []
    value = [
        {
            "id": f"{resource.id}/providers/microsoft.insights/metricNamespaces/{name}",
            "type": "Microsoft.Insights/metricNamespaces",
            "name": name,
            "classification": "Platform",
            "properties": {"metricNamespaceName": name},
        }
        for name in known
    ]
    return Answer(status=200, body={"value": value})


VIEWS: Final = {
    "microsoft.insights/metrics": listed,
    "microsoft.insights/metricdefinitions": definitions,
    "microsoft.insights/metricnamespaces": namespaces,
}
"""What any resource can be asked, by type in lower case."""


def _names(text: str | None) -> list[str]:
    if not text:
        return [METRICS[0].name]
    return [name.strip() for name in text.split(",") if name.strip()]


def _metric(resource: Stored, name: str) -> Metric:
    found = metric_list.named(name) if resource.type == ACCOUNT else None
    if found:
        return found
    provider, _, type = resource.type.partition("/")
    valid = ",".join(each.name for each in METRICS) if resource.type == ACCOUNT else ""
    raise ArmError(
        400,
        "BadRequest",
        f"Failed to find metric configuration for provider: {provider}, resource Type: {type}, "
        f"metric: {name}, Valid metrics: {valid}",
    )


def _dimensions(metric: Metric, filter: str) -> dict[str, Dimension]:
    known = {name.lower(): name for name in metric.dimensions}
    try:
        return dimensions(filter, known)
    except NoFilter as error:
        raise bad_request(f"Invalid $filter for metric {metric.name}: {error}.") from None


def _span(query: Mapping[str, str], now: datetime) -> Span:
    grain = (query.get("interval") or "PT1M").upper()
    try:
        text = query.get("timespan")
        start, end = interval(text, now) if text else (now - timedelta(hours=1), now)
        step = end - start if grain == "FULL" else duration(grain)
    except NoPeriod as error:
        raise bad_request(f"{error}.") from None
    if end <= start:
        raise bad_request("The timespan ends before it starts.")
    if grain not in (*GRAINS, "FULL"):
        raise bad_request(
            f"Invalid interval '{grain}'. Supported intervals are {', '.join(GRAINS)}, FULL."
        )
    if (end - start) / step > MOST_POINTS:
        raise bad_request(f"The timespan has more than {MOST_POINTS} points of {grain}.")
    return Span(start=start, end=end, grain=grain, step=step)


def _aggregations(text: str | None, metric: Metric) -> list[str]:
    asked = [each.strip() for each in (text or metric.primary).split(",") if each.strip()]
    known = {each.lower(): each for each in AGGREGATIONS}
    for each in asked:
        if each.lower() not in known:
            raise bad_request(
                f"Invalid aggregation '{each}'. Valid aggregations are {', '.join(AGGREGATIONS)}."
            )
    return [known[each.lower()] for each in asked]


def _value(
    resource: Stored,
    metric: Metric,
    names: Sequence[str],
    found: Sequence[Series],
    shown: Sequence[str],
    span: Span,
) -> dict[str, Any]:
    return {
        "id": f"{resource.id}/providers/Microsoft.Insights/metrics/{metric.name}",
        "type": "Microsoft.Insights/metrics",
        "name": _localized(metric.name, metric.title),
        "displayDescription": metric.title,
        "unit": metric.unit,
        "errorCode": "Success",
        "timeseries": [
            {
                "metadatavalues": [
                    {"name": _localized(name.lower()), "value": value}
                    for name, value in zip(names, each.values, strict=True)
                ],
                "data": _points(each, span, shown),
            }
            for each in found
        ],
    }


def _points(each: Series, span: Span, shown: Sequence[str]) -> list[dict[str, Any]]:
    """A step without a sample has its time only."""
    sums = {span.start: each.whole()} if span.grain == "FULL" else each.steps(span.step)
    return [
        {
            "timeStamp": _text(at),
            **({name.lower(): sums[at].of(name) for name in shown} if at in sums else {}),
        }
        for at in span.points()
    ]


def _definition(resource: Stored, metric: Metric) -> dict[str, Any]:
    return {
        "id": f"{resource.id}/providers/microsoft.insights/metricdefinitions/{metric.name}",
        "resourceId": resource.id,
        "namespace": NAMESPACE,
        "category": "Azure OpenAI",
        "name": _localized(metric.name, metric.title),
        "displayDescription": metric.title,
        "isDimensionRequired": False,
        "unit": metric.unit,
        "primaryAggregationType": metric.primary,
        "supportedAggregationTypes": list(metric.aggregations),
        "metricAvailabilities": [{"timeGrain": grain, "retention": "P93D"} for grain in GRAINS],
        "dimensions": [_localized(name) for name in metric.dimensions],
    }


def _localized(value: str, shown: str = "") -> dict[str, str]:
    return {"value": value, "localizedValue": shown or value}


def _text(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
