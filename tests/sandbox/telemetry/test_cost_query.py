"""Costs by day, as Microsoft.CostManagement tells them."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.telemetry.spend import costs, spent
from tests.sandbox.core.cloud import ACCOUNT, GROUP, SUBSCRIPTION, code, deployment
from tests.sandbox.telemetry.observed import Observed

PATH = "/providers/Microsoft.CostManagement/query"
DAY = timedelta(days=1)


def wanted(*grouping: str, granularity: str = "Daily", **more: Any) -> dict[str, Any]:
    return {
        "type": "ActualCost",
        "timeframe": "MonthToDate",
        "dataset": {
            "granularity": granularity,
            "aggregation": {"totalCost": {"name": "Cost", "function": "Sum"}},
            "grouping": [{"type": "Dimension", "name": name} for name in grouping],
        },
        **more,
    }


def asked(observed: Observed, body: dict[str, Any], scope: str = SUBSCRIPTION) -> dict[str, Any]:
    answer = observed.cloud.ask("POST", scope + PATH, body)
    assert answer.status == 200, answer.body
    properties: dict[str, Any] = answer.body["properties"]
    return properties


def test_each_day_has_its_cost_in_azures_columns(observed):
    observed.traffic(1, prompt_tokens=4_000_000)
    observed.traffic(1, prompt_tokens=2_000_000, ago=DAY)
    observed.traffic(1, prompt_tokens=1_000_000, ago=31 * DAY)
    found = asked(observed, wanted("ResourceGroup"))
    assert [(each["name"], each["type"]) for each in found["columns"]] == [
        ("Cost", "Number"),
        ("ResourceGroup", "String"),
        ("UsageDate", "Number"),
        ("Currency", "String"),
    ]
    assert found["rows"] == [[5.0, "rg-test", 20261120, "USD"], [10.0, "rg-test", 20261121, "USD"]]


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        ({}, [[10.0, "USD"]]),
        ({"timeframe": "TheLastMonth"}, [[2.5, "USD"]]),
        ({"timeframe": "WeekToDate"}, [[10.0, "USD"]]),
        (
            {"timeframe": "Custom", "timePeriod": {"from": "2026-10-01", "to": "2026-10-31"}},
            [[2.5, "USD"]],
        ),
        (
            {"timeframe": "Custom", "timePeriod": {"from": "2026-01-01", "to": "2026-01-31"}},
            [],
        ),
    ],
)
def test_a_timeframe_counts_its_days(observed, frame, expected):
    observed.traffic(1, prompt_tokens=4_000_000)
    observed.traffic(1, prompt_tokens=1_000_000, ago=31 * DAY)
    assert asked(observed, wanted(granularity="None", **frame))["rows"] == expected


def test_months_and_meters_are_told_apart(observed):
    observed.put(f"{ACCOUNT}/deployments/full", deployment(15, sku="GlobalProvisionedManaged"))
    observed.traffic(1, prompt_tokens=4_000_000)
    observed.cloud.pass_time(hours=2)
    assert asked(observed, wanted("Meter", granularity="Monthly"))["rows"] == [
        [30.0, "GlobalProvisionedManaged", "2026-11-01T00:00:00", "USD"],
        [10.0, "gpt-5.4", "2026-11-01T00:00:00", "USD"],
    ]


def test_a_scope_and_a_filter_narrow_what_counts(observed):
    observed.traffic(1, prompt_tokens=4_000_000)
    assert asked(observed, wanted(), GROUP)["rows"] != []
    assert asked(observed, wanted(), f"{GROUP}-other")["rows"] == []
    elsewhere = {"dimensions": {"name": "ResourceLocation", "operator": "In", "values": ["x"]}}
    body = wanted()
    body["dataset"]["filter"] = elsewhere
    assert asked(observed, body)["rows"] == []


@pytest.mark.parametrize(
    "change",
    [
        {"type": "Guess"},
        {"timeframe": "Sometimes"},
        {"timeframe": "Custom"},
        {"dataset": {}},
        {"dataset": {"aggregation": {"a": {"name": "Fun", "function": "Sum"}}}},
        {"dataset": {"aggregation": {"a": {"name": "Cost", "function": "Avg"}}}},
        {"dataset": {**wanted()["dataset"], "granularity": "Hourly"}},
        {"dataset": {**wanted()["dataset"], "grouping": [{"type": "TagKey", "name": "env"}]}},
        {"dataset": {**wanted("PartNumber")["dataset"]}},
    ],
)
def test_what_cannot_be_counted_is_refused(observed, change):
    answer = observed.cloud.ask("POST", SUBSCRIPTION + PATH, {**wanted(), **change})
    assert code(answer) == (400, "BadRequest")


def test_a_stranger_sees_no_costs(observed):
    stranger = observed.around.directory.by_name("stranger")
    answer = observed.cloud.ask("POST", SUBSCRIPTION + PATH, wanted(), who=stranger.oid)
    assert code(answer) == (403, "AuthorizationFailed")


@given(st.integers(0, 24 * 40), st.integers(0, 59))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
def test_the_hours_of_the_days_are_the_hours_in_all(observed, hours, minutes):
    if observed.around.store.get(f"{ACCOUNT}/deployments/full") is None:
        wanted = deployment(15, sku="GlobalProvisionedManaged")
        observed.put(f"{ACCOUNT}/deployments/full", wanted)
    now = observed.now + timedelta(hours=hours, minutes=minutes)
    store, since = observed.around.store, observed.now - 60 * DAY
    by_day = {each.day: each.usd for each in costs(store, GROUP, since, now)}
    assert sum(by_day.values()) == spent(store, GROUP, since, now) == hours * 15
    assert all(0 < usd <= 24 * 15 for usd in by_day.values())
