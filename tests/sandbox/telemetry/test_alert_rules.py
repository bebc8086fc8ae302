"""What Azure takes as a rule, and what rules do beyond a threshold: mute, learn, watch writes."""

import json
from datetime import timedelta

import pytest

from sandbox.telemetry import activity, inbox
from sandbox.telemetry.watch import Watch
from tests.sandbox.core.cloud import ACCOUNT, GROUP, SUBSCRIPTION, code
from tests.sandbox.telemetry.observed import ACTION_GROUP, Observed
from tests.sandbox.telemetry.test_alerts import (
    INSIGHTS,
    METRIC_ALERT,
    QUERY_RULE,
    errors,
    later,
    throttling,
)

WRITES = f"{INSIGHTS}/activityLogAlerts/writes"
MULTIPLE = "Microsoft.Azure.Monitor.MultipleResourceMultipleMetricCriteria"


def learning(sensitivity="Medium", **criterion):
    rule = throttling()
    rule["properties"]["criteria"] = {
        "odata.type": MULTIPLE,
        "allOf": [
            {
                "criterionType": "DynamicThresholdCriterion",
                "name": "requests",
                "metricName": "AzureOpenAIRequests",
                "operator": "GreaterOrLessThan",
                "alertSensitivity": sensitivity,
                "failingPeriods": {"numberOfEvaluationPeriods": 1, "minFailingPeriodsToAlert": 1},
                "timeAggregation": "Total",
                "dimensions": [],
                **criterion,
            }
        ],
    }
    rule["properties"]["windowSize"] = "PT1H"
    return rule


@pytest.mark.parametrize(
    ("path", "rule", "said"),
    [
        (
            QUERY_RULE,
            errors(muteActionsDuration="PT1H"),
            "Auto mitigation must be disabled when action suppression is set",
        ),
        (
            QUERY_RULE,
            errors(muteActionsDuration="PT1M", autoMitigate=False),
            "EvaluationFrequency cannot be greater than MuteActionsDuration",
        ),
        (QUERY_RULE, errors(muteActionsDuration="a while", autoMitigate=False), "no duration"),
        (METRIC_ALERT, learning("Extreme"), "Invalid alertSensitivity 'Extreme'"),
    ],
)
def test_a_rule_is_refused_as_azure_refuses_it(observed, path, rule, said):
    answer = observed.cloud.put(path, rule)
    assert answer.status == 400
    assert said in answer.body["error"]["message"]


def test_a_threshold_is_learned_in_one_form_of_conditions_and_for_one_condition(observed):
    rule = learning()
    rule["properties"]["criteria"]["odata.type"] = throttling()["properties"]["criteria"][
        "odata.type"
    ]
    assert MULTIPLE in observed.cloud.put(METRIC_ALERT, rule).body["error"]["message"]
    rule = learning()
    rule["properties"]["criteria"]["allOf"] *= 2
    assert code(observed.cloud.put(METRIC_ALERT, rule)) == (400, "BadRequest")


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("AppDependencies | make-series count() on TimeGenerated step 1h", "make-series"),
        ("AppDependencies | where Nothing == 1", "'Nothing'"),
        ("", "the query ends"),
    ],
)
def test_a_query_that_is_not_answered_makes_no_rule_and_the_refusal_is_the_logs_own(
    observed, query, named
):
    rule = errors()
    rule["properties"]["criteria"]["allOf"][0]["query"] = query
    answer = observed.cloud.put(QUERY_RULE, rule)
    assert code(answer) == (400, "BadRequest")
    said = json.loads(answer.body["error"]["message"])["error"]
    assert said["code"] == "BadArgumentError"
    assert named in said["innererror"]["innererror"]["message"]
    rule["properties"]["skipQueryValidation"] = True
    assert observed.cloud.put(QUERY_RULE, rule).status == 201


def test_alerts_that_do_not_end_by_themselves_fire_anew_and_tell_nobody_while_muted(observed):
    observed.put(QUERY_RULE, errors(autoMitigate=False, muteActionsDuration="PT15M"))
    told = []
    for _ in range(4):
        observed.row("AppDependencies", Name="chat", Success=False)
        told = later(observed, minutes=5)
    assert [each["monitorCondition"] for each in told] == ["Fired"] * 4
    assert [bool(each["sent"]) for each in reversed(told)] == [True, False, False, True]
    assert [each["muted"] for each in reversed(told)] == [False, True, True, False]


def test_what_is_muted_of_one_deployment_is_told_of_another(observed):
    observed.put(QUERY_RULE, errors(autoMitigate=False, muteActionsDuration="PT15M"))
    for name in ("embed", "chat", "other"):
        observed.row("AppDependencies", Name=name, Success=False)
        newest = later(observed, minutes=5)[0]
        assert newest["condition"]["dimensions"][0]["value"] == name
        assert newest["sent"]


