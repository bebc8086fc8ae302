"""What the alerts of a stack watch: which signal, of which deployments, from where.

The names of metrics and dimensions are Azure's. The columns of log queries are ours; whoever
measures a signal by a query of his own knows it by the same column.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final, Literal

from components.catalog import (
    ACCOUNT,
    APP_INSIGHTS,
    DEPLOYMENT,
    DIAGNOSTIC_SETTING,
    METRIC_ALERT,
    RESOURCE_GROUP,
    SCHEDULED_QUERY_RULE,
    WORKSPACE,
)
from policies.arm import COGNITIVE, parse_id
from policies.values import Fields, Need, Unknown, Value
from policies.world import Resource, World

Signal = Literal["errors", "latency", "time to response", "throttling", "utilisation"]

COLUMNS: Final[dict[str, Signal]] = {
    "errpct": "errors",
    "p95": "latency",
    "throttledpct": "throttling",
}
METRICS: Final[dict[str, Signal]] = {
    "azureopenaiavailabilityrate": "errors",
    "modelavailabilityrate": "errors",
    "azureopenaitimetoresponse": "time to response",
    "timetoresponse": "time to response",
    "azureopenaiprovisionedmanagedutilizationv2": "utilisation",
    "provisionedutilization": "utilisation",
}
REQUESTS: Final = frozenset({"azureopenairequests", "modelrequests"})
"""What these mean hangs on the status codes that are counted."""

FALLS: Final = frozenset({"azureopenaiavailabilityrate", "modelavailabilityrate"})
"""The lower, the worse; of all the others, the higher."""

FAILED: Final = re.compile(r"[45](\d\d|xx)", re.IGNORECASE)
THROTTLED: Final = "429"
EVERY: Final = "*"

FORBIDDEN: Final = frozenset(
    {
        "totalcalls",
        "totalerrors",
        "successfulcalls",
        "servererrors",
        "clienterrors",
        "blockedcalls",
        "latency",
        "successrate",
        "ratelimit",
        "datain",
        "dataout",
    }
)
"""Microsoft: "do not use for Azure OpenAI". They count something else, or nothing."""

PLACES: Final = (ACCOUNT, WORKSPACE, APP_INSIGHTS, RESOURCE_GROUP)


@dataclass(frozen=True)
class Watch:
    """One signal that one alert watches."""

    alert: Resource
    criterion: Fields
    signal: Signal
    places: frozenset[str]
    """Marks of what it looks at: accounts, logs, resource groups."""
    deployments: frozenset[str]
    """By name in lower case, or by URN; EVERY stands for all of them."""
    readable: bool
    """Whether Azure will understand it."""

    @property
    def threshold(self) -> float | None:
        """None where it finds its threshold by itself."""
        return self.criterion.number("threshold")


def criteria(alert: Resource) -> list[Fields]:
    """What must hold for an alert to fire; also where it is written as Azure won't read it."""
    return alert.fields.items("criteria.allOf") or [
        Fields({_camel(key): value for key, value in each.held.items()}, each.path)
        for each in alert.fields.items("criteria.all_of")
    ]


def _camel(key: str) -> str:
    first, *others = key.split("_")
    return first + "".join(word.capitalize() for word in others)


def counts_models(world: World, alert: Resource, criterion: Fields) -> bool:
    """Whether a metric is one of Azure AI accounts: other services have metrics of these names."""
    namespace = criterion.text("metricNamespace")
    if namespace is not None:
        return namespace.lower() == COGNITIVE.lower()
    for mark in world.marks_at(alert, "scopes", *PLACES):
        resource, parsed = world.by_urn.get(mark), parse_id(mark)
        if resource is not None and resource.type == ACCOUNT:
            return True
        if parsed is not None and parsed.type == COGNITIVE.lower():
            return True
    return False


def _short(mark: str) -> str:
    """How deployments and accounts name an account or a group that is not of this stack."""
    parsed = parse_id(mark) if mark.startswith("/") else None
    if parsed is None:
        return mark
    if parsed.type == COGNITIVE.lower():
        return f"{parsed.resource_group}/{parsed.names[-1]}"
    return parsed.resource_group if parsed.type == "microsoft.resources/resourcegroups" else mark


def _watches(world: World, alert: Resource) -> Iterator[Watch]:
    found = [
        (criterion, signal)
        for criterion in criteria(alert)
        for signal in (_counted(criterion) if alert.type == METRIC_ALERT else _queried(criterion))
    ]
    if not found:
        return
    places = frozenset(map(_short, world.marks_at(alert, "scopes", *PLACES)))
    dimension = "modeldeploymentname" if alert.type == METRIC_ALERT else "dep"
    readable = alert.fields.peek("criteria.allOf") is not None
    for criterion, signal in found:
        named = _deployments(world, alert, criterion, dimension)
        yield Watch(alert, criterion, signal, places, named, readable)


