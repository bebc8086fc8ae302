"""A judge is asked no faster than its deployment admits."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.evaluate.judges.pace import MINUTE_S, Pace
from tests.evaluate.judges.fakes import Clock


def entered(costs, tokens, requests=None):
    """When each was let in, in seconds from the first."""
    clock = Clock()
    pace = Pace(tokens, requests, clock, clock.wait)
    begun, times = clock.now, []
    for cost in costs:
        assert pace.enter(cost, math.inf)
        times.append(clock.now - begun)
    return times


def test_what_fits_into_a_minute_goes_at_once_and_the_rest_waits():
    assert entered([400, 400, 400, 200], tokens=1000) == [0, 0, 60, 60]


def test_requests_have_a_limit_of_their_own():
    assert entered([1, 1, 1], tokens=1000, requests=2) == [0, 0, 60]


def test_who_has_no_limit_waits_for_nothing():
    assert entered([10**9] * 3, tokens=None) == [0, 0, 0]


@given(
    st.lists(st.tuples(st.integers(1, 1000), st.floats(0, 30)), max_size=30),
    st.integers(1000, 3000),
    st.none() | st.integers(1, 5),
)
def test_no_minute_ever_takes_more_than_the_limits(asked, tokens, requests):
    clock = Clock()
    pace = Pace(tokens, requests, clock, clock.wait)
    let_in = []
    for cost, pause in asked:
        clock.now += pause
        assert pace.enter(cost, math.inf)
        let_in.append((clock.now, cost))
    for at, _ in let_in:
        minute = [cost for when, cost in let_in if at <= when < at + MINUTE_S - 1e-6]
        assert sum(minute) <= tokens
        assert requests is None or len(minute) <= requests


def test_nobody_waits_longer_than_there_is_time():
    clock = Clock()
    pace = Pace(1000, None, clock, clock.wait)
    assert pace.enter(1000, clock.now)
    assert not pace.enter(1, clock.now + 59)
    assert clock.waited == 0
    assert pace.enter(1, clock.now + 61)


def test_who_is_told_to_stop_is_not_let_in():
    clock = Clock()
    pace = Pace(1000, None, clock, lambda _: True)
    assert pace.enter(1000, math.inf)
    assert not pace.enter(1000, math.inf)


@pytest.mark.parametrize(("cost", "ever"), [(1000, True), (1001, False)])
def test_what_is_larger_than_the_limit_is_never_let_in(cost, ever):
    clock = Clock()
    pace = Pace(1000, None, clock, clock.wait)
    assert pace.fits(cost) == ever
    assert pace.enter(cost, math.inf) == ever