def usual(observed: Observed, days: int = 4) -> None:
    """Some 20 requests in each hour of the days before."""
    for hour in range(1, 24 * days):
        observed.traffic(18 + hour % 5, ago=timedelta(hours=hour, minutes=30))


@pytest.mark.parametrize(
    ("sensitivity", "requests", "fires"),
    [("Medium", 21, False), ("Low", 27, False), ("High", 27, True), ("Low", 200, True)],
)
def test_a_learned_threshold_is_far_from_what_was_usual(observed, sensitivity, requests, fires):
    usual(observed)
    observed.put(METRIC_ALERT, learning(sensitivity))
    observed.traffic(requests)
    found = later(observed, minutes=1)
    assert bool(found) == fires
    if fires:
        assert 20 < found[0]["condition"]["threshold"] < requests
        assert found[0]["condition"]["alertSensitivity"] == sensitivity


def test_a_learned_threshold_has_a_lower_end(observed):
    usual(observed)
    observed.put(METRIC_ALERT, learning("High"))
    observed.traffic(1)
    (alert,) = later(observed, minutes=1)
    assert 1 < alert["condition"]["threshold"] < 20


def test_nothing_is_learned_from_less_than_three_days(observed):
    usual(observed, days=2)
    observed.put(METRIC_ALERT, learning())
    observed.traffic(5000)
    assert later(observed, minutes=1) == []


def test_what_was_before_a_moment_is_not_learned_from(observed):
    usual(observed)
    before = (observed.now - timedelta(days=2)).isoformat()
    observed.put(METRIC_ALERT, learning(ignoreDataBefore=before))
    observed.traffic(5000)
    assert later(observed, minutes=1) == []


def writes(*conditions, **more):
    return {
        "location": "Global",
        "properties": {
            "scopes": [SUBSCRIPTION],
            "condition": {
                "allOf": [{"field": "category", "equals": "Administrative"}, *conditions]
            },
            "actions": {"actionGroups": [{"actionGroupId": ACTION_GROUP}]},
            **more,
        },
    }


def happened(observed: Observed, method: str, path: str, body: object = None) -> None:
    """A request that ARM answers and writes into its log."""
    observed.cloud.pass_time(seconds=1)
    said = observed.cloud.ask(method, path, body)
    activity.note(observed.around, method, path, said, "somebody")


@pytest.mark.parametrize(
    ("condition", "fires"),
    [
        ({"field": "operationName", "equals": "microsoft.cognitiveservices/accounts/delete"}, True),
        ({"field": "operationName", "equals": "Microsoft.Network/virtualNetworks/delete"}, False),
        ({"field": "status", "containsAny": ["succ", "accepted"]}, True),
        ({"field": "level", "equals": "Error"}, False),
        ({"field": "resourceGroup", "equals": "RG-TEST"}, True),
        (
            {
                "anyOf": [
                    {"field": "caller", "equals": "nobody"},
                    {"field": "resourceType", "equals": "Microsoft.CognitiveServices/accounts"},
                ]
            },
            True,
        ),
    ],
)
def test_a_rule_about_the_activity_log_fires_for_the_writes_it_describes(
    observed, condition, fires
):
    observed.put(WRITES, writes(condition))
    happened(observed, "DELETE", ACCOUNT)
    found = later(observed, minutes=1)
    assert bool(found) == fires
    if fires:
        (alert,) = found
        assert alert["signalType"] == "Activity Log"
        assert alert["alertTargetIDs"] == [ACCOUNT.lower()]
        assert alert["sent"][0]["to"] == "oncall@example.invalid"


def test_each_write_is_told_once_and_none_from_before_the_rule(observed):
    happened(observed, "PUT", f"{GROUP}/providers/Microsoft.Network/privateDnsZones/a.test")
    observed.cloud.pass_time(seconds=1)
    observed.put(WRITES, writes())
    observed.cloud.pass_time(seconds=30)
    happened(observed, "PUT", f"{GROUP}/providers/Microsoft.Network/privateDnsZones/b.test")
    for seconds in (40, 60, 60):  # the second look goes back over what the first has seen
        found = later(observed, seconds=seconds)
    assert [each["alertTargetIDs"][0].rpartition("/")[2] for each in found] == ["b.test"]


def test_a_rule_watches_its_own_scope_only(observed):
    observed.put(WRITES, writes(scopes=[f"{GROUP}-other"]))
    happened(observed, "DELETE", ACCOUNT)
    assert later(observed, minutes=1) == []


def test_a_condition_on_a_field_that_there_is_not_is_told(observed):
    observed.put(WRITES, writes({"field": "colour", "equals": "red"}))
    observed.cloud.pass_time(minutes=1)
    Watch(observed.around).tick()
    (broken,) = inbox.shown(observed.around.store)["broken"]
    assert "no field colour" in broken["error"]
