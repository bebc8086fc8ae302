"""What is known of a share: published vectors, and scipy's own tests beside ours."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from scripts.measure.shares import Bounds, difference, exact, fewest_calls, wilson

COUNTS = st.integers(1, 2_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def close(bounds: Bounds, lower: float, upper: float) -> bool:
    return (bounds.lower, bounds.upper) == pytest.approx((lower, upper), abs=1e-6)


@pytest.mark.parametrize(
    ("bad", "calls", "lower", "upper"),
    [(0, 59, 0, 0.049508), (1, 93, 0.000551, 0.049994), (12, 200, 0.034982, 0.095401)],
)
def test_exact_bounds_are_clopper_and_pearsons(bad, calls, lower, upper):
    assert close(exact(bad, calls), lower, upper)


@pytest.mark.parametrize(
    ("good", "calls", "lower", "upper"),
    [(90, 100, 0.839644, 0.939281), (180, 200, 0.859593, 0.929729), (0, 60, 0, 0.043147)],
)
def test_score_bounds_are_wilsons(good, calls, lower, upper):
    assert close(wilson(good, calls), lower, upper)


@pytest.mark.parametrize(
    ("counts", "lower", "upper"),
    [
        ((56, 70, 48, 80), 0.052431, 0.333873),
        ((12, 200, 20, 1000), 0.012490, 0.082515),
        ((0, 60, 10, 1000), -0.018309, 0.050344),
    ],
)
def test_bounds_of_a_difference_are_newcombes(counts, lower, upper):
    assert close(difference(*counts), lower, upper)


@given(COUNTS)
def test_both_bounds_are_those_of_scipy(counts):
    bad, calls = counts
    test = binomtest(bad, calls)
    for method, ours in (("exact", exact), ("wilson", wilson)):
        theirs = test.proportion_ci(confidence_level=0.9, method=method)
        assert close(ours(bad, calls), theirs.low, theirs.high)


@given(COUNTS, st.sampled_from([0.05, 0.01, 1.74e-5]))
def test_a_smaller_error_leaves_more_open(counts, error):
    bad, calls = counts
    wide, narrow = exact(bad, calls, error), exact(bad, calls, 0.2)
    assert wide.lower <= narrow.lower <= bad / calls <= narrow.upper <= wide.upper


def test_of_no_calls_nothing_is_known():
    assert exact(0, 0) == wilson(0, 0) == Bounds(0.0, 1.0)
    assert difference(0, 0, 5, 100) == Bounds(-1.0, 1.0)


def test_counts_may_be_real_as_a_design_effect_makes_them():
    assert exact(12, 200).upper < exact(6.3, 105).upper < exact(6, 100).upper


@pytest.mark.parametrize("bounds", [exact, wilson])
@pytest.mark.parametrize(("some", "calls"), [(3, 2), (-1, 2), (float("nan"), 5)])
def test_more_than_all_is_no_count(bounds, some, calls):
    with pytest.raises(ValueError, match="no count"):
        bounds(some, calls)


def test_the_smallest_samples_are_the_tables():
    five = [59, 93, 124, 153, 181, 208, 234, 260, 286, 311, 336]
    assert [fewest_calls(0.05, bad) for bad in range(11)] == five
    assert [fewest_calls(0.05, bad, 0.01) for bad in range(3)] == [90, 130, 165]
    assert [fewest_calls(0.01, bad) for bad in range(4)] == [299, 473, 628, 773]


@pytest.mark.parametrize("limit", [0, 1, -0.1])
def test_no_sample_shows_that_nothing_ever_fails(limit):
    with pytest.raises(ValueError, match="no share"):
        fewest_calls(limit)
