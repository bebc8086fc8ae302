"""What stands in which table, and what does not get there."""

from datetime import timedelta

import pytest

from sandbox.arm.kind import Answer
from sandbox.telemetry import activity
from sandbox.telemetry.logs import ask, reach_of
from sandbox.telemetry.tables import TABLES
from tests.sandbox.core.cloud import SUBSCRIPTION
from tests.sandbox.telemetry.observed import ACCOUNT, COMPONENT, GROUP, WORKSPACE, Observed


@pytest.mark.parametrize("table", TABLES)
def test_every_table_answers_before_there_is_a_row(observed, table):
    answer = observed.ask(table)
    assert answer.rows == []
    assert [each.name for each in answer.columns][:2] == ["TenantId", "TimeGenerated"]


def test_requests_are_logged_only_once_a_setting_sends_them(observed):
    observed.traffic()
    assert observed.ask("AzureDiagnostics | count").rows == [[0]]
    observed.send_logs("RequestResponse")
    assert observed.ask("AzureDiagnostics | count").rows == [[1]]


def test_what_happened_before_the_setting_was_sent_nowhere(observed):
    observed.traffic()
    observed.cloud.pass_time(seconds=1)
    observed.send_logs("RequestResponse")
    assert observed.ask("AzureDiagnostics | count").rows == [[0]]


def test_only_categories_that_are_sent_arrive(observed):
    observed.send_logs("AzureOpenAIRequestUsage")
    observed.traffic(prompt_tokens=12, completion_tokens=3)
    query = (
        "AzureDiagnostics | extend p = parse_json(properties_s) "
        "| project Category, tolong(p.promptTokens), tolong(p.completionTokens)"
    )
    assert observed.ask(query).rows == [["AzureOpenAIRequestUsage", 12, 3]]


def test_a_request_is_told_as_azure_tells_it(observed):
    observed.send_logs("RequestResponse")
    observed.traffic(status=429, ttlt_ms=12.6, stream=True)
    query = (
        "AzureDiagnostics | extend p = parse_json(properties_s) | project ResourceId, Category, "
        "ResourceGroup, Resource, OperationName, ResultSignature, DurationMs, "
        "tostring(p.modelDeploymentName), tostring(p.streamType)"
    )
    assert observed.ask(query).rows == [
        [
            ACCOUNT.upper(),
            "RequestResponse",
            "RG-TEST",
            "AI-TEST",
            "ChatCompletions_Create",
            "429",
            13,
            "chat",
            "Streaming",
        ]
    ]


def test_exported_metrics_come_by_the_minute_without_dimensions(observed):
    observed.send_logs(metrics=True)
    observed.traffic(2, prompt_tokens=10)
    observed.traffic(1, deployment="other", prompt_tokens=40)
    query = (
        "AzureMetrics | where MetricName == 'ProcessedPromptTokens' "
        "| project Total, Count, Average, Maximum, Minimum, TimeGrain"
    )
    assert observed.ask(query).rows == [[60.0, 3.0, 20.0, 40.0, 10.0, "PT1M"]]
    assert observed.ask("AzureMetrics | where MetricName has 'AvailabilityRate' | count").rows == [
        [0]
    ]


def test_writes_to_arm_are_in_the_activity_log_of_a_subscription_that_exports_it(observed):
    observed.put(
        f"{SUBSCRIPTION}/providers/Microsoft.Insights/diagnosticSettings/activity",
        {
            "properties": {
                "workspaceId": WORKSPACE,
                "logs": [{"category": "Administrative", "enabled": True}],
            }
        },
    )
    for method, status in (("PUT", 201), ("DELETE", 409), ("GET", 200)):
        activity.note(observed.around, method, ACCOUNT, Answer(status=status), "someone")
    query = "AzureActivity | project OperationNameValue, ActivityStatusValue, Caller, ResourceGroup"
    assert observed.ask(query).rows == [
        ["MICROSOFT.COGNITIVESERVICES/ACCOUNTS/WRITE", "Success", "someone", "rg-test"],
        ["MICROSOFT.COGNITIVESERVICES/ACCOUNTS/DELETE", "Failure", "someone", "rg-test"],
    ]


def test_a_resource_is_asked_for_its_own_rows_only(observed: Observed):
    observed.row("AppTraces", Message="hello")
    store = observed.around.store

    def seen(id: str) -> int:
        answer = ask(observed.around, "AppTraces | count", reach_of(store, id), now=observed.now)
        return int(answer.rows[0][0])

    assert [seen(id) for id in (COMPONENT, GROUP, WORKSPACE, ACCOUNT)] == [1, 1, 1, 0]


def test_telemetry_stands_where_its_component_sends_it(observed):
    observed.row("AppTraces", Message="hello", ago=timedelta(minutes=3))
    query = "AppTraces | project Message, _ResourceId, age = now() - TimeGenerated"
    assert observed.ask(query).rows == [["hello", COMPONENT.lower(), "00:03:00"]]
