import math
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.capacity.growth import DAYS_A_MONTH, grow, months_to_quota, need_after

TODAY = date(2026, 11, 21)


def test_growth_by_the_specifications_numbers():
    assert months_to_quota(72_000, 150_000, 0.10) == pytest.approx(7.70, abs=0.005)
    found = grow(72_000, 150_000, rate=0.10, months=12, today=TODAY)
    needs = [month.need for month in found.months]
    assert (needs[0], round(needs[6], -2), round(needs[12], -2)) == (72_000, 127_600, 226_000)


def test_the_day_that_the_quota_ends_and_the_day_to_ask_by():
    found = grow(72_000, 150_000, rate=0.10, months=12, today=TODAY, lead_days=30)
    assert found.ends == TODAY + timedelta(days=math.floor(7.70 * DAYS_A_MONTH))
    assert found.ask_by == found.ends - timedelta(days=30)
    assert found.ends_within


@pytest.mark.parametrize(("months", "within"), [(6, False), (7, False), (8, True), (12, True)])
def test_a_quota_that_lasts_beyond_the_horizon_does_not_end_within_it(months, within):
    assert grow(72_000, 150_000, rate=0.1, months=months, today=TODAY).ends_within == within


def test_what_is_over_already_ends_today_and_should_have_been_asked_for():
    found = grow(200, 100, rate=0.1, months=6, today=TODAY)
    assert (found.months_to_quota, found.ends) == (0, TODAY)
    assert found.ask_by < TODAY


@pytest.mark.parametrize(("need", "rate"), [(50, 0), (0, 0.5), (50, 1e-9)])
def test_what_does_not_grow_ends_on_no_day(need, rate):
    found = grow(need, 100, rate=rate, months=6, today=TODAY)
    assert (found.ends, found.ask_by, found.ends_within) == (None, None, False)


def test_a_need_that_is_the_quota_ends_today():
    assert months_to_quota(100, 100, 0.1) == 0


@given(st.floats(1, 1e6), st.floats(1, 1e6), st.floats(0.001, 2))
def test_after_so_many_months_the_need_is_the_quota(need, more, rate):
    quota = need + more
    assert need_after(need, rate, months_to_quota(need, quota, rate)) == pytest.approx(quota)