def _deployments(
    world: World, alert: Resource, criterion: Fields, dimension: str
) -> frozenset[str]:
    """What a dimension includes: by name, or by URN where the name is only read from it."""
    values = list(_values(criterion, dimension, "include"))
    if any(isinstance(value, Unknown) for value in values):
        sources = world.sources(alert, "criteria", DEPLOYMENT)
        if not sources:
            raise Need(criterion.at("dimensions"))
        return _texts(values) | {source.urn for source in sources}
    return _texts(values)


def _queried(criterion: Fields) -> Iterator[Signal]:
    signal = COLUMNS.get((criterion.text("metricMeasureColumn") or "").lower())
    if signal and _notices(criterion, falls=False):
        yield signal


def _counted(criterion: Fields) -> Iterator[Signal]:
    name = (criterion.text("metricName") or "").lower()
    if name not in METRICS and name not in REQUESTS:
        return
    if not _notices(criterion, falls=name in FALLS):
        return
    if name in METRICS:
        yield METRICS[name]
        return
    counted = _codes(criterion, "include")
    left_out = _codes(criterion, "exclude")
    if any(FAILED.fullmatch(code) for code in counted - {THROTTLED}) or "200" in left_out:
        yield "errors"
    if THROTTLED in counted or ("200" in left_out and THROTTLED not in left_out):
        yield "throttling"


def _notices(criterion: Fields, *, falls: bool) -> bool:
    """Whether it fires when things get worse, not when they get better."""
    operator = (criterion.text("operator") or "").lower()
    return not operator.startswith("greaterthan" if falls else "lessthan")


def _codes(criterion: Fields, operator: str) -> frozenset[str]:
    values = list(_values(criterion, "statuscode", operator))
    if any(isinstance(value, Unknown) for value in values):
        raise Need(criterion.at("dimensions"))
    return _texts(values)


def _values(criterion: Fields, dimension: str, operator: str) -> Iterator[Value]:
    for each in criterion.items("dimensions"):
        named = (each.text("name") or "").lower() == dimension
        if named and (each.text("operator") or "include").lower() == operator:
            yield from each.many("values")


def _texts(values: list[Value]) -> frozenset[str]:
    return frozenset(value.lower() for value in values if isinstance(value, str))


class Watches:
    """Every alert of a stack, asked which of them watch a deployment."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._accounts: dict[str, frozenset[str]] = {}
        self._by_place: dict[tuple[str, Signal], dict[str, list[Watch]]] = {}
        self.unread: Need | None = None
        """What was not known of the first alert that could not be read."""
        for alert in world.of(METRIC_ALERT, SCHEDULED_QUERY_RULE):
            try:
                for watch in _watches(world, alert):
                    self._add(watch)
            except Need as need:
                self.unread = self.unread or need

    def _add(self, watch: Watch) -> None:
        for place in watch.places:
            held = self._by_place.setdefault((place, watch.signal), {})
            for name in watch.deployments:
                held.setdefault(name, []).append(watch)

    def of(self, deployment: Resource, *signals: Signal) -> list[Watch]:
        """The watches of any of these signals that look at a deployment."""
        name = (deployment.fields.text("deploymentName") or "").lower()
        found = [
            watch
            for place in self._around(deployment)
            for signal in signals
            for key in (EVERY, name, deployment.urn)
            for watch in self._by_place.get((place, signal), {}).get(key, ())
        ]
        return list({id(watch): watch for watch in found}.values())

    def _around(self, deployment: Resource) -> frozenset[str]:
        """Marks of its account, of the group that holds it, and of the logs it writes to."""
        account = self._world.account(deployment)
        if account not in self._accounts:
            self._accounts[account] = frozenset({account, *self._group(account), *self._logs})
        return self._accounts[account]

    def _group(self, account: str) -> Iterator[str]:
        resource = self._world.by_urn.get(account)
        if resource is None:
            return
        group = self._world.target(resource, "resourceGroupName", RESOURCE_GROUP)
        name = resource.fields.peek("resourceGroupName")
        if group is not None:
            yield group.urn
        elif isinstance(name, str):
            yield name.lower()

    @cached_property
    def _logs(self) -> frozenset[str]:
        """Where calls and traces of the stack end up: callers write to any of its logs."""
        world = self._world
        traces, settings = world.of(APP_INSIGHTS), world.of(DIAGNOSTIC_SETTING)
        marks = {each.urn for each in [*traces, *world.of(WORKSPACE)]}
        for kind, key in ((traces, "workspaceResourceId"), (settings, "workspaceId")):
            for resource in kind:
                if isinstance(resource.fields.peek(key), str):
                    marks |= world.marks_at(resource, key, WORKSPACE)
        return frozenset(marks)


@lru_cache(maxsize=1)
def watches_of(world: World) -> Watches:
    """Read once for all the rules that ask of one stack, one after another."""
    return Watches(world)
