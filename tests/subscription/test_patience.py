"""What is asked again, for how long, and what is said when no answer came."""

import pytest
from azure.core.exceptions import (
    ClientAuthenticationError,
    HttpResponseError,
    ServiceRequestError,
    ServiceResponseTimeoutError,
)

from scripts.exit import Exit
from scripts.subscription.facts import Unknown
from scripts.subscription.patience import Patience


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def patience(time, seconds=60.0):
    return Patience(time.now + seconds, clock=lambda: time.now, sleep=time.sleep)


class Said:
    """An answer of ARM's, as its clients keep it in an error."""

    reason = "Reason"
    content_type = "application/json"

    def __init__(self, status, **headers):
        self.status_code = status
        self.headers = headers

    def text(self):
        return "{}"


def refused(status, message="said", **headers):
    return HttpResponseError(message=message, response=Said(status, **headers))


class Service:
    """Fails in these ways, one a call, and then answers."""

    def __init__(self, *failures):
        self.failures = list(failures)
        self.asked = []

    def __call__(self, seconds):
        self.asked.append(seconds)
        if self.failures:
            raise self.failures.pop(0)
        return "an answer"


@pytest.mark.parametrize(
    "failure",
    [refused(500), refused(503), refused(429), refused(408), ServiceRequestError("no way there")],
)
def test_what_passes_is_asked_again(failure):
    time, service = Time(), Service(failure)
    assert patience(time).ask("quota", service) == "an answer"
    assert len(service.asked) == 2


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409])
def test_a_refusal_is_taken_at_its_word(status):
    time, service = Time(), Service(refused(status))
    assert isinstance(patience(time).ask("quota", service), Unknown)
    assert (len(service.asked), time.slept) == (1, [])


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (refused(500), Exit.NOT_REACHED),
        (refused(503), Exit.NOT_REACHED),
        (refused(403), Exit.NOT_REACHED),
        (refused(401), Exit.NOT_REACHED),
        (ServiceRequestError("no way there"), Exit.NOT_REACHED),
        (ServiceResponseTimeoutError("late"), Exit.NOT_REACHED),
        (ClientAuthenticationError("nobody is signed in"), Exit.NOT_REACHED),
        (refused(429), Exit.CANNOT_TELL),
        (refused(404), Exit.CANNOT_TELL),
        (ValueError("no such word"), Exit.CANNOT_TELL),
    ],
)
def test_no_answer_is_an_unknown_with_what_was_asked_and_a_code(failure, code):
    answer = patience(Time()).ask("quota of swedencentral", Service(*[failure] * 5))
    assert isinstance(answer, Unknown)
    assert answer.reason.startswith("quota of swedencentral: ")
    assert answer.code == code


def test_it_waits_as_long_as_azure_asks_for():
    time = Time()
    patience(time).ask("quota", Service(refused(429, **{"Retry-After": "7"})))
    assert time.slept == [7]


def test_it_does_not_wait_beyond_the_deadline():
    time = Time()
    answer = patience(time, 5).ask("quota", Service(refused(429, **{"Retry-After": "7"})))
    assert isinstance(answer, Unknown)
    assert time.slept == []


def test_a_call_may_take_no_longer_than_what_is_left():
    time, service = Time(), Service()
    patience(time, 3).ask("quota", service)
    assert service.asked == [3]


@pytest.mark.parametrize(("took", "code"), [(19.9, Exit.CANNOT_TELL), (5, Exit.NOT_REACHED)])
def test_who_is_broken_off_by_the_deadline_is_late_and_not_out_of_reach(took, code):
    time = Time()

    def call(seconds):
        time.now += took
        raise ServiceResponseTimeoutError("read timed out")

    answer = Patience(time.now + 20, clock=lambda: time.now, sleep=time.sleep).ask("quota", call)
    assert answer.code == code


def test_after_the_deadline_nobody_is_asked():
    time, service = Time(), Service()
    answer = patience(time, 0).ask("quota", service)
    assert isinstance(answer, Unknown)
    assert answer.code == Exit.CANNOT_TELL
    assert service.asked == []


def test_what_a_role_lacks_is_named():
    message = (
        "(AuthorizationFailed) The client 'x' with object id 'y' does not have authorization to "
        "perform action 'Microsoft.CognitiveServices/locations/usages/read' over scope "
        "'/subscriptions/s' or the scope is invalid."
    )
    answer = patience(Time()).ask("quota", Service(refused(403, message)))
    assert answer.missing_action == "Microsoft.CognitiveServices/locations/usages/read"
    assert answer.fix.endswith("usages/read at /subscriptions/s")


def test_who_asks_too_often_is_told_to_wait():
    answer = patience(Time()).ask("quota", Service(*[refused(429)] * 5))
    assert answer.fix == "ask again in a minute"
