"""What an application's exporter sends, as rows."""

import gzip
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.clock import wall
from sandbox.telemetry.envelopes import Unreadable, envelope, milliseconds, rows
from sandbox.telemetry.ingestion import track
from tests.sandbox.telemetry.observed import COMPONENT, WORKSPACE

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


def sent(kind: str, at: datetime = NOW, **data: Any) -> dict[str, Any]:
    return {
        "name": "Microsoft.ApplicationInsights.Any",
        "time": at.isoformat(),
        "iKey": "key",
        "tags": {"ai.cloud.role": "cora", "ai.operation.parentId": "p"},
        "data": {"baseType": kind, "baseData": {"ver": 2, **data}},
    }


@pytest.mark.parametrize(
    ("kind", "data", "table", "expected"),
    [
        (
            "RemoteDependencyData",
            {"name": "chat", "duration": "0.00:00:01.250", "success": False, "resultCode": "429"},
            "AppDependencies",
            {"Name": "chat", "DurationMs": 1250.0, "Success": False, "ResultCode": "429"},
        ),
        (
            "RequestData",
            {"name": "GET /", "duration": "00:01:00", "responseCode": "200", "url": "https://a"},
            "AppRequests",
            {"DurationMs": 60000.0, "ResultCode": "200", "Url": "https://a"},
        ),
        (
            "EventData",
            {"name": "FeatureEvaluation", "properties": {"Variant": "new"}},
            "AppEvents",
            {"Name": "FeatureEvaluation", "Properties": {"Variant": "new"}},
        ),
        (
            "MessageData",
            {"message": "hello", "severityLevel": "Warning"},
            "AppTraces",
            {"Message": "hello", "SeverityLevel": 2, "AppRoleName": "cora", "ParentId": "p"},
        ),
        (
            "ExceptionData",
            {"exceptions": [{"typeName": "ValueError", "message": "no"}], "severityLevel": 3},
            "AppExceptions",
            {"ExceptionType": "ValueError", "OuterMessage": "no", "SeverityLevel": 3},
        ),
        (
            "MetricData",
            {"metrics": [{"name": "lag", "value": 4.0, "count": 2}]},
            "AppMetrics",
            {"Name": "lag", "Sum": 4.0, "ItemCount": 2},
        ),
    ],
)
def test_each_type_of_telemetry_has_a_table(kind, data, table, expected):
    (row,) = rows(envelope(sent(kind, **data), NOW))
    assert row.table == table
    assert {key: row.body[key] for key in expected} == expected


def test_a_sampled_row_says_for_how_many_it_stands():
    (row,) = rows(envelope({**sent("EventData", name="x"), "sampleRate": 25.0}, NOW))
    assert row.body["ItemCount"] == 4


@pytest.mark.parametrize(
    ("wire", "says"),
    [
        ({}, "'time'"),
        ([], "dictionary"),
        (sent("PageViewData"), "'PageViewData' has no table"),
        (sent("MetricData", metrics=[1]), "'baseData' on type 'MetricData'"),
        (sent("EventData", at=NOW - timedelta(days=3)), "older than the allowed"),
        (sent("EventData", at=NOW + timedelta(days=1)), "newer than the allowed"),
        (sent("EventData", name=float("nan")), "a number in it is none"),
        (sent("EventData", name="\ud800"), "no Unicode"),
    ],
)
def test_an_envelope_that_is_none_is_told_why(wire, says):
    with pytest.raises(Unreadable) as refused:
        list(rows(envelope(wire, NOW)))
    assert says in str(refused.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("0.00:00:00.001", 1.0), ("1.00:00:00", 86_400_000.0), ("00:00:02", 2000.0), ("2 s", None)],
)
def test_a_duration_is_milliseconds(text, expected):
    assert milliseconds(text) == expected


def test_a_row_is_stamped_with_the_sandboxs_time(observed):
    put = {"WorkspaceResourceId": WORKSPACE, "DisableLocalAuth": False}
    observed.put(COMPONENT, {"location": "swedencentral", "kind": "web", "properties": put})
    key = observed.cloud.get(COMPONENT).body["properties"]["InstrumentationKey"]
    batch = [{**sent("EventData", at=wall() - timedelta(minutes=5), name="x"), "iKey": key}]
    said = track(observed.around, json.dumps(batch).encode(), {})
    assert (said.status, said.body["itemsAccepted"]) == (200, 1)
    query = "AppEvents | project age = bin(now() - TimeGenerated, 1s)"
    assert observed.ask(query).rows[0][0] in ("00:05:00", "00:04:59")


def test_a_batch_may_be_one_envelope_a_line_and_packed(observed):
    lines = "\n".join(json.dumps(sent("EventData", at=wall())) for _ in range(2))
    said = track(observed.around, gzip.compress(lines.encode()), {"content-encoding": "gzip"})
    assert (said.status, said.body["itemsReceived"]) == (400, 2)
    assert said.body["errors"][0]["message"] == "Invalid instrumentation key"


@given(raw=st.binary(max_size=40) | JSON.map(lambda each: json.dumps(each).encode()))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@pytest.mark.parametrize("encoding", ["", "gzip"])
def test_no_batch_is_worse_than_a_refusal(observed, encoding, raw):
    said = track(observed.around, raw, {"content-encoding": encoding})
    assert said.status in (200, 400)


@given(data=st.dictionaries(st.sampled_from(["metrics", "exceptions", "name", "duration"]), JSON))
def test_no_data_of_an_envelope_is_worse_than_a_refusal(data):
    for kind in ("MetricData", "ExceptionData", "RemoteDependencyData"):
        try:
            for row in rows(envelope(sent(kind, **data), NOW)):
                assert json.dumps(row.body)
        except Unreadable as refused:
            assert str(refused)
