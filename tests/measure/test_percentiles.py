"""Percentiles and the values that bound them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.measure.percentiles import percentile, ranks
from scripts.measure.shares import exact


@pytest.mark.parametrize(
    ("calls", "bounding"),
    [(59, (53, 59)), (100, (91, 99)), (200, (185, 196)), (600, (561, 580)), (1000, (938, 962))],
)
def test_the_bounding_ranks_are_the_tables(calls, bounding):
    assert ranks(calls, 0.95) == bounding


@given(st.integers(59, 3_000))
def test_a_bound_says_of_p95_what_the_share_of_slow_calls_says(calls):
    _, upper = ranks(calls, 0.95)
    slow = calls - upper  # all that are slower than the upper bound itself
    assert exact(slow, calls).upper <= 0.05 < exact(slow + 1, calls).upper


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=300), st.sampled_from([0.5, 0.95, 0.99]))
def test_a_percentile_lies_between_its_bounds_and_over_its_share(sample, share):
    found = percentile(sample, share)
    assert found.lower <= found.value <= found.upper
    assert sum(value <= found.value for value in sample) >= share * len(sample) - 1e-9
    assert sum(value < found.value for value in sample) < share * len(sample) + 1e-9


def test_one_call_is_every_percentile_of_itself():
    assert percentile([7.0], 0.99).value == 7.0


def test_of_nothing_there_is_no_percentile():
    with pytest.raises(ValueError, match="nothing was measured"):
        percentile([], 0.5)
