"""What has fired, as Microsoft.AlertsManagement tells it."""

import pytest

from tests.sandbox.core.cloud import ACCOUNT, SUBSCRIPTION, code
from tests.sandbox.telemetry.observed import Observed
from tests.sandbox.telemetry.test_alerts import (
    METRIC_ALERT,
    QUERY_RULE,
    errors,
    later,
    throttling,
)
from tests.sandbox.telemetry.test_budgets import BUDGET, budget

ALERTS = f"{SUBSCRIPTION}/providers/Microsoft.AlertsManagement/alerts"
VERSION = "2019-05-05-preview"


def listed(observed: Observed, **query: str) -> list[dict]:
    answer = observed.cloud.get(ALERTS, query={"api-version": VERSION, **query})
    assert answer.status == 200, answer.body
    return answer.body["value"]


@pytest.fixture
def fired(observed: Observed) -> Observed:
    """An alert that fires, one that is over, and a budget's."""
    observed.put(QUERY_RULE, errors())
    observed.put(BUDGET, budget(1, actual=(80, "Actual")))
    observed.row("AppDependencies", Name="chat", Success=False)
    later(observed, hours=2)
    observed.put(METRIC_ALERT, throttling())
    observed.traffic(11, status=429, prompt_tokens=0)
    observed.traffic(1, prompt_tokens=10**9)
    later(observed, minutes=2)
    return observed


def test_each_alert_has_the_essentials_of_azure(fired):
    metric, log = listed(fired)
    found = metric["properties"]["essentials"]
    assert found["alertRule"] == METRIC_ALERT
    assert found["targetResource"] == ACCOUNT.lower()
    assert found["targetResourceGroup"] == "rg-test"
    assert (found["severity"], found["signalType"], found["monitorService"]) == (
        "Sev2",
        "Metric",
        "Platform",
    )
    assert (found["alertState"], found["monitorCondition"]) == ("New", "Fired")
    assert found["actionStatus"] == {"isSuppressed": False}
    assert "monitorConditionResolvedDateTime" not in found
    assert log["properties"]["essentials"]["monitorCondition"] == "Resolved"
    assert log["properties"]["essentials"]["monitorConditionResolvedDateTime"]


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ({"monitorCondition": "Fired"}, 1),
        ({"monitorCondition": "Resolved"}, 1),
        ({"severity": "Sev1"}, 1),
        ({"alertRule": METRIC_ALERT}, 1),
        ({"alertRule": "throttling"}, 1),
        ({"targetResource": ACCOUNT}, 1),
        ({"targetResourceGroup": "RG-test"}, 2),
        ({"monitorService": "Log Alerts V2"}, 1),
        ({"alertState": "Closed"}, 0),
        ({"timeRange": "1h"}, 1),
        ({"timeRange": "7d"}, 2),
        ({"customTimeRange": "2020-01-01T00:00:00Z/2020-01-02T00:00:00Z"}, 0),
    ],
)
def test_alerts_are_found_by_what_they_are(fired, query, number):
    assert len(listed(fired, **query)) == number


def test_an_alert_is_listed_for_a_day_if_no_range_is_said(fired):
    fired.cloud.pass_time(days=2)
    assert listed(fired) == []
    assert len(listed(fired, timeRange="30d")) == 2


def test_lists_go_on_over_pages_in_the_order_that_is_asked_for(fired):
    fired.around.settings.set("page_size", 1)
    query = {"sortBy": "startDateTime", "sortOrder": "asc"}
    first = fired.cloud.get(ALERTS, query=query).body
    assert first["value"][0]["name"] == "errors"
    assert (
        "sortBy=startDateTime" in first["nextLink"] or "sortby=startDateTime" in first["nextLink"]
    )


def test_somebody_says_what_becomes_of_an_alert_and_that_is_remembered(fired):
    found = listed(fired)[0]
    one = f"{ALERTS}/{found['id'].rpartition('/')[2]}"
    fired.cloud.pass_time(seconds=1)
    said = fired.cloud.ask(
        "POST",
        f"{one}/changestate",
        {"comments": "looking"},
        query={"newState": "Acknowledged"},
    )
    assert said.body["properties"]["essentials"]["alertState"] == "Acknowledged"
    later(fired, hours=1)
    essentials = fired.cloud.get(one).body["properties"]["essentials"]
    assert (essentials["alertState"], essentials["monitorCondition"]) == (
        "Acknowledged",
        "Resolved",
    )
    events = fired.cloud.get(f"{one}/history").body["properties"]["modifications"]
    assert [each["modificationEvent"] for each in events] == [
        "AlertCreated",
        "StateChange",
        "MonitorConditionChange",
    ]
    assert events[1]["comments"] == "looking"


def test_a_summary_counts_by_one_property_and_then_by_another(fired):
    found = fired.cloud.get(
        f"{ALERTS}Summary", query={"groupby": "severity,monitorCondition"}
    ).body["properties"]
    assert found["total"] == 2
    assert [(each["name"], each["count"]) for each in found["values"]] == [("Sev1", 1), ("Sev2", 1)]
    assert found["values"][0]["values"] == [{"name": "Resolved", "count": 1}]


@pytest.mark.parametrize(
    ("method", "path", "query", "said"),
    [
        ("GET", ALERTS, {"timeRange": "2d"}, (400, "BadRequest")),
        ("GET", ALERTS, {"customTimeRange": "lately"}, (400, "BadRequest")),
        ("GET", ALERTS, {"sortBy": "colour"}, (400, "BadRequest")),
        ("GET", f"{ALERTS}Summary", {"groupby": "colour"}, (400, "BadRequest")),
        ("GET", f"{ALERTS}/nothing", {}, (404, "ResourceNotFound")),
        (
            "POST",
            f"{ALERTS}/nothing/changestate",
            {"newState": "Closed"},
            (404, "ResourceNotFound"),
        ),
        ("POST", f"{ALERTS}/nothing/changestate", {"newState": "Gone"}, (400, "BadRequest")),
    ],
)
def test_what_is_asked_wrongly_is_refused(fired, method, path, query, said):
    assert code(fired.cloud.ask(method, path, query=query)) == said


def test_alerts_are_not_told_to_those_who_may_not_read(fired):
    stranger = fired.around.directory.by_name("stranger")
    assert code(fired.cloud.get(ALERTS, who=stranger.oid)) == (403, "AuthorizationFailed")


def test_an_alert_keeps_its_name_while_others_come(fired):
    before = {each["id"] for each in listed(fired)}
    fired.traffic(11, status=429, deployment="other")
    later(fired, minutes=2)
    after = {each["id"] for each in listed(fired, timeRange="1d")}
    assert before < after and len(after) == 3
