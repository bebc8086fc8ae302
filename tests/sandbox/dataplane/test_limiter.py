import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.dataplane.limiter import (
    NEVER_FITS,
    Admitted,
    Bucket,
    Load,
    Provisioned,
    ProvisionedLimiter,
    Standard,
    StandardLimiter,
    Throttled,
    drained,
    for_limits,
)

ARRIVALS = st.lists(st.tuples(st.floats(0, 30), st.integers(1, 4000)), max_size=60)


def test_six_hundred_requests_a_minute_are_a_hundred_in_ten_seconds():
    gate = StandardLimiter(Standard(tokens=10**9, requests=600))
    answers = [gate.admit(Load(prompt=1, completion=0), 1000.0) for _ in range(101)]
    assert sum(isinstance(each, Admitted) for each in answers) == 100
    assert answers[-1] == Throttled("call", 10.0)


def test_the_fourth_call_of_3000_tokens_waits_until_the_first_is_a_minute_old():
    gate = StandardLimiter(Standard(tokens=10_000, requests=600))
    at = [1000.0, 1005.0, 1010.0, 1020.0]
    *admitted, refused = [gate.admit(Load(prompt=2000, completion=1000), now) for now in at]
    assert all(isinstance(each, Admitted) for each in admitted)
    assert refused == Throttled("token", 40.0)
    assert isinstance(gate.admit(Load(prompt=2000, completion=1000), 1060.0), Admitted)


def test_a_request_larger_than_the_whole_limit_is_told_to_come_back_tomorrow():
    gate = StandardLimiter(Standard(tokens=1000, requests=6))
    assert gate.admit(Load(prompt=1001, completion=0), 0.0) == Throttled("token", NEVER_FITS)


def test_a_single_request_a_minute_is_a_limit_too():
    gate = StandardLimiter(Standard(tokens=10_000, requests=1))
    assert isinstance(gate.admit(Load(prompt=1, completion=1), 5.0), Admitted)
    assert gate.admit(Load(prompt=1, completion=1), 25.0) == Throttled("call", 40.0)


def test_what_was_reserved_too_much_is_given_back():
    gate = StandardLimiter(Standard(tokens=1000, requests=600))
    admitted = gate.admit(Load(prompt=100, completion=900), 0.0)
    assert isinstance(gate.admit(Load(prompt=1, completion=0), 0.0), Throttled)
    admitted.correct(Load(prompt=100, completion=10), 1.0)
    assert gate.headers(1.0)["x-ratelimit-remaining-tokens"] == "890"


def test_more_capacity_keeps_what_was_taken():
    gate = StandardLimiter(Standard(tokens=1000, requests=600))
    gate.admit(Load(prompt=900, completion=0), 0.0)
    grown = for_limits(Standard(tokens=2000, requests=600), gate)
    assert grown.headers(0.0)["x-ratelimit-remaining-tokens"] == "1100"


@given(st.integers(1000, 20_000), st.integers(1, 600), ARRIVALS)
def test_no_minute_lets_in_more_than_the_limit(tokens, requests, arrivals):
    gate = StandardLimiter(Standard(tokens=tokens, requests=requests))
    now, let_in = 0.0, []
    for pause, cost in arrivals:
        now += pause
        if isinstance(gate.admit(Load(prompt=cost, completion=0), now), Admitted):
            let_in.append((now, cost))
    for start, _ in let_in:
        minute = [cost for at, cost in let_in if start <= at < start + 60]
        assert sum(minute) <= tokens
        assert len(minute) <= max(requests, 1)


@given(st.integers(1000, 20_000), ARRIVALS)
def test_who_waits_as_long_as_told_is_let_in(tokens, arrivals):
    gate = StandardLimiter(Standard(tokens=tokens, requests=600))
    now = 0.0
    for pause, cost in arrivals:
        now += pause
        answer = gate.admit(Load(prompt=cost, completion=0), now)
        if isinstance(answer, Throttled) and answer.seconds < NEVER_FITS:
            # A microsecond for what the sum of two floats may lose.
            now += answer.seconds + 1e-6
            assert isinstance(gate.admit(Load(prompt=cost, completion=0), now), Admitted)


