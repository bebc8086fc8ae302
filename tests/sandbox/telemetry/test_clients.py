"""Microsoft's management client and an application's exporter against a running sandbox."""

import gzip
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openai
import pytest
import requests
from azure.core.exceptions import HttpResponseError
from azure.identity import DefaultAzureCredential, get_bearer_token_provider
from azure.mgmt.monitor import MonitorManagementClient
from azure.mgmt.resource.resources import ResourceManagementClient
from azure.monitor.query import LogsQueryClient

from tests.sandbox.core.cloud import ACCOUNT, GROUP
from tests.sandbox.running import RunningSandbox
from tests.sandbox.telemetry.clients import DAY, METRICS_PUBLISHER, get, role, talk
from tests.sandbox.telemetry.observed import COMPONENT, WORKSPACE


def test_the_metrics_count_what_the_client_saw(
    deployed: RunningSandbox, credential: DefaultAzureCredential
) -> None:
    seen = talk(deployed, credential, 12)
    assert set(seen) == {200, 429}
    with MonitorManagementClient(
        credential, deployed.subscription_id, **deployed.clients
    ) as client:
        answer = client.metrics.list(
            ACCOUNT,
            metricnames="AzureOpenAIRequests,ProcessedPromptTokens",
            aggregation="Total",
            interval="PT1M",
            filter="ModelDeploymentName eq '*'",
        )
        requests_metric, tokens = answer.value
        (series,) = requests_metric.timeseries
        assert [(each.name.value, each.value) for each in series.metadatavalues] == [
            ("modeldeploymentname", "chat")
        ]
        assert sum(point.total or 0 for point in series.data) == len(seen)
        assert sum(point.total or 0 for point in tokens.timeseries[0].data) > 0
        split = client.metrics.list(
            ACCOUNT, metricnames="AzureOpenAIRequests", filter="StatusCode eq '*'"
        )
        totals = {
            each.metadatavalues[0].value: sum(point.total or 0 for point in each.data)
            for each in split.value[0].timeseries
        }
        assert totals == {"200": seen.count(200), "429": seen.count(429)}


def test_the_definitions_list_every_metric_and_its_dimensions(
    deployed: RunningSandbox, credential: DefaultAzureCredential
) -> None:
    with MonitorManagementClient(
        credential, deployed.subscription_id, **deployed.clients
    ) as client:
        found = {each.name.value: each for each in client.metric_definitions.list(ACCOUNT)}
        assert "TotalCalls" not in found
        dimensions = {each.value for each in found["AzureOpenAIRequests"].dimensions}
        assert {"StatusCode", "ModelDeploymentName", "IsSpillover"} <= dimensions
        with pytest.raises(HttpResponseError, match="Valid metrics: AzureOpenAIRequests,") as no:
            client.metrics.list(ACCOUNT, metricnames="TotalCalls")
        assert (no.value.status_code, no.value.error.code) == (400, "BadRequest")


def envelope(key: str, **data: Any) -> dict[str, Any]:
    """As the OpenTelemetry exporter for Azure Monitor makes it."""
    return {
        "ver": 1,
        "name": "Microsoft.ApplicationInsights.RemoteDependency",
        "time": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
        "sampleRate": 100.0,
        "iKey": key,
        "tags": {"ai.cloud.role": "cora", "ai.operation.id": "0af7651916cd43dd8448eb211c80319c"},
        "data": {
            "baseType": "RemoteDependencyData",
            "baseData": {
                "ver": 2,
                "name": "chat chat",
                "id": "b7ad6b7169203331",
                "resultCode": "0",
                "type": "GenAI | azure.ai.openai",
                "target": "127.0.0.1",
                "duration": "0.00:00:01.250",
                "success": True,
                "properties": {"gen_ai.request.model": "chat"},
                **data,
            },
        },
    }


def sent(deployed: RunningSandbox, batch: object, token: str = "") -> requests.Response:
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    return requests.post(
        f"{deployed.arm}/appinsights//v2.1/track",  # as azure-monitor-opentelemetry-exporter does
        data=gzip.compress(json.dumps(batch).encode()),
        headers=headers,
        verify=str(Path(deployed.folder) / "ca.pem"),
        timeout=10,
    )


def test_a_components_telemetry_is_taken_from_metrics_publishers_only(
    deployed: RunningSandbox, credential: DefaultAzureCredential
) -> None:
    component = get(deployed, credential, COMPONENT)
    batch = [envelope(component["InstrumentationKey"])]
    assert sent(deployed, batch).status_code == 401
    token = credential.get_token("https://monitor.azure.com//.default").token
    assert sent(deployed, batch, token).status_code == 403
    operator = deployed.description["principals"]["operator"]["oid"]
    id, body = role(COMPONENT, METRICS_PUBLISHER, operator)
    with ResourceManagementClient(
        credential, deployed.subscription_id, **deployed.clients
    ) as client:
        client.resources.begin_create_or_update_by_id(id, body, api_version="2022-04-01").result()
    answer = sent(deployed, batch, token)
    assert (answer.status_code, answer.json()["itemsAccepted"]) == (200, 1)
    mixed = sent(deployed, [*batch, envelope("00000000-0000-0000-0000-000000000000")], token)
    assert (mixed.status_code, mixed.json()["itemsAccepted"]) == (206, 1)
    with LogsQueryClient(credential, endpoint=f"{deployed.arm}/loganalytics") as logs:
        (table,) = logs.query_resource(
            COMPONENT,
            "AppDependencies | project Name, DurationMs, Success, AppRoleName, "
            'dep = tostring(Properties["gen_ai.request.model"]), ItemCount',
            timespan=DAY,
        ).tables
    assert [list(row) for row in table.rows] == [["chat chat", 1250.0, True, "cora", "chat", 1]] * 2


