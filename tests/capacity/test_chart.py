from datetime import date
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.capacity.chart import HEIGHT, WIDTH, chart
from scripts.capacity.growth import grow

TODAY = date(2026, 11, 21)


def drawn(need=72.0, quota=150.0, rate=0.1, months=12, declared=100.0):
    growth = grow(need, quota, rate=rate, months=months, today=TODAY)
    return growth, chart(growth, per_unit=1000, declared=declared, unit="TPM")


def points(found):
    return [tuple(map(float, pair.split(","))) for pair in found.curve.split()]


def test_the_curve_meets_the_quota_where_it_ends():
    growth, found = drawn()
    ends = next(day for day in found.days if day.kind == "error")
    assert ends.x == pytest.approx(WIDTH * growth.months_to_quota / 12)
    before = max(point for point in points(found) if point[0] <= ends.x)
    after = min(point for point in points(found) if point[0] >= ends.x)
    quota = next(level for level in found.levels if level.kind == "error")
    assert before[1] >= quota.y >= after[1]


def test_lines_say_their_numbers_in_the_unit_that_is_sold():
    assert [level.label for level in drawn()[1].levels] == ["quota 150,000", "declared 100,000"]


def test_a_day_to_ask_by_that_is_past_is_not_drawn():
    assert [day.kind for day in drawn(need=149)[1].days] == ["error"]


def test_a_quota_that_ends_later_has_no_line():
    assert drawn(rate=0.0)[1].days == []


@given(
    st.floats(0.1, 1e6),
    st.floats(0.1, 1e6),
    st.floats(0, 1),
    st.integers(1, 60),
    st.floats(1, 1e6),
)
def test_nothing_is_drawn_outside(need, quota, rate, months, declared):
    _, found = drawn(need, quota, rate, months, declared)
    assert all(0 <= x <= WIDTH + 0.1 and 0 <= y <= HEIGHT + 0.1 for x, y in points(found))
    assert all(0 <= level.y <= HEIGHT for level in found.levels)
    assert all(0 <= day.x <= WIDTH for day in found.days)
    ElementTree.fromstring(f'<svg><polyline points="{found.curve}"/></svg>')
