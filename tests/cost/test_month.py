from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.cost.month import forecast, looked_at_since

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def at(day, hour=12, month=11):
    return datetime(2026, month, day, hour, tzinfo=UTC)


def test_a_month_is_what_was_spent_and_the_mean_of_seven_days_for_those_left():
    daily = {date(2026, 11, day): 10.0 for day in range(1, 14)}
    daily |= {date(2026, 11, day): 30.0 for day in range(14, 21)}
    daily[date(2026, 11, 21)] = 15.0
    found = forecast(daily, LONG_AGO, at(21))
    assert (found.spent, found.mean_day, found.full_days) == (130 + 210 + 15, 30, 7)
    assert found.days_left == 9.5
    assert found.monthly == 355 + 285
    assert found.as_thirty == 900


def test_on_the_first_day_the_last_days_of_the_month_before_count_for_the_mean_alone():
    daily = {date(2026, 10, day): 20.0 for day in range(25, 32)}
    found = forecast(daily, LONG_AGO, at(1, hour=0))
    assert (found.spent, found.days_left, found.monthly) == (0, 30, 600)


def test_days_before_there_was_anything_are_no_cheap_days():
    daily = {date(2026, 11, 19): 40.0, date(2026, 11, 20): 40.0}
    found = forecast(daily, at(18, hour=9), at(21))
    assert (found.full_days, found.mean_day) == (2, 40)


def test_a_quiet_day_is_a_day():
    assert forecast({date(2026, 11, 20): 70.0}, LONG_AGO, at(21)).mean_day == 10


def test_without_a_full_day_nobody_can_tell():
    assert forecast({date(2026, 11, 21): 5.0}, at(21, hour=1), at(21)) is None
    assert forecast({}, at(20, hour=1), at(21)) is None


@pytest.mark.parametrize(
    ("now", "since"), [(at(3), date(2026, 10, 27)), (at(21), date(2026, 11, 1))]
)
def test_as_many_days_are_asked_for_as_are_needed(now, since):
    assert looked_at_since(now) == since


@given(st.floats(0.1, 1e5), st.datetimes(datetime(2026, 2, 1), datetime(2027, 2, 1)))
def test_the_same_cost_every_day_comes_to_as_many_days_as_the_month_has(cost, moment):
    now = moment.replace(tzinfo=UTC, hour=0, minute=0, second=0, microsecond=0)
    daily = {(now - timedelta(days=n)).date(): cost for n in range(1, 40)}
    found = forecast(daily, LONG_AGO, now)
    days = (now.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    assert found.monthly == pytest.approx(days.day * cost)
