"""Calls leave when they are due, and a slow answer delays nobody but its caller."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.load import open_loop
from scripts.load.arrivals import drawn
from scripts.load.call import Answer
from scripts.measure.percentiles import percentile
from tests.load.virtual_time import run

GOOD = Answer(outcome="ok", status=200)


def loaded(arrivals, ask, *, most_in_flight=10_000, grace_s=60.0, stop_at=None, tell=None):
    async def work():
        stop = asyncio.Event()
        if stop_at is not None:
            asyncio.get_running_loop().call_later(stop_at, stop.set)
        return await open_loop.run(
            arrivals,
            ask,
            most_in_flight=most_in_flight,
            grace_s=grace_s,
            stop=stop,
            tell=tell or (lambda call: None),
        )

    return run(work())


def taking(*seconds):
    """Answers that take so long, over and over."""

    async def ask(number, clock):
        await asyncio.sleep(seconds[number % len(seconds)])
        return GOOD

    return ask


@given(st.lists(st.floats(0, 20), max_size=40).map(sorted), st.lists(st.floats(0, 9), min_size=1))
def test_each_call_is_sent_when_it_is_due_and_timed_from_then(arrivals, seconds):
    calls = loaded(arrivals, taking(*seconds))
    assert [call.intended_s for call in calls] == arrivals
    for number, call in enumerate(calls):
        assert call.late_ms == pytest.approx(0, abs=1e-3)
        assert call.latency_ms == pytest.approx(1000 * seconds[number % len(seconds)], abs=1e-3)


def test_a_server_that_stands_still_for_three_seconds_shows_in_p99():
    thaws_at = 33.0

    async def ask(number, clock):
        now = clock()
        await asyncio.sleep(thaws_at - now if 30 <= now < thaws_at else 0.01)
        return GOOD

    calls = loaded(drawn("constant", 200, 60, 1), ask)
    latencies = [call.latency_ms for call in calls]
    assert percentile(latencies, 0.99).value == pytest.approx(2_400, rel=0.02)
    assert percentile(latencies, 0.5).value == pytest.approx(10, abs=0.1)


def test_what_is_over_the_limit_is_dropped_and_says_so():
    calls = loaded([0.0, 0.1, 0.2, 1.5], taking(1.0), most_in_flight=2)
    assert [call.sent_s is None for call in calls] == [False, False, True, False]
    assert calls[2].latency_ms is None


def test_a_stopped_run_keeps_what_ended_and_what_was_under_way():
    calls = loaded([0.0, 1.0, 2.0, 3.0], taking(0.5, 60.0), stop_at=2.2, grace_s=1.0)
    assert [call.intended_s for call in calls] == [0.0, 1.0, 2.0]
    assert [call.ended_s is None for call in calls] == [False, True, False]


def test_what_does_not_end_within_the_grace_is_cut_off():
    calls = loaded([0.0], taking(600.0), grace_s=5.0)
    assert calls[0].sent_s == 0
    assert calls[0].ended_s is None


def test_a_fault_of_ours_ends_the_run_at_once():
    async def ask(number, clock):
        raise RuntimeError("a bug")

    with pytest.raises(RuntimeError, match="a bug"):
        loaded([0.0, 3_600.0], ask)


def test_each_call_is_told_as_it_ends():
    told = []
    loaded([0.0, 0.1], taking(5.0, 1.0), tell=lambda call: told.append(call.intended_s))
    assert told == [0.1, 0.0]
