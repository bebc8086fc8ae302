"""Alerts fire into the local inbox, and end, as the clock goes on."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.telemetry import inbox
from sandbox.telemetry.metrics import floor
from sandbox.telemetry.schedule import turns
from sandbox.telemetry.watch import Watch
from tests.sandbox.core.cloud import ACCOUNT, GROUP, START
from tests.sandbox.telemetry.observed import ACTION_GROUP, WORKSPACE, Observed

INSIGHTS = f"{GROUP}/providers/Microsoft.Insights"
METRIC_ALERT = f"{INSIGHTS}/metricAlerts/throttling"
QUERY_RULE = f"{INSIGHTS}/scheduledQueryRules/errors"
MINUTE = timedelta(minutes=1)


def throttling(threshold: float = 10, **more: Any) -> dict[str, Any]:
    return {
        "location": "global",
        "properties": {
            "severity": 2,
            "enabled": True,
            "scopes": [ACCOUNT],
            "evaluationFrequency": "PT1M",
            "windowSize": "PT5M",
            "criteria": {
                "odata.type": "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria",
                "allOf": [
                    {
                        "criterionType": "StaticThresholdCriterion",
                        "name": "throttling",
                        "metricName": "AzureOpenAIRequests",
                        "operator": "GreaterThan",
                        "threshold": threshold,
                        "timeAggregation": "Total",
                        "dimensions": [
                            {"name": "StatusCode", "operator": "Include", "values": ["429"]},
                            {"name": "ModelDeploymentName", "operator": "Include", "values": ["*"]},
                        ],
                    }
                ],
            },
            "actions": [{"actionGroupId": ACTION_GROUP}],
            **more,
        },
    }


def errors(query: str = "", *, periods: int = 1, failing: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "location": "swedencentral",
        "properties": {
            "severity": 1,
            "scopes": [WORKSPACE],
            "evaluationFrequency": "PT5M",
            "windowSize": "PT5M",
            "criteria": {
                "allOf": [
                    {
                        "query": query
                        or "AppDependencies | summarize pct = 100.0 * countif(Success == false) "
                        "/ count() by dep = Name",
                        "metricMeasureColumn": "pct",
                        "timeAggregation": "Maximum",
                        "operator": "GreaterThan",
                        "threshold": 5,
                        "dimensions": [{"name": "dep", "operator": "Include", "values": ["*"]}],
                        "failingPeriods": {
                            "numberOfEvaluationPeriods": periods,
                            "minFailingPeriodsToAlert": failing,
                        },
                    }
                ]
            },
            "actions": {"actionGroups": [ACTION_GROUP]},
            **more,
        },
    }


def later(observed: Observed, **span: float) -> list[dict[str, Any]]:
    """The inbox, once the clock has been put forward."""
    observed.cloud.pass_time(**span)
    Watch(observed.around).tick()
    return inbox.shown(observed.around.store)["value"]


def test_a_metric_alert_fires_and_is_sent_to_the_action_group(observed):
    observed.put(METRIC_ALERT, throttling())
    observed.traffic(11, status=429)
    observed.traffic(5, status=429, deployment="quiet")
    (alert,) = later(observed, minutes=2)
    assert alert["monitorCondition"] == "Fired"
    assert alert["condition"]["metricValue"] == 11
    assert {"name": "ModelDeploymentName", "value": "chat"} in alert["condition"]["dimensions"]
    assert [(each["condition"], each["kind"], each["to"]) for each in alert["sent"]] == [
        ("Fired", "email", "oncall@example.invalid")
    ]


def test_an_alert_is_resolved_once_it_no_longer_holds_and_stays_in_the_inbox(observed):
    observed.put(METRIC_ALERT, throttling())
    observed.traffic(11, status=429)
    (alert,) = later(observed, hours=24)
    assert alert["monitorCondition"] == "Resolved"
    assert alert["firedDateTime"] < alert["resolvedDateTime"]
    assert [each["condition"] for each in alert["sent"]] == ["Fired", "Resolved"]


def test_what_is_not_over_the_threshold_tells_nobody(observed):
    observed.put(METRIC_ALERT, throttling())
    observed.traffic(10, status=429)
    observed.traffic(100)
    assert later(observed, minutes=5) == []


def test_an_alert_goes_on_as_one_while_it_holds(observed):
    observed.put(METRIC_ALERT, throttling())
    for _ in range(3):
        observed.traffic(11, status=429)
        (alert,) = later(observed, minutes=1)
    assert alert["monitorCondition"] == "Fired"


def test_a_metric_arrives_late_in_the_azure_profile(observed):
    observed.cloud.profile("azure")
    observed.put(METRIC_ALERT, throttling())
    observed.traffic(11, status=429, ago=timedelta(seconds=1))
    assert later(observed, seconds=58) == []
    assert len(later(observed, minutes=2)) == 1


def test_a_rule_that_is_switched_off_is_not_looked_at(observed):
    observed.put(METRIC_ALERT, throttling(enabled=False))
    observed.traffic(11, status=429)
    assert later(observed, minutes=5) == []


def test_a_log_alert_fires_for_each_deployment_that_fails(observed):
    observed.put(QUERY_RULE, errors())
    for dep, failed in (("chat", 1), ("embed", 0)):
        observed.row("AppDependencies", Name=dep, Success=True)
        for _ in range(failed):
            observed.row("AppDependencies", Name=dep, Success=False)
    (alert,) = later(observed, minutes=6)
    assert alert["condition"]["dimensions"] == [{"name": "dep", "value": "chat"}]
    assert alert["condition"]["metricValue"] == 50
    assert alert["signalType"] == "Log"


@pytest.mark.parametrize(("bursts", "fires"), [(1, False), (2, True)])
def test_a_log_alert_waits_for_as_many_failing_periods_as_it_says(observed, bursts, fires):
    observed.put(QUERY_RULE, errors(periods=3, failing=2))
    for _ in range(bursts):
        observed.row("AppDependencies", Name="chat", Success=False)
        found = later(observed, minutes=6)
    assert bool(found) == fires


def test_a_query_that_is_refused_is_told_beside_the_alerts(observed):
    observed.put(QUERY_RULE, errors("AppDependencies | render x", skipQueryValidation=True))
    assert later(observed, minutes=6) == []
    (broken,) = inbox.shown(observed.around.store)["broken"]
    assert "operator 'render'" in broken["error"]


def test_a_webhook_is_told_by_its_host_only(observed):
    hooks = [{"name": "chat", "serviceUri": "https://hooks.example.invalid/services/secret"}]
    observed.put(
        ACTION_GROUP, {"properties": {"groupShortName": "test", "webhookReceivers": hooks}}
    )
    observed.put(METRIC_ALERT, throttling(0))
    observed.traffic(1, status=429)
    (alert,) = later(observed, minutes=1)
    assert [each["to"] for each in alert["sent"]] == ["https://hooks.example.invalid"]


@given(
    st.integers(0, 10**6),
    st.sampled_from([1, 5, 60]),
    st.lists(st.integers(0, 10**6), max_size=20),
)
def test_turns_are_in_order_after_the_last_and_not_after_now(ahead, frequency, minutes):
    now, every = START + ahead * MINUTE, frequency * MINUTE
    busy = [START + minute * MINUTE for minute in minutes]
    due = turns(START, now, every, 5 * MINUTE, busy)
    assert due == sorted(set(due))
    assert all(START < turn <= now and turn == floor(turn, every) for turn in due)
    # Whatever happened is seen by the first turn after it, if that has come.
    for minute in busy:
        seen = floor(minute, every) + every
        assert seen > now or seen in due or len(due) == 1000
