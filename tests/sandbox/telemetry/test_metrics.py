"""Platform metrics: what is asked, and what the events of an account answer."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.telemetry.metric_filter import NoFilter, dimensions
from sandbox.telemetry.metric_list import METRICS
from sandbox.telemetry.periods import NoPeriod, duration, interval
from tests.sandbox.core.cloud import ACCOUNT, START, code, deployment
from tests.sandbox.telemetry.observed import Observed

VIEW = f"{ACCOUNT}/providers/Microsoft.Insights/metrics"
KNOWN = {"statuscode": "StatusCode", "modeldeploymentname": "ModelDeploymentName"}


def asked(observed: Observed, metric: str, **query: str):
    """By dimension values, the points that have a sample."""
    query = {"metricnames": metric, **query}
    answer = observed.cloud.get(VIEW, query=query)
    assert answer.status == 200, answer.body
    (value,) = answer.body["value"]
    return {
        tuple(each["value"] for each in series["metadatavalues"]): [
            {key: number for key, number in point.items() if key != "timeStamp"}
            for point in series["data"]
            if len(point) > 1
        ]
        for series in value["timeseries"]
    }


@pytest.mark.parametrize("metric", METRICS, ids=lambda each: each.name)
def test_every_metric_can_be_asked_for_by_each_of_its_dimensions(observed, metric):
    observed.traffic(prompt_tokens=10, completion_tokens=5, ttft_ms=10, ttlt_ms=90, stream=True)
    for dimension in metric.dimensions:
        asked(observed, metric.name, **{"$filter": f"{dimension} eq '*'"})


def test_a_metric_is_summed_by_the_minute(observed):
    observed.traffic(2, ago=timedelta(minutes=3))
    observed.traffic(3, ago=timedelta(minutes=1))
    assert asked(observed, "AzureOpenAIRequests") == {(): [{"total": 2.0}, {"total": 3.0}]}


def test_steps_without_a_sample_have_their_time_only(observed):
    observed.traffic(1, ago=timedelta(minutes=2))
    span = f"{START - timedelta(minutes=3):%Y-%m-%dT%H:%M:%SZ}/{START:%Y-%m-%dT%H:%M:%SZ}"
    answer = observed.cloud.get(
        VIEW, query={"metricnames": "AzureOpenAIRequests", "timespan": span}
    )
    assert answer.body["value"][0]["timeseries"][0]["data"] == [
        {"timeStamp": "2026-11-21T11:57:00Z"},
        {"timeStamp": "2026-11-21T11:58:00Z", "total": 1.0},
        {"timeStamp": "2026-11-21T11:59:00Z"},
    ]


def test_a_star_splits_and_a_value_narrows(observed):
    observed.traffic(2)
    observed.traffic(1, status=429)
    observed.traffic(4, status=429, deployment="other")
    observed.cloud.pass_time(seconds=1)
    split = asked(observed, "AzureOpenAIRequests", **{"$filter": "StatusCode eq '*'"})
    assert split == {("200",): [{"total": 2.0}], ("429",): [{"total": 5.0}]}
    narrow = "StatusCode eq '429' and ModelDeploymentName eq '*'"
    assert asked(observed, "AzureOpenAIRequests", **{"$filter": narrow}) == {
        ("429", "chat"): [{"total": 1.0}],
        ("429", "other"): [{"total": 4.0}],
    }


def test_only_5xx_makes_an_account_unavailable(observed):
    observed.traffic(2)
    observed.traffic(1, status=429)
    observed.traffic(1, status=503)
    observed.cloud.pass_time(seconds=1)
    found = asked(observed, "AzureOpenAIAvailabilityRate", aggregation="Average,Minimum")
    assert found == {(): [{"average": 75.0, "minimum": 0.0}]}


def test_utilisation_is_provisioned_throughputs_own(observed):
    observed.put(f"{ACCOUNT}/deployments/full", deployment(15, sku="GlobalProvisionedManaged"))
    observed.traffic(1, deployment="full", utilisation=0.5)
    observed.traffic(1, deployment="full", utilisation=1.0)
    observed.traffic(1, utilisation=0.1)
    observed.cloud.pass_time(seconds=1)
    metric = "AzureOpenAIProvisionedManagedUtilizationV2"
    found = asked(observed, metric, aggregation="Average,Maximum")
    assert found == {(): [{"average": 75.0, "maximum": 100.0}]}


def test_a_long_step_puts_minutes_together(observed):
    for minutes in (5, 20, 40):
        observed.traffic(1, ago=timedelta(minutes=minutes), ttlt_ms=minutes * 10)
    found = asked(
        observed, "AzureOpenAITTLTInMS", interval="PT1H", aggregation="Average,Maximum,Count"
    )
    assert found == {(): [{"average": pytest.approx(650 / 3), "maximum": 400.0, "count": 3}]}


def test_a_metric_shows_a_minute_late_in_the_azure_profile(observed):
    observed.cloud.profile("azure")
    observed.traffic()
    observed.cloud.pass_time(seconds=59)
    assert asked(observed, "AzureOpenAIRequests") == {}
    observed.cloud.pass_time(seconds=1)
    assert asked(observed, "AzureOpenAIRequests") == {(): [{"total": 1.0}]}


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ({"metricnames": "TotalCalls"}, "Valid metrics: AzureOpenAIRequests,"),
        ({"$filter": "Nothing eq 'x'"}, "no dimension 'Nothing'"),
        ({"$filter": "StatusCode gt '4'"}, "'gt' stands where eq or ne"),
        ({"interval": "PT7M"}, "Supported intervals are PT1M"),
        ({"interval": "often"}, "no duration"),
        ({"aggregation": "Median"}, "Valid aggregations are Total"),
        ({"timespan": "yesterday/today"}, "no moment"),
        ({"timespan": "2026-11-21T00:00:00Z/2026-11-20T00:00:00Z"}, "ends before it starts"),
        ({"timespan": "2020-01-01T00:00:00Z/2026-11-20T00:00:00Z"}, "more than 50000 points"),
    ],
)
def test_a_wrong_question_is_a_400_that_says_what_is_wrong(observed, query, named):
    answer = observed.cloud.get(VIEW, query={"metricnames": "AzureOpenAIRequests", **query})
    assert code(answer) == (400, "BadRequest")
    assert named in answer.body["error"]["message"]


def test_a_filter_joins_values_of_one_dimension():
    found = dimensions(
        "(StatusCode eq '429' or StatusCode eq '503') and ModelDeploymentName ne 'a'", KNOWN
    )
    assert [found["StatusCode"].takes(each) for each in ("429", "503", "200")] == [
        True,
        True,
        False,
    ]
    assert [found["ModelDeploymentName"].takes(each) for each in ("a", "b")] == [False, True]


@given(st.text(alphabet="StausCode ()'*eqnandorx429,", max_size=60))
def test_no_filter_is_worse_than_a_refusal(text):
    try:
        dimensions(text, KNOWN)
    except NoFilter as refused:
        assert str(refused)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("PT5M", timedelta(minutes=5)),
        ("P1D", timedelta(days=1)),
        ("P1DT12H", timedelta(days=1.5)),
        ("P2W", timedelta(days=14)),
        ("pt0.5s", timedelta(milliseconds=500)),
    ],
)
def test_a_duration_reads_as_iso_8601_has_it(text, expected):
    assert duration(text) == expected


def test_an_interval_has_four_forms():
    hour = timedelta(hours=1)
    for text in (
        "2026-11-21T11:00:00Z/2026-11-21T12:00:00Z",
        "2026-11-21T11:00:00Z/PT1H",
        "PT1H/2026-11-21T12:00:00Z",
        "2026-11-21T11%3A00%3A00%2F2026-11-21T12%3A00%3A00",
        "PT1H",
    ):
        assert interval(text, START) == (START - hour, START)


@given(st.text(alphabet="PTDHMSW0123456789./-:Z ", max_size=40))
def test_no_interval_is_worse_than_a_refusal(text):
    try:
        start, end = interval(text, START)
    except NoPeriod as refused:
        assert str(refused)
    else:
        assert start.tzinfo and end.tzinfo
