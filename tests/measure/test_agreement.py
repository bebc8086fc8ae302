"""Cohen's kappa."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.measure.agreement import kappa

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
