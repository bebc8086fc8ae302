"""Platform metrics of an account, as of a moment: sums over its events."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from components.catalog import PROVISIONED_SKUS
from sandbox.arm.cognitiveservices.names import DEPLOYMENT
from sandbox.clock import moment, stamp
from sandbox.regions import display_name
from sandbox.store import Store, Stored
from sandbox.telemetry.metric_filter import Dimension
from sandbox.telemetry.metric_list import DIMENSIONS, Metric

MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True)
class Sum:
    """Some samples put together."""

    total: float
    count: int
    minimum: float
    maximum: float

    def plus(self, other: "Sum") -> "Sum":
        return Sum(
            self.total + other.total,
            self.count + other.count,
            min(self.minimum, other.minimum),
            max(self.maximum, other.maximum),
        )

    def of(self, aggregation: str) -> float:
        """Total, Average, Minimum, Maximum or Count."""
        return {
            "total": self.total,
            "average": self.total / self.count,
            "minimum": self.minimum,
            "maximum": self.maximum,
            "count": self.count,
        }[aggregation.lower()]


@dataclass
class Series:
    """The sums of one combination of dimension values, by the minute they fall in."""

    values: tuple[str, ...]
    minutes: dict[datetime, Sum] = field(default_factory=dict)

    def steps(self, step: timedelta) -> dict[datetime, Sum]:
        """Put together by steps, those without a sample left out."""
        found: dict[datetime, Sum] = {}
        for minute, part in self.minutes.items():
            at = floor(minute, step)
            found[at] = found[at].plus(part) if at in found else part
        return found

    def whole(self) -> Sum:
        """All of it as one."""
        first, *others = self.minutes.values()
        for part in others:
            first = first.plus(part)
        return first


def series(
    store: Store,
    account: Stored,
    metric: Metric,
    asked: Mapping[str, Dimension],
    *,
    start: datetime,
    end: datetime,
    seen: datetime,
) -> list[Series]:
    """What was measured between two moments, split by the dimensions that are asked for.

    Only what happened up to `seen` has arrived.
    """
    names = list(asked)
    dimensions = ", ".join(DIMENSIONS[name] for name in names)
    grouped = f", {dimensions}" if names else ""
    by = ", ".join(str(at) for at in range(1, len(names) + 2))
    rows = store.execute(
        f"SELECT substr(at, 1, 16){grouped}, SUM(1.0 * ({metric.value})), COUNT({metric.value}), "
        f"MIN({metric.value}), MAX({metric.value}) FROM events "
        f"WHERE account_lc = :account AND at >= :start AND at < :end AND at <= :seen "
        f"AND {metric.where} GROUP BY {by} ORDER BY {by}",
        {
            "account": account.id.lower(),
            "start": stamp(start),
            "end": stamp(end),
            "seen": stamp(seen),
            "region": display_name(account.body["location"]),
            "provisioned": json.dumps(provisioned(store, account)),
        },
    )
    found: dict[tuple[str, ...], Series] = {}
    for row in rows:
        minute, *values = row[: len(names) + 1]
        total, count, minimum, maximum = row[len(names) + 1 :]
        if not count or not _taken(names, values, asked):
            continue
        key = tuple(values)
        at = moment(f"{minute}:00+00:00")
        found.setdefault(key, Series(key)).minutes[at] = Sum(total, count, minimum, maximum)
    return list(found.values())


def _taken(names: Sequence[str], values: Iterable[str], asked: Mapping[str, Dimension]) -> bool:
    return all(asked[name].takes(value) for name, value in zip(names, values, strict=True))


def provisioned(store: Store, account: Stored) -> list[str]:
    """The deployments that are paid by the hour, and have a utilisation."""
    return [
        each.body["name"]
        for each in store.children(account.id, DEPLOYMENT)
        if (each.body.get("sku") or {}).get("name") in PROVISIONED_SKUS
    ]


def floor(at: datetime, step: timedelta) -> datetime:
    """The last full step at or before a moment."""
    zero = datetime(1970, 1, 1, tzinfo=UTC)
    return at - (at - zero) % step
