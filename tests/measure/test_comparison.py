"""Two samples beside each other, held against published vectors and scipy."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, mannwhitneyu

from scripts.measure.comparison import mcnemar, shift

STABLE = [812, 905, 990, 1043, 1120, 1187, 1260, 1394, 1522, 2210]
CANDIDATE = [930, 1015, 1108, 1199, 1251, 1340, 1466, 1583, 1777, 2955]
SAMPLE = st.lists(st.integers(0, 50).map(float), min_size=1, max_size=30)


def test_a_shift_is_hodges_and_lehmanns():
    found = shift(STABLE, CANDIDATE)
    assert (found.median, found.lower, found.upper) == (154.5, -172, 517)
    assert found.superiority == pytest.approx(0.64)


@given(SAMPLE, SAMPLE)
def test_superiority_is_mann_and_whitneys(first, second):
    u = mannwhitneyu(second, first).statistic
    assert shift(first, second).superiority == pytest.approx(u / len(first) / len(second))


@given(SAMPLE, SAMPLE)
def test_a_shift_turns_round_with_its_samples(first, second):
    there, back = shift(first, second), shift(second, first)
    assert (there.lower, there.median, there.upper) == (-back.upper, -back.median, -back.lower)


def test_an_empty_sample_has_no_shift():
    with pytest.raises(ValueError, match="empty"):
        shift([], [1.0])


def test_twelve_of_fifteen_is_hardly_chance():
    assert mcnemar(3, 12) == pytest.approx(0.017578, abs=1e-6)


@given(st.integers(0, 200), st.integers(0, 200))
def test_chance_is_what_scipys_binomial_says(only_first, only_second):
    discordant = only_first + only_second
    theirs = binomtest(only_second, discordant, alternative="greater").pvalue if discordant else 1.0
    assert mcnemar(only_first, only_second) == pytest.approx(theirs, abs=1e-9)
