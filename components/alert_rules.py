"""What a stack is watched for: one rule of each kind covers every deployment."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from components import queries
from components.catalog import PROVISIONED_SKUS
from components.naming import Audience
from components.prices import Price, price_list
from components.sections import DeploymentSettings, Settings

DAYS_OF_A_MONTH: Final = 30


@dataclass(frozen=True, kw_only=True)
class LogAlert:
    """Fires on what the logs answer to a query."""

    key: str
    says: str
    query: str
    column: str
    """The measured column; the gate knows an alert by it."""
    threshold: float
    operator: Literal["GreaterThan", "LessThanOrEqual"] = "GreaterThan"
    aggregation: Literal["Maximum", "Minimum"] = "Maximum"
    window: str = "PT5M"
    every: str = "PT5M"
    by_deployment: bool = True
    severity: int = 1
    audience: Audience = "on-call"


@dataclass(frozen=True, kw_only=True)
class MetricAlertRule:
    """Fires on a platform metric of one account."""

    key: str
    account: str
    says: str
    metric: str
    aggregation: Literal["Total", "Average"]
    operator: Literal["GreaterThan", "LessThan"]
    threshold: float
    dimensions: dict[str, list[str]]
    severity: int = 2


def log_alerts(settings: Settings) -> Iterator[LogAlert]:
    """Errors, latency, filters and groundedness by deployment; cost for the whole stack."""
    objectives = settings.observability.objectives
    yield LogAlert(
        key="errors",
        says=f"More than {objectives.error_rate:.0%} of a deployment's calls fail",
        query=queries.ERRORS,
        column="errPct",
        threshold=100 * objectives.error_rate,
    )
    yield LogAlert(
        key="latency",
        says=f"A deployment's p95 latency is over {objectives.p95_latency_ms:g} ms",
        query=queries.LATENCY,
        column="p95",
        threshold=objectives.p95_latency_ms,
    )
    yield LogAlert(
        key="filtered",
        says="A content filter stops more than one call in five: an attack, or a bad prompt",
        query=queries.FILTERED,
        column="filteredPct",
        threshold=20,
        severity=2,
    )
    yield LogAlert(
        key="groundedness",
        says=f"Answers are not grounded: {objectives.groundedness:g} or less, or not judged",
        query=queries.GROUNDEDNESS,
        column="verdict",
        threshold=objectives.groundedness,
        operator="LessThanOrEqual",
        aggregation="Minimum",
        window="P1D",
        every="PT1H",
        severity=2,
    )
    day = settings.budget.monthly / DAYS_OF_A_MONTH
    cost = queries.cost_of_the_day(prices(settings), usd_per_hour(settings))
    yield LogAlert(
        key="daily-cost",
        says=f"Today cost over {objectives.daily_cost_over_budget:g} times a day of the budget",
        query=cost,
        column="usd",
        threshold=round(objectives.daily_cost_over_budget * day, 2),
        window="P1D",
        every="PT1H",
        by_deployment=False,
        severity=2,
        audience="finance",
    )
    yield LogAlert(
        key="unpriced",
        says="Calls without a known price: the cost alert sees less than is spent",
        query=cost,
        column="unpriced",
        threshold=0,
        window="P1D",
        every="PT1H",
        by_deployment=False,
        severity=3,
        audience="finance",
    )


def metric_alerts(settings: Settings) -> Iterator[MetricAlertRule]:
    """Throttling, availability and, where throughput is provisioned, how full it is."""
    for key, account in sorted(settings.accounts.items()):
        yield MetricAlertRule(
            key=f"throttling-{key}",
            account=key,
            says="Callers are refused for want of capacity (429)",
            metric="AzureOpenAIRequests",
            aggregation="Total",
            operator="GreaterThan",
            threshold=10,
            dimensions={"StatusCode": ["429"], "ModelDeploymentName": ["*"], "IsSpillover": ["*"]},
        )
        yield MetricAlertRule(
            key=f"availability-{key}",
            account=key,
            says="Azure answers with 5xx",
            metric="AzureOpenAIAvailabilityRate",
            aggregation="Average",
            operator="LessThan",
            threshold=99,
            dimensions={"ModelDeploymentName": ["*"]},
            severity=1,
        )
        full = sorted(n for n, d in account.deployments.items() if d.sku in PROVISIONED_SKUS)
        if full:
            yield MetricAlertRule(
                key=f"utilisation-{key}",
                account=key,
                says="Provisioned throughput is nearly full; what spills over is billed by token",
                metric="AzureOpenAIProvisionedManagedUtilizationV2",
                aggregation="Average",
                operator="GreaterThan",
                threshold=90,
                dimensions={"ModelDeploymentName": full},
            )


def _price(wanted: DeploymentSettings, location: str) -> Price | None:
    if wanted.sku in PROVISIONED_SKUS:
        return Price(input=0, cached_input=0, output=0)  # paid by the hour
    # The newest, whatever day it is: a preview of tomorrow shows no change of its own.
    found = price_list().find(
        wanted.deployed_model, wanted.deployed_version, wanted.sku, location, date.max
    )
    return found.price if found else None


def prices(settings: Settings) -> dict[str, Price]:
    """By deployment name, as far as list prices are known.

    A name that costs differently in two accounts has the higher price: calls name the deployment
    alone, and a cost alert may come early but not never.
    """
    found: dict[str, Price] = {}
    for account in settings.accounts.values():
        for name, wanted in account.deployments.items():
            price = _price(wanted, account.location)
            if price:
                found[name] = max(price, found.get(name, price), key=lambda each: each.output)
    return found


def usd_per_hour(settings: Settings) -> float:
    """What the stack costs whatever it is asked: provisioned throughput, fine-tuned models."""
    return sum(
        _by_the_hour(wanted)
        for account in settings.accounts.values()
        for wanted in account.deployments.values()
    )


def _by_the_hour(wanted: DeploymentSettings) -> float:
    prices = price_list()
    if wanted.sku in PROVISIONED_SKUS:
        return wanted.capacity * prices.provisioned[wanted.sku].hour
    hosted = prices.hosting.get(wanted.sku) if wanted.fine_tuned else None
    return hosted.hour if hosted else 0.0
