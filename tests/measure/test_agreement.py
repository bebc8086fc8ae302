"""Cohen's kappa."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.measure.agreement import Stratum, agreement, kappa

RATED = st.lists(st.sampled_from("abc"), min_size=2, max_size=60)
RATINGS = RATED.filter(lambda ratings: len(set(ratings)) > 1)


def test_kappa_of_the_table():
    human = ["good"] * 48 + ["bad"] * 12
    judge = ["good"] * 45 + ["bad"] * 3 + ["good"] * 2 + ["bad"] * 10
    assert kappa(human, judge) == pytest.approx(0.747475, abs=1e-6)


@given(RATINGS)
def test_whoever_agrees_on_everything_has_one(ratings):
    assert kappa(ratings, ratings) == pytest.approx(1)


def test_chance_is_nothing():
    assert kappa(["a", "a", "b", "b"], ["a", "b", "a", "b"]) == pytest.approx(0)


@pytest.mark.parametrize(
    ("one", "other", "message"),
    [([], [], "no pairs"), (["a"], [], "no pairs"), (["a", "a"], ["a", "a"], "nothing to agree")],
)
def test_what_cannot_be_compared_is_no_agreement(one, other, message):
    with pytest.raises(ValueError, match=message):
        kappa(one, other)


def strata(both, only_one, only_other, neither):
    """Of a table in which all were rated by both."""
    whole = both + only_one + only_other + neither
    return (
        Stratum(share=(both + only_one) / whole, rated=both + only_one, good=both),
        Stratum(share=(only_other + neither) / whole, rated=only_other + neither, good=only_other),
    )


COUNT = st.integers(0, 40)


@given(COUNT, COUNT, COUNT, COUNT)
def test_where_all_is_rated_it_is_kappa_itself(both, only_one, only_other, neither):
    one = ["good"] * (both + only_one) + ["bad"] * (only_other + neither)
    other = ["good"] * both + ["bad"] * only_one + ["good"] * only_other + ["bad"] * neither
    if len(set(one)) < 2:
        return
    found = agreement(*strata(both, only_one, only_other, neither))
    assert found.kappa == pytest.approx(kappa(one, other))
    assert found.good == pytest.approx(other.count("good") / len(other))
    assert found.good_bounds.lower <= found.good_bounds.upper
    assert -1 <= found.kappa_bounds.lower <= found.kappa_bounds.upper <= 1


def test_the_bounds_of_a_large_table_are_those_of_theory():
    found = agreement(*strata(4500, 300, 200, 1000))
    assert found.kappa == pytest.approx(0.747475, abs=1e-6)
    # Fleiss, Cohen and Everitt's standard error is .010675; a little less, where what the one
    # finds good was counted and not drawn.
    assert found.kappa_bounds.lower == pytest.approx(0.7266, abs=0.002)
    assert found.kappa_bounds.upper == pytest.approx(0.7684, abs=0.002)


def test_a_part_stands_for_all_that_it_was_drawn_from():
    some = agreement(Stratum(share=0.95, rated=30, good=29), Stratum(share=0.05, rated=10, good=1))
    assert some.good == pytest.approx(0.95 * 29 / 30 + 0.05 * 0.1)
    more = agreement(
        Stratum(share=0.95, rated=300, good=290), Stratum(share=0.05, rated=100, good=10)
    )
    assert more.kappa == pytest.approx(some.kappa)
    assert some.kappa_bounds.lower < more.kappa_bounds.lower < more.kappa
    assert more.kappa < more.kappa_bounds.upper < some.kappa_bounds.upper


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        (Stratum(share=1.0, rated=40, good=40), Stratum(share=0.0, rated=0, good=0)),
        (Stratum(share=0.9, rated=40, good=40), Stratum(share=0.1, rated=0, good=0)),
        (Stratum(share=0.0, rated=0, good=0), Stratum(share=1.0, rated=9, good=0)),
        (Stratum(share=0.5, rated=0, good=0), Stratum(share=0.5, rated=0, good=0)),
    ],
)
def test_of_what_nobody_has_rated_nothing_is_said(good, bad):
    assert math.isnan(agreement(good, bad).kappa)


def test_what_was_seen_lies_within_its_bounds_at_the_edge_too():
    found = agreement(Stratum(share=0.99, rated=52, good=52), Stratum(share=0.01, rated=1, good=0))
    assert found.kappa == pytest.approx(1.0)
    assert found.kappa_bounds.upper == pytest.approx(1.0)
    assert found.kappa_bounds.lower < 0.6


def test_who_lets_all_pass_that_the_other_does_is_still_counted():
    whole = agreement(Stratum(share=1.0, rated=40, good=36), Stratum(share=0.0, rated=0, good=0))
    assert whole.good == pytest.approx(0.9)
    assert math.isnan(whole.kappa)
    assert whole.good_bounds.lower == pytest.approx(0.78, abs=0.02)
