"""Budgets: what counts as spent, and who hears of it."""

from typing import Any

import pytest

from tests.sandbox.core.cloud import ACCOUNT, GROUP, SUBSCRIPTION, code, deployment
from tests.sandbox.telemetry.observed import ACTION_GROUP, Observed
from tests.sandbox.telemetry.test_alerts import later

BUDGET = f"{GROUP}/providers/Microsoft.Consumption/budgets/month"


def budget(amount: float, **notifications: Any) -> dict[str, Any]:
    return {
        "properties": {
            "category": "Cost",
            "amount": amount,
            "timeGrain": "Monthly",
            "timePeriod": {"startDate": "2026-11-01T00:00:00Z"},
            "notifications": {
                key: {
                    "enabled": True,
                    "operator": "GreaterThan",
                    "threshold": percent,
                    "thresholdType": kind,
                    "contactEmails": ["finance@example.invalid"],
                }
                for key, (percent, kind) in notifications.items()
            },
        }
    }


def spend(observed: Observed) -> tuple[float, float]:
    properties = observed.cloud.get(BUDGET).body["properties"]
    return properties["currentSpend"]["amount"], properties["forecastSpend"]["amount"]


def test_a_budget_counts_tokens_at_list_price(observed):
    observed.put(BUDGET, budget(100))
    # gpt-5.4: 600,000 x 2.5 + 400,000 x 0.25 + 100,000 x 15, a million each
    observed.traffic(1, prompt_tokens=1_000_000, cached_tokens=400_000, completion_tokens=100_000)
    observed.traffic(1, status=429, prompt_tokens=10**9)
    # 20.5 of the 30 days of November are over.
    assert spend(observed) == (3.1, round(3.1 / 20.5 * 30, 2))


def test_a_budget_counts_provisioned_throughput_by_the_hour(observed):
    wanted = deployment(15, sku="GlobalProvisionedManaged")
    observed.put(f"{ACCOUNT}/deployments/full", wanted)
    observed.put(BUDGET, budget(100))
    observed.traffic(1, deployment="full", prompt_tokens=10**9)
    assert spend(observed)[0] == 0
    observed.cloud.pass_time(hours=2, minutes=59)
    assert spend(observed)[0] == 30


def test_a_budget_counts_what_a_fine_tuned_model_costs_while_it_stands(observed):
    tuned = "gpt-4.1-mini-2025-04-14.ft-7f3a90c21d5e4b6f8a0c"
    wanted = deployment(10, model=tuned, version="1", sku="Standard")
    observed.put(f"{ACCOUNT}/deployments/tuned", wanted)
    observed.put(BUDGET, budget(100))
    observed.cloud.pass_time(hours=10)
    assert spend(observed)[0] == 17


def test_a_budget_tells_once_that_a_threshold_is_passed(observed):
    observed.put(BUDGET, budget(10, actual=(80, "Actual"), forecast=(110, "Forecasted")))
    observed.traffic(1, prompt_tokens=3_200_000)
    assert [each["description"] for each in later(observed, minutes=1)] == ["notification forecast"]
    observed.traffic(1, prompt_tokens=400_000)
    told = later(observed, minutes=1)
    assert [each["description"] for each in told] == [
        "notification actual",
        "notification forecast",
    ]
    assert told[0]["sent"][0]["to"] == "finance@example.invalid"
    assert len(later(observed, minutes=1)) == 2


def test_a_new_month_begins_a_budget_anew(observed):
    observed.put(BUDGET, budget(10, actual=(80, "Actual")))
    observed.traffic(1, prompt_tokens=4_000_000)
    later(observed, minutes=1)
    (alert,) = later(observed, days=10)
    assert alert["monitorCondition"] == "Resolved"
    assert spend(observed)[0] == 0


def test_a_budget_tells_the_receivers_of_its_action_groups(observed):
    wanted = budget(10, actual=(80, "Actual"))
    wanted["properties"]["notifications"]["actual"] |= {
        "contactEmails": [],
        "contactGroups": [ACTION_GROUP],
    }
    observed.put(BUDGET, wanted)
    observed.traffic(1, prompt_tokens=4_000_000)
    (alert,) = later(observed, minutes=1)
    assert [(each["group"], each["to"]) for each in alert["sent"]] == [
        ("ag-test", "oncall@example.invalid")
    ]


def among(**part: Any) -> dict[str, Any]:
    return {"operator": "In", **part}


@pytest.mark.parametrize(
    ("filter", "counts"),
    [
        ({"dimensions": among(name="ResourceId", values=[ACCOUNT.upper()])}, True),
        ({"dimensions": among(name="ResourceId", values=[f"{ACCOUNT}-other"])}, False),
        ({"dimensions": among(name="ResourceGroupName", values=["other", "rg-test"])}, True),
        ({"dimensions": among(name="ResourceLocation", values=["westeurope"])}, False),
        (
            {
                "dimensions": among(
                    name="ResourceType", values=["microsoft.cognitiveservices/accounts"]
                )
            },
            True,
        ),
        ({"tags": among(name="Env", values=["prod"])}, True),
        ({"tags": among(name="env", values=["dev"])}, False),
        ({"tags": among(name="owner", values=[""])}, True),
        (
            {
                "and": [
                    {"tags": among(name="env", values=["prod"])},
                    {"dimensions": among(name="ResourceLocation", values=["westeurope"])},
                ]
            },
            False,
        ),
        (
            {
                "or": [
                    {"tags": among(name="env", values=["prod"])},
                    {"dimensions": among(name="ResourceLocation", values=["westeurope"])},
                ]
            },
            True,
        ),
    ],
)
def test_a_budget_counts_what_its_filter_is_about(observed, filter, counts):
    assert observed.cloud.ask("PATCH", ACCOUNT, {"tags": {"env": "prod"}}).status == 200
    wanted = budget(100)
    wanted["properties"]["filter"] = filter
    observed.put(BUDGET, wanted)
    observed.traffic(1, prompt_tokens=4_000_000)
    assert spend(observed)[0] == (10 if counts else 0)


@pytest.mark.parametrize(
    "filter",
    [
        {"dimensions": among(name="PartNumber", values=["x"])},
        {"dimensions": among(name="ResourceId", values=[])},
        {"dimensions": {"name": "ResourceId", "operator": "Like", "values": ["x"]}},
        {"except": [1]},
    ],
)
def test_a_filter_that_nothing_can_be_counted_by_is_refused(observed, filter):
    wanted = budget(100)
    wanted["properties"]["filter"] = filter
    assert code(observed.cloud.put(BUDGET, wanted)) == (400, "BadRequest")


def test_what_a_deleted_account_has_cost_still_counts(observed):
    of_all = f"{SUBSCRIPTION}/providers/Microsoft.Consumption/budgets/all"
    wanted = budget(100)
    wanted["properties"]["filter"] = {
        "dimensions": among(name="ResourceLocation", values=["swedencentral"])
    }
    observed.put(of_all, wanted)
    observed.traffic(1, prompt_tokens=4_000_000)
    assert observed.cloud.delete(ACCOUNT).status in (200, 202)
    assert observed.cloud.get(of_all).body["properties"]["currentSpend"]["amount"] == 10
