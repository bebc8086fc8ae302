"""Every query that the project ships, over rows small enough to be reckoned by hand."""

from datetime import timedelta
from typing import Any

import pytest

from components import queries, settings, workbook
from components.alert_rules import log_alerts, metric_alerts
from components.prices import Price
from components.stack_file import stacks
from sandbox.telemetry import metric_list
from tests.engine import stack_file
from tests.sandbox.telemetry.observed import Observed

HOUR = timedelta(hours=1)


def called(observed: Observed, number: int, dep: str = "chat", **row: Any) -> None:
    """So many calls of a deployment, as a client's spans tell them."""
    ago, properties = row.pop("ago", timedelta(minutes=1)), row.pop("properties", {})
    for _ in range(number):
        observed.row(
            "AppDependencies",
            ago=ago,
            **{"Success": True, "DurationMs": 100.0, **row},
            Properties={
                "gen_ai.provider.name": "azure.ai.openai",
                "gen_ai.request.model": dep,
                **properties,
            },
        )


def tokens(prompt: int, completion: int, cached: int = 0) -> dict[str, str]:
    return {
        "gen_ai.usage.input_tokens": str(prompt),
        "gen_ai.usage.output_tokens": str(completion),
        "gen_ai.usage.cache_read.input_tokens": str(cached),
    }


def test_errors_are_a_share_of_the_calls_of_each_deployment(observed):
    called(observed, 57)
    called(observed, 3, Success=False)
    called(observed, 59, "quiet", Success=False)
    assert observed.ask(queries.ERRORS).records() == [
        {"dep": "chat", "n": 60, "bad": 3, "errPct": 5.0}
    ]


def test_a_sampled_row_stands_for_as_many_calls_as_it_says(observed):
    called(observed, 9, ItemCount=10)
    called(observed, 1, ItemCount=10, Success=False)
    assert observed.ask(queries.ERRORS).rows == [["chat", 100, 10, 10.0]]


def test_p95_is_the_smallest_duration_that_covers_so_many_calls(observed):
    called(observed, 95, DurationMs=200.0)
    called(observed, 5, DurationMs=9000.0)
    assert observed.ask(queries.LATENCY).rows == [["chat", 100, 200.0]]
    called(observed, 1, DurationMs=9000.0)
    assert observed.ask(queries.LATENCY).rows == [["chat", 101, 9000.0]]


def test_calls_of_other_providers_are_not_counted(observed):
    called(observed, 100, properties={"gen_ai.provider.name": "openai"})
    assert observed.ask(queries.LATENCY).rows == []


def test_filtered_calls_are_a_share_by_their_error_class(observed):
    called(observed, 45)
    called(observed, 15, properties={"plumb.error_class": "filtered"})
    assert observed.ask(queries.FILTERED).rows == [["chat", 60, 15, 25.0]]


@pytest.mark.parametrize(
    ("judged", "total", "expected"),
    [
        (30, 30, ["chat", 30, 30, 4.0, 4.0]),
        (28, 30, ["chat", 30, 28, 4.0, 0.0]),
        (29, 30, ["chat", 30, 29, 4.0, 4.0]),
        (29, 29, None),
    ],
)
def test_groundedness_is_worth_nothing_where_too_few_were_judged(observed, judged, total, expected):
    for number in range(total):
        score = {"gen_ai.evaluation.score.value": "4.0"} if number < judged else {}
        name = {"gen_ai.evaluation.name": "groundedness", "gen_ai.request.model": "chat"}
        observed.row("AppEvents", Name="gen_ai.evaluation.result", Properties={**name, **score})
    assert observed.ask(queries.GROUNDEDNESS).rows == ([expected] if expected else [])


def test_todays_cost_weighs_each_kind_of_token_and_counts_the_unpriced(observed):
    prices = {"chat": Price(input=2.5, cached_input=0.25, output=15.0)}
    called(observed, 2, ItemCount=100, properties=tokens(1000, 200, cached=400))
    called(observed, 1, "new", properties=tokens(10**6, 10**6))
    called(observed, 1, ago=13 * HOUR, properties=tokens(10**9, 10**9))  # yesterday
    # 200 calls x (600 x 2.5 + 400 x 0.25 + 200 x 15) / 1e6 = 0.92
    (row,) = observed.ask(queries.cost_of_the_day(prices, 0)).records()
    assert row == {"usd": pytest.approx(0.92), "unpriced": 1}


def test_provisioned_throughput_costs_by_the_hour_without_a_call(observed):
    (row,) = observed.ask(
        queries.cost_of_the_day({"a": Price(input=1, cached_input=1, output=1)}, 15)
    ).records()
    assert row == {"usd": pytest.approx(12 * 15), "unpriced": 0}  # it is noon


def test_a_window_narrows_what_is_looked_at(observed):
    called(observed, 60, ago=2 * HOUR)
    assert observed.ask(queries.ERRORS, window=HOUR).rows == []
    assert len(observed.ask(queries.ERRORS, window=3 * HOUR).rows) == 1


def test_rows_are_found_late_in_the_azure_profile(observed):
    observed.cloud.profile("azure")
    called(observed, 60, ago=timedelta(seconds=170))
    assert observed.ask(queries.ERRORS).rows == []
    observed.cloud.pass_time(seconds=10)
    assert len(observed.ask(queries.ERRORS).rows) == 1


@pytest.mark.parametrize("stack", stacks())
def test_every_alert_and_the_workbook_of_a_stack_can_be_evaluated(observed, stack):
    wanted = settings.parse(stack_file(stack), stack)
    for alert in log_alerts(wanted):
        columns = [each.name for each in observed.ask(alert.query).columns]
        assert alert.column in columns
        assert not alert.by_deployment or "dep" in columns
    for item in workbook.contents(wanted.observability.objectives)["items"]:
        if "query" in item["content"]:
            observed.ask(item["content"]["query"])
    for rule in metric_alerts(wanted):
        metric = metric_list.named(rule.metric)
        assert metric and set(rule.dimensions) <= set(metric.dimensions)
