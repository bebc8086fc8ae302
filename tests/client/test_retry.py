"""Whether a call is made again, when, and to whom."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.client.outcome import OUTCOMES, THROTTLED
from scripts.client.retry import Course, Failure, Patience, Wait
from scripts.client.target import Key, Target

TARGETS = [
    Target(base_url=f"https://{region}.example/openai/v1/", model="chat-v3", token=Key("KEY"))
    for region in ("here", "there", "far")
]
SERVER = Failure(outcome="server", status=503)


def course(targets=1, now=0.0, **patience):
    return Course(TARGETS[:targets], Patience(**patience), now)


def waits(failure, course, now=0.0, chance=1.0):
    """Everything that is waited for, if every try fails like this, and where the last one was."""
    found = []
    while (wait := course.after(failure, now, chance)) is not None:
        found.append(wait.seconds)
        now += wait.seconds
    return found, course.target


@pytest.mark.parametrize(
    ("retry", "chance", "asked_s", "wait_s"),
    [
        (0, 0.5, None, 0.5),
        (1, 0.5, None, 1.0),
        (2, 0.5, None, 2.0),
        (9, 0.5, None, 10.0),
        (0, 0.0, None, 0.0),
        (0, 0.5, 0.3, 0.5),
        (0, 0.5, 7.0, 7.0),
        (0, 0.5, 61.0, 61.0),
    ],
)
def test_a_wait_is_drawn_below_a_doubling_bound_and_no_shorter_than_azure_asks(
    retry, chance, asked_s, wait_s
):
    assert Patience().wait_s(retry, chance, asked_s) == wait_s


@given(
    retry=st.integers(0, 1000),
    chance=st.floats(0, 1, exclude_max=True),
    asked_s=st.none() | st.floats(0, 1e6),
)
def test_no_wait_is_shorter_than_asked_for_nor_longer_than_that_or_twenty_seconds(
    retry, chance, asked_s
):
    wait_s = Patience().wait_s(retry, chance, asked_s)
    assert (asked_s or 0) <= wait_s <= max(asked_s or 0, min(20, 2**retry))


@given(
    failures=st.lists(
        st.builds(
            Failure,
            outcome=st.sampled_from([each for each in OUTCOMES if each != "ok"]),
            status=st.sampled_from([None, 400, 401, 403, 404, 408, 429, 500, 503]),
            retry_after_s=st.none() | st.floats(0, 100),
        ),
        min_size=20,
        max_size=20,
    ),
    chances=st.lists(st.floats(0, 1, exclude_max=True), min_size=20, max_size=20),
    durations=st.lists(st.floats(0, 40), min_size=20, max_size=20),
    targets=st.integers(1, 3),
)
def test_every_call_ends_within_its_deadline_and_its_tries(failures, chances, durations, targets):
    patience = Patience()
    way, now, tries = Course(TARGETS[:targets], patience, 0.0), 0.0, 0
    for failure, chance, took_s in zip(failures, chances, durations, strict=True):
        tries += 1
        now += min(took_s, way.left_s(now))  # a try is given no longer than is left
        wait = way.after(failure, now, chance)
        if wait is None:
            break
        now += wait.seconds
    assert wait is None
    assert now <= patience.deadline_s
    assert tries <= targets * (1 + patience.retries + 1)  # the last for a token renewed


@pytest.mark.parametrize(
    "failure",
    [
        Failure(outcome="server", status=500),
        Failure(outcome="server", status=503),
        Failure(outcome="timeout", status=408),
        Failure(outcome="timeout"),
        Failure(outcome="connection"),
        Failure(outcome="cut"),
        *(Failure(outcome=each, status=429) for each in sorted(THROTTLED)),
    ],
)
def test_what_may_pass_is_asked_three_times_more(failure):
    assert waits(failure, course()) == ([1, 2, 4], TARGETS[0])


@pytest.mark.parametrize(
    "failure",
    [
        Failure(outcome="request", status=400),
        Failure(outcome="request", status=403),
        Failure(outcome="request", status=404),
        Failure(outcome="request", status=409),
        Failure(outcome="filtered", status=400),
    ],
)
def test_what_stays_refused_is_not_asked_again(failure):
    assert waits(failure, course()) == ([], TARGETS[0])


def test_after_its_last_try_the_others_are_asked_in_their_order():
    assert waits(SERVER, course(3)) == ([1, 2, 4, 0, 1, 2, 4, 0, 1, 2, 4], TARGETS[2])


@pytest.mark.parametrize("status", [403, 404])
def test_another_account_may_have_the_role_or_the_deployment_that_is_missing_here(status):
    failure = Failure(outcome="request", status=status)
    assert waits(failure, course(2)) == ([0], TARGETS[1])


@pytest.mark.parametrize("outcome", ["request", "filtered"])
def test_a_bad_question_is_not_asked_elsewhere_either(outcome):
    assert waits(Failure(outcome=outcome, status=400), course(2)) == ([], TARGETS[0])


def test_a_refused_token_is_renewed_once_for_each_target():
    refused, way = Failure(outcome="request", status=401), course(2)
    said = [way.after(refused, 0.0, 1.0) for _ in range(4)]
    assert said == [Wait(renew_token=True), Wait(), Wait(renew_token=True), None]


def test_azure_is_waited_for_as_long_as_it_asks():
    failure = Failure(outcome="throttled_quota", status=429, retry_after_s=7)
    assert waits(failure, course(), chance=0.0) == ([7, 7, 7], TARGETS[0])


def test_a_wait_that_would_outlast_the_deadline_is_not_begun():
    failure = Failure(outcome="throttled_quota", status=429, retry_after_s=61)
    assert waits(failure, course(1)) == ([], TARGETS[0])
    assert waits(failure, course(2)) == ([0], TARGETS[1])


def test_after_the_deadline_nobody_else_is_asked():
    assert course(2).after(SERVER, 60.0, 0.0) is None
