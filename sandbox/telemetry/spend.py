"""What was spent: tokens at list price, and provisioned throughput by the hour."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from components.catalog import PTU_USD_PER_HOUR, model_behind
from sandbox.arm.cognitiveservices.names import DEPLOYMENT
from sandbox.arm.kind import properties
from sandbox.clock import moment, stamp
from sandbox.ids import within
from sandbox.store import Store, Stored

MILLION: Final = 1_000_000
HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True)
class Tokens:
    """What one deployment used."""

    prompt: int
    """Without those from the cache."""
    cached: int
    completion: int


def spent(store: Store, scope: str, start: datetime, now: datetime) -> float:
    """USD under a scope since a moment. What has no list price counts nothing."""
    deployments = {
        each.id.lower(): each for each in store.of_type(DEPLOYMENT) if within(each.id, scope)
    }
    hourly = sum(_hourly(each, start, now) for each in deployments.values())
    rows = store.execute(
        "SELECT account_lc || '/deployments/' || lower(deployment) AS id, model, version, "
        "SUM(prompt_tokens - cached_tokens) AS prompt, SUM(cached_tokens) AS cached, "
        "SUM(completion_tokens) AS completion FROM events WHERE status = 200 AND at >= ? "
        "AND at <= ? AND instr(account_lc || '/', ?) = 1 GROUP BY 1, 2, 3",
        (stamp(start), stamp(now), f"{scope.lower().rstrip('/')}/"),
    )
    by_token = sum(
        priced(
            row["model"],
            row["version"],
            _format(deployments.get(row["id"])),
            Tokens(row["prompt"], row["cached"], row["completion"]),
        )
        for row in rows
        if _sku(deployments.get(row["id"])) not in PTU_USD_PER_HOUR
    )
    return hourly + by_token


def priced(model: str, version: str, format: str, used: Tokens) -> float:
    """USD of some tokens of one model."""
    found = model_behind(model, version, format)
    if found is None or found.price is None:
        return 0.0
    price = found.price
    return (
        used.prompt * price.input
        + used.cached * price.cached_input
        + used.completion * price.output
    ) / MILLION


def _hourly(deployment: Stored, start: datetime, now: datetime) -> float:
    """Whole hours, used or not. An earlier capacity of the deployment is not remembered."""
    price = PTU_USD_PER_HOUR.get(_sku(deployment))
    if price is None:
        return 0.0
    made = deployment.body.get("systemData", {}).get("createdAt", deployment.changed_at)
    hours = max(0, (now - max(start, moment(made))) // HOUR)
    capacity = int((deployment.body.get("sku") or {}).get("capacity") or 0)
    return hours * price * capacity


def _sku(deployment: Stored | None) -> str:
    return str(((deployment.body if deployment else {}).get("sku") or {}).get("name") or "")


def _format(deployment: Stored | None) -> str:
    model = properties(deployment.body if deployment else {}).get("model") or {}
    return str(model.get("format") or "OpenAI")