@given(st.lists(st.tuples(st.floats(-200, 30), st.integers(1, 4000)), max_size=60))
def test_a_clock_that_is_set_back_breaks_nothing(arrivals):
    gate = StandardLimiter(Standard(tokens=10_000, requests=600))
    now = 10_000.0
    for pause, cost in arrivals:
        now += pause
        gate.admit(Load(prompt=cost, completion=0), now)
        assert 0 <= int(gate.headers(now)["x-ratelimit-remaining-tokens"]) <= 10_000


def test_provisioned_throughput_lets_in_until_it_is_full_and_drains_by_the_minute():
    gate = ProvisionedLimiter(Provisioned(tokens=6000, output_ratio=4))
    load = Load(prompt=1000, completion=500)  # weighs 3,000
    assert all(isinstance(gate.admit(load, 0.0), Admitted) for _ in range(3))
    assert gate.utilisation(0.0) == pytest.approx(1.5)
    assert gate.admit(load, 0.0) == Throttled("provisioned", 30.0)
    assert isinstance(gate.admit(load, 30.0), Admitted)


def full():
    gate = ProvisionedLimiter(Provisioned(tokens=6000, output_ratio=4))
    for _ in range(3):
        gate.admit(Load(prompt=3000, completion=0), 10_000.0)
    return gate


@pytest.mark.parametrize(
    ("moved", "utilisation"),
    [(-172_800, 0), (-61, 0), (-60, 1.5), (-1, 1.5), (30, 1), (172_800, 0)],
)
def test_a_provisioned_bucket_follows_a_clock_that_is_set_back_or_advanced(moved, utilisation):
    gate, now = full(), 10_000.0 + moved
    assert gate.utilisation(now) == pytest.approx(utilisation)
    assert isinstance(gate.admit(Load(prompt=1, completion=0), now), Admitted) == (utilisation <= 1)
    # From there on it drains as ever.
    assert gate.utilisation(max(now, 10_000.0) + 120) == 0


@given(st.lists(st.tuples(st.floats(-300, 300), st.integers(0, 5000)), max_size=60))
def test_no_course_of_the_clock_keeps_a_provisioned_bucket_full_for_more_than_its_time(arrivals):
    gate, now = ProvisionedLimiter(Provisioned(tokens=6000, output_ratio=4)), 10_000.0
    for pause, prompt in arrivals:
        now += pause
        answer = gate.admit(Load(prompt=prompt, completion=0), now)
        if isinstance(answer, Throttled):
            # As long as told, and the minute at most by which the clock was set back.
            later = now + answer.seconds + 60 + 1e-6
            assert isinstance(gate.admit(Load(prompt=0, completion=0), later), Admitted)
            now = later


def test_what_was_let_in_before_the_clock_was_set_back_is_corrected_no_more():
    gate = StandardLimiter(Standard(tokens=1000, requests=600))
    admitted = gate.admit(Load(prompt=100, completion=900), 10_000.0)
    gate.admit(Load(prompt=500, completion=0), 5000.0)
    admitted.correct(Load(prompt=100, completion=0), 5001.0)
    assert gate.headers(5001.0)["x-ratelimit-remaining-tokens"] == "500"


def test_cached_tokens_weigh_nothing_on_provisioned_throughput():
    gate = ProvisionedLimiter(Provisioned(tokens=6000, output_ratio=4))
    gate.admit(Load(prompt=3000, completion=0, cached=3000), 0.0)
    assert gate.utilisation(0.0) == 0


@given(st.floats(0, 1e6), st.floats(1, 1e6), st.floats(0, 1e4), st.floats(0, 1e4))
def test_a_bucket_drains_alike_in_one_step_and_in_two(level, rate, first, second):
    bucket = Bucket(level, 0.0)
    at_once = drained(bucket, rate, first + second)
    in_two = drained(drained(bucket, rate, first), rate, first + second)
    assert in_two.level == pytest.approx(at_once.level, abs=1e-3)
