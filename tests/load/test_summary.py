"""What a run came to."""

import pytest

from scripts.load.summary import summarise
from tests.load.calls import call, dropped, many, unfinished


def summary(calls, from_s=0.0, until_s=60.0, objective_ms=3_000):
    return summarise(calls, from_s=from_s, until_s=until_s, objective_ms=objective_ms)


def test_the_warm_up_does_not_count():
    found = summary([call(at=1.0, took_s=9.0), call(at=10.0, took_s=0.1)], from_s=5.0)
    assert (found.offered, found.seconds) == (1, 55.0)
    assert found.latency_ms["p99"].value == pytest.approx(100)


def test_every_call_is_in_one_place_alone():
    calls = [call(), call(outcome="server"), call(outcome="filtered"), dropped(), unfinished()]
    found = summary([*calls, call(outcome="throttled_quota", retry_after_ms=7_000.0)])
    assert found.offered == 6 == found.ended + found.dropped + found.unfinished
    assert (found.good, found.errors, found.throttled) == (1, 1, 1)
    assert found.longest_wait_ms == 7_000


def test_only_good_answers_have_a_latency():
    found = summary([call(took_s=0.2), call(took_s=30.0, outcome="timeout")])
    assert found.latency_ms["p99"].value == pytest.approx(200)
    assert summary([call(outcome="server")]).latency_ms == {}


def test_a_stream_is_timed_to_its_first_text_and_between_its_pieces():
    streamed = call(at=10.0, took_s=1.2, first_text_s=10.2, chunks=11)
    found = summary([streamed])
    assert found.first_text_ms["p50"].value == pytest.approx(200)
    assert found.between_chunks_ms.value == pytest.approx(100)


def test_rates_are_by_the_time_that_counted():
    found = summary(many(600))
    assert found.achieved_a_second == 10
    assert found.tokens_per_minute == 600 * 120


def test_a_slow_answer_is_one_over_the_objective():
    assert summary([call(took_s=3.0), call(took_s=3.001)]).slow == 1


def test_how_full_and_how_late_it_was_is_told():
    found = summary([call(utilisation=0.5), call(utilisation=0.9, sent_late_s=0.04, spilled=True)])
    assert (found.utilisation_mean, found.utilisation_most) == pytest.approx((0.7, 0.9))
    assert found.late_ms_p99 == pytest.approx(40)
    assert found.spilled == 1


def test_of_no_calls_there_is_a_summary_without_numbers():
    found = summary([])
    assert (found.offered, found.achieved_a_second, found.utilisation_mean) == (0, 0, None)