@pytest.mark.parametrize("who", ["stranger", "operator"])
def test_logs_and_metrics_are_read_by_role(
    deployed: RunningSandbox,
    credential: DefaultAzureCredential,
    monkeypatch: pytest.MonkeyPatch,
    who: str,
) -> None:
    workspace = get(deployed, credential, WORKSPACE)["customerId"]
    for name, value in deployed.variables(who).items():
        monkeypatch.setenv(name, value)
    with (
        DefaultAzureCredential() as asks,
        LogsQueryClient(asks, endpoint=f"{deployed.arm}/loganalytics") as logs,
        MonitorManagementClient(asks, deployed.subscription_id, **deployed.clients) as monitor,
    ):
        statuses = []
        for ask in (
            lambda: logs.query_workspace(workspace, "AppTraces | count", timespan=DAY),
            lambda: monitor.metrics.list(ACCOUNT, metricnames="AzureOpenAIRequests"),
        ):
            try:
                ask()
                statuses.append(200)
            except HttpResponseError as error:
                statuses.append(error.status_code or 0)
    assert statuses == ([403, 403] if who == "stranger" else [200, 200])


def test_alerts_fire_as_the_clock_is_put_forward_and_can_be_read(
    deployed: RunningSandbox, credential: DefaultAzureCredential
) -> None:
    criterion = {
        "criterionType": "StaticThresholdCriterion",
        "name": "calls",
        "metricName": "AzureOpenAIRequests",
        "operator": "GreaterThan",
        "threshold": 2,
        "timeAggregation": "Total",
        "dimensions": [],
    }
    kind = "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria"
    alert = {
        "location": "global",
        "properties": {
            "severity": 2,
            "enabled": True,
            "scopes": [ACCOUNT],
            "evaluationFrequency": "PT1M",
            "windowSize": "PT5M",
            "criteria": {"odata.type": kind, "allOf": [criterion]},
        },
    }
    wire = io.BytesIO(json.dumps(alert).encode())
    rule = f"{GROUP}/providers/Microsoft.Insights/metricAlerts/calls"
    with MonitorManagementClient(
        credential, deployed.subscription_id, **deployed.clients
    ) as client:
        made = client.metric_alerts.create_or_update("rg-test", "calls", wire)
        assert made.id == rule
        talk(deployed, credential, 3)
        deployed.control("POST", "/clock", {"advance": "2m"})
        (fired,) = deployed.control("GET", "/alerts")["value"]
        assert (fired["alertRuleId"], fired["monitorCondition"]) == (rule, "Fired")
        deployed.control("POST", "/clock", {"advance": "24h"})
        (ended,) = deployed.control("GET", "/alerts")["value"]
        assert ended["monitorCondition"] == "Resolved"
        client.metric_alerts.delete("rg-test", "calls")


def test_what_a_filter_stopped_is_told_by_category_and_severity(
    deployed: RunningSandbox, credential: DefaultAzureCredential
) -> None:
    deployed.control("POST", "/settings", {"rate_limits": False})
    tokens = get_bearer_token_provider(credential, "https://cognitiveservices.azure.com/.default")
    with openai.OpenAI(
        base_url=f"{deployed.arm}/acct/ai-test/openai/v1/", api_key=tokens, max_retries=0
    ) as client:
        for words in ("[[hate:high]]", "[[jailbreak]]", "[[completion:violence:medium]]"):
            try:
                client.chat.completions.create(
                    model="chat",
                    messages=[{"role": "user", "content": words}],
                    max_completion_tokens=5,
                )
            except openai.BadRequestError as error:
                assert error.code == "content_filter"
    with MonitorManagementClient(
        credential, deployed.subscription_id, **deployed.clients
    ) as client:
        (harmful,) = client.metrics.list(
            ACCOUNT,
            metricnames="RAIHarmfulRequests",
            filter="Category eq '*' and Severity eq '*'",
        ).value
    assert {
        tuple(each.value for each in series.metadatavalues): sum(
            point.total or 0 for point in series.data
        )
        for series in harmful.timeseries
    } == {("hate", "high"): 1, ("jailbreak", ""): 1, ("violence", "medium"): 1}


def test_a_rule_with_a_query_that_is_not_answered_is_refused_to_the_client(
    deployed: RunningSandbox, credential: DefaultAzureCredential
) -> None:
    def rule(query: str) -> io.BytesIO:
        condition = {
            "query": query,
            "timeAggregation": "Count",
            "operator": "GreaterThan",
            "threshold": 0,
        }
        properties = {
            "severity": 3,
            "scopes": [WORKSPACE],
            "evaluationFrequency": "PT5M",
            "windowSize": "PT5M",
            "criteria": {"allOf": [condition]},
        }
        body = {"location": "swedencentral", "properties": properties}
        return io.BytesIO(json.dumps(body).encode())

    with MonitorManagementClient(
        credential, deployed.subscription_id, **deployed.clients
    ) as client:
        with pytest.raises(HttpResponseError, match="Failed to resolve table") as no:
            client.scheduled_query_rules.create_or_update("rg-test", "r", rule("Nothing | count"))
        assert (no.value.status_code, no.value.error.code) == (400, "BadRequest")
        made = client.scheduled_query_rules.create_or_update(
            "rg-test", "r", rule("AppTraces | where SeverityLevel >= 3")
        )
        assert made.name == "r"
