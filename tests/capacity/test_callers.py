from datetime import UTC, datetime

import pytest

from scripts.capacity.callers import callers
from scripts.capacity.demand import Told, peak
from scripts.capacity.peak import NoDemand
from tests.cost.test_usage import answer

NOW = datetime(2026, 11, 21, tzinfo=UTC)
TOKENS = answer([("chat", {19: 4_000, 20: 6_000})], [("chat", {20: 2_000})], [("chat", {20: 25.0})])


def calls(**minutes):
    """By status, {minute of the twentieth: calls}."""
    return {
        "value": [
            {
                "name": {"value": "AzureOpenAIRequests"},
                "timeseries": [
                    {
                        "metadatavalues": [
                            {"name": {"value": "statuscode"}, "value": status.strip("s")}
                        ],
                        "data": [
                            {"timeStamp": f"2026-11-20T00:{minute:02}:00Z", "total": count}
                            for minute, count in counted.items()
                        ],
                    }
                    for status, counted in minutes.items()
                ],
            }
        ]
    }


def test_the_busiest_minute_has_the_refused_calls_in_it():
    found = callers(calls(s200={1: 10, 2: 10}, s429={2: 5}), TOKENS, NOW)
    assert (found.peak, found.peak_at.minute) == (15, 2)


def test_tokens_are_those_of_an_answered_call():
    found = callers(calls(s200={1: 20}, s429={1: 80}), TOKENS, NOW)
    assert (found.prompt_tokens, found.output_tokens, found.cache_share) == (500, 100, 0.25)


def test_the_mean_minute_is_of_the_time_since_there_were_callers():
    found = callers(calls(s200={0: 14.4}), TOKENS, NOW)
    assert found.mean == pytest.approx(0.01)  # 14.4 calls in a day
    assert found.mean_share == pytest.approx(0.01 / 14.4)


def test_nobody_answered_is_nobody():
    assert callers(calls(s429={1: 5}), TOKENS, NOW) is None
    assert callers(calls(), TOKENS, NOW) is None


@pytest.mark.parametrize("broken", [{}, {"value": []}])
def test_no_metrics_are_no_quiet_week(broken):
    with pytest.raises(ValueError):
        callers(broken, TOKENS, NOW)


def test_what_was_typed_goes_before_what_was_counted():
    found = callers(calls(s200={1: 20}), TOKENS, NOW)
    told = Told(requests=99, declared_output=300).over(found)
    made = peak(told, None, {}, "chat")
    assert (made.requests, made.prompt_tokens, made.observed_output) == (99, 500, 100)
    assert made.source == "metrics, busiest at 2026-11-20 00:01"


def test_no_metric_tells_what_callers_declare():
    with pytest.raises(NoDemand, match="--max-output"):
        peak(Told().over(callers(calls(s200={1: 20}), TOKENS, NOW)), None, {}, "chat")
