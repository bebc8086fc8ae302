"""When calls arrive."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.load.arrivals import drawn, replay

RATES = st.floats(0.5, 200)
PROCESSES = st.sampled_from(["poisson", "constant", "replay"])
PATTERN = [0.0, 0.1, 0.1, 0.4, 2.0]


@given(PROCESSES, RATES, st.floats(0.1, 30), st.integers(0, 9))
def test_arrivals_rise_within_the_run_and_are_the_same_for_a_seed(process, rate, duration_s, seed):
    times = drawn(process, rate, duration_s, seed, PATTERN)
    assert times == sorted(times) == drawn(process, rate, duration_s, seed, PATTERN)
    assert all(0 <= at <= duration_s for at in times)


def test_another_seed_is_another_run():
    assert drawn("poisson", 10, 60, 1) != drawn("poisson", 10, 60, 2)


def test_a_poisson_process_has_its_rate_and_its_scatter():
    times = drawn("poisson", 100, 600, 1)
    a_second = [0] * 600
    for at in times:
        a_second[int(at)] += 1
    mean = sum(a_second) / 600
    variance = sum((count - mean) ** 2 for count in a_second) / 600
    assert mean == pytest.approx(100, rel=0.02)
    assert variance == pytest.approx(mean, rel=0.15)  # a Poisson count's variance is its mean


@given(RATES, st.integers(1, 60))
def test_a_constant_process_has_its_number_of_calls(rate, duration_s):
    assert len(drawn("constant", rate, duration_s, 1)) == round(rate * duration_s)


@given(RATES)
def test_a_replayed_pattern_keeps_its_shape_at_another_rate(rate):
    times = replay(PATTERN, rate, 4 / rate)
    assert [at * rate for at in times[:4]] == pytest.approx([0, 0.2, 0.2, 0.8])


@pytest.mark.parametrize("pattern", [[], [1.0], [2.0, 1.0], [1.0, 1.0]])
def test_what_does_not_rise_is_no_pattern(pattern):
    with pytest.raises(ValueError, match="rising times"):
        replay(pattern, 1, 1)
