"""What Azure Monitor answers, in the shape of its reference (Metrics - List)."""

from datetime import UTC, date, datetime, timedelta

import pytest

from components.prices import price_list
from scripts.cost.price import Sold, Used
from scripts.cost.spent import Stands, by_deployment, daily, spending
from scripts.cost.usage import Day, days

NOW = datetime(2026, 11, 21, 6, tzinfo=UTC)
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def metric(name, aggregation, *series):
    return {
        "id": f"/subscriptions/s/providers/Microsoft.Insights/metrics/{name}",
        "type": "Microsoft.Insights/metrics",
        "name": {"value": name, "localizedValue": name},
        "unit": "Count",
        "timeseries": [
            {
                "metadatavalues": [{"name": {"value": "modeldeploymentname"}, "value": deployment}],
                "data": [
                    {"timeStamp": f"2026-11-{day:02}T00:00:00Z", aggregation: value}
                    for day, value in values.items()
                ],
            }
            for deployment, values in series
        ],
    }


def answer(prompt, output, cached=()):
    value = [
        metric("ProcessedPromptTokens", "total", *prompt),
        metric("GeneratedTokens", "total", *output),
    ]
    if cached:
        value.append(metric("AzureOpenAIContextTokensCacheMatchRate", "average", *cached))
    return {"cost": 177, "timespan": "a/b", "interval": "P1D", "value": value}


def test_tokens_are_counted_by_deployment_and_day():
    found = list(
        days(
            "primary",
            answer(
                [("chat", {20: 1000, 21: 500}), ("embed", {20: 70})],
                [("chat", {20: 200})],
                [("chat", {20: 25.0})],
            ),
        )
    )
    assert [(each.deployment, each.day.day, each.used) for each in found] == [
        ("chat", 20, Used(prompt=1000, cached=250, output=200)),
        ("chat", 21, Used(prompt=500)),
        ("embed", 20, Used(prompt=70)),
    ]


def test_a_day_without_a_value_is_no_day():
    assert list(days("primary", answer([("chat", {20: None})], [("chat", {20: 0})]))) == []


@pytest.mark.parametrize(
    "broken",
    [
        {"value": []},
        {"error": {"code": "BadRequest"}},
        {"value": [metric("ProcessedPromptTokens", "total")]},
    ],
)
def test_an_answer_that_lacks_what_was_asked_for_is_no_zero(broken):
    with pytest.raises(ValueError):
        list(days("primary", broken))


def stands(name, sku, since=LONG_AGO, capacity=50, model="gpt-5.4", version="2026-03-05"):
    sold = Sold(model=model, version=version, sku=sku, location="swedencentral")
    return Stands(name=f"primary/{name}", sold=sold, capacity=capacity, since=since)


def used(deployment, day, **tokens):
    return Day(
        account="primary", deployment=deployment, day=date(2026, 11, day), used=Used(**tokens)
    )


def spent(there, tokens=(), since=date(2026, 11, 20)):
    return list(spending(there, tokens, since, NOW, price_list()))


def test_tokens_cost_on_the_day_of_their_use():
    found = spent(
        [stands("chat", "GlobalStandard")],
        [used("chat", 20, prompt=1e6), used("chat", 21, output=1e6)],
    )
    assert daily(found) == {date(2026, 11, 20): 2.5, date(2026, 11, 21): 15.0}


def test_throughput_costs_every_hour_that_it_stands_and_no_token():
    tokens = [used("full", 20, prompt=1e9)]
    found = spent([stands("full", "GlobalProvisionedManaged")], tokens)
    assert daily(found) == {date(2026, 11, 20): 24 * 50.0, date(2026, 11, 21): 6 * 50.0}


def test_what_came_later_costs_from_then_on():
    late = stands("full", "GlobalProvisionedManaged", since=NOW - timedelta(hours=8))
    assert by_deployment(spent([late]), date(2026, 11, 1)) == {"primary/full": 8 * 50.0}


def test_a_new_month_counts_from_its_first_day():
    found = spent([stands("full", "GlobalProvisionedManaged")])
    assert by_deployment(found, date(2026, 11, 21)) == {"primary/full": 6 * 50.0}


def test_tokens_of_what_is_there_no_more_are_named_and_not_free():
    (found,) = spent([], [used("gone", 20, prompt=5)])
    assert "primary/gone used tokens on 2026-11-20" in found.cost.unpriced[0]
