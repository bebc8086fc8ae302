"""POST {scope}/providers/Microsoft.CostManagement/query: what was spent, by day and by what."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sandbox.arm.errors import bad_request
from sandbox.arm.kind import Answer, Call, Route
from sandbox.store import Store
from sandbox.telemetry.cost_filter import DIMENSIONS, counts
from sandbox.telemetry.metrics import floor
from sandbox.telemetry.spend import DAY, Cost, costs

KINDS: Final = ("Usage", "ActualCost", "AmortizedCost")
MEASURES: Final = ("Cost", "PreTaxCost", "CostUSD")
"""All the same here: one currency, no tax, no reservation."""

GRAINS: Final = ("none", "daily", "monthly")
Part = tuple[str, Callable[[Store, Cost], str]]
"""What costs are grouped by: the column's name, and a cost's value in it."""


def query(call: Call, names: Mapping[str, str]) -> Answer:
    """The sums of a scope, the grouped columns beside them.

    Raises:
        ArmError: 400, of what the sandbox cannot count or group by.
    """
    call.around.flush()
    asked, now = call.body, call.around.clock.now()
    if asked.get("type") not in KINDS:
        raise bad_request(f"Invalid query type '{asked.get('type')}'. Use {', '.join(KINDS)}.")
    start, end = _span(asked, now)
    dataset = asked.get("dataset") or {}
    grain = str(dataset.get("granularity") or "None").lower()
    if grain not in GRAINS:
        raise bad_request(f"Invalid granularity '{dataset.get('granularity')}'.")
    measure = _measure(dataset.get("aggregation") or {})
    parts = [_part(each) for each in dataset.get("grouping") or ()]
    meant = counts(call.store, dataset.get("filter"))
    sums: dict[tuple[str, ...], float] = {}
    scope = call.path[: call.path.lower().rindex("/providers/microsoft.costmanagement")]
    for each in costs(call.store, scope, start, min(end, now)):
        if meant(each.account) and each.usd:
            key = (*(value(call.store, each) for _, value in parts), _time(each.day, grain))
            sums[key] = sums.get(key, 0.0) + each.usd
    columns = [{"name": measure, "type": "Number"}]
    columns += [{"name": name, "type": "String"} for name, _ in parts]
    if grain == "daily":
        columns.append({"name": "UsageDate", "type": "Number"})
    if grain == "monthly":
        columns.append({"name": "BillingMonth", "type": "Datetime"})
    columns.append({"name": "Currency", "type": "String"})
    rows = [
        [round(usd, 6), *groups, *([int(at) if grain == "daily" else at] if at else []), "USD"]
        for (*groups, at), usd in sorted(sums.items(), key=lambda pair: (pair[0][-1], pair[0]))
    ]
    return Answer(
        status=200,
        body={
            "id": f"{scope.strip('/')}/providers/Microsoft.CostManagement/query/{_name(asked)}",
            "name": _name(asked),
            "type": "Microsoft.CostManagement/query",
            "properties": {"nextLink": None, "columns": columns, "rows": rows},
        },
    )


def _span(asked: Mapping[str, Any], now: datetime) -> tuple[datetime, datetime]:
    """From when to when; both days count."""
    frame = str(asked.get("timeframe") or "").lower().replace("billing", "")
    month = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    if frame == "monthtodate":
        return month, now
    if frame == "thelastmonth":
        return (month - DAY).replace(day=1), month - timedelta.resolution
    if frame == "weektodate":
        return floor(now, DAY) - DAY * ((now.weekday() + 1) % 7), now
    period = asked.get("timePeriod") or {}
    if frame != "custom":
        raise bad_request(f"Invalid timeframe '{asked.get('timeframe')}'.")
    try:
        start, end = (_moment(period[key]) for key in ("from", "to"))
    except (KeyError, TypeError, ValueError):
        raise bad_request("A custom timeframe needs timePeriod.from and timePeriod.to.") from None
    return start, floor(end, DAY) + DAY - timedelta.resolution


def _moment(text: object) -> datetime:
    found = datetime.fromisoformat(str(text))
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _measure(aggregation: Mapping[str, Any]) -> str:
    """The one sum that is asked for."""
    asked = list(aggregation.values())
    if len(asked) != 1 or str(asked[0].get("function")).lower() != "sum":
        raise bad_request("A query needs one aggregation with the function Sum.")
    known = {name.lower(): name for name in MEASURES}
    name = str(asked[0].get("name"))
    if name.lower() not in known:
        raise bad_request(f"Invalid aggregation '{name}'. Use {', '.join(MEASURES)}.")
    return known[name.lower()]


def _part(asked: Mapping[str, Any]) -> Part:
    name = str(asked.get("name"))
    if str(asked.get("type")).lower() != "dimension":
        raise bad_request(f"The sandbox groups by dimensions only, not by {asked.get('type')}.")
    if name.lower() == "meter":
        return name, lambda store, cost: cost.meter
    dimension = DIMENSIONS.get(name.lower())
    if dimension is None:
        known = ", ".join((*sorted(DIMENSIONS), "meter"))
        raise bad_request(f"Invalid dimension '{name}'. The sandbox groups by {known}.")
    return name, lambda store, cost: dimension(store, cost.account)


def _time(day: str, grain: str) -> str:
    if grain == "daily":
        return day.replace("-", "")
    return f"{day[:7]}-01T00:00:00" if grain == "monthly" else ""


def _name(asked: Mapping[str, Any]) -> str:
    return f"{asked['type']}-{asked.get('timeframe')}"


PROVIDER: Final = "providers/Microsoft.CostManagement/query"
ROUTES: Final = tuple(
    # The right is unverified: readers see costs in Azure.
    Route(
        method="POST",
        path=f"/subscriptions/{{subscription}}/{group}{PROVIDER}",
        action="Microsoft.CostManagement/query/read",
        answer=query,
    )
    for group in ("", "resourcegroups/{group}/")
)
