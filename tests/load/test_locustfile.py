"""Locust's user: it sends its share by our own code, and tells Locust's listeners of each call."""

import httpx2
import pytest

from scripts.load import calls_file, connections
from scripts.load.brakes import Stop
from scripts.load.open_loop import Share
from scripts.load.sending import Work
from tests.load.answering import answering
from tests.load.runs import run
from tests.load.test_measure import TARGET, good

# By our own module, which keeps Locust from patching what other tests have imported already.
pytest.importorskip("scripts.load.locustfile", reason="the extra `load` is not installed")


@pytest.fixture
def asked(monkeypatch):
    """What the master and Locust's listeners hear of one worker's share."""
    from locust.env import Environment
    from locust.exception import StopUser

    from scripts.load.locustfile import Caller, Part

    def asked(handler, token=lambda: "a-token", **scenario):
        monkeypatch.setattr(connections, "connections", lambda endpoint: answering(handler))
        work = Work(scenario=run(**scenario).scenario, target=TARGET)
        part = Part(work=work, token=token, stop=Stop(), share=Share(1, 3))
        monkeypatch.setattr(Caller, "part", part, raising=False)
        environment = Environment(user_classes=[Caller])
        said, fired = [], []

        class Runner:
            def send_message(self, name, data):
                said.append((name, data))

        monkeypatch.setattr(environment, "runner", Runner())
        environment.events.request.add_listener(lambda **event: fired.append(event))
        user = Caller(environment)
        user.on_start()
        user.sending.join()
        with pytest.raises(StopUser):
            user.tell()
        return said, fired

    return asked


def test_a_worker_sends_its_share_and_tells_every_row(asked):
    said, fired = asked(good)
    rows = [row for name, data in said if name == "calls" for row in data["rows"]]
    assert sorted(calls_file.parsed(row).number for row in rows) == list(range(1, 300, 3))
    assert said[-1] == ("share-ended", {"failure": ""})
    assert [event["name"] for event in fired] == ["call"] * 100
    assert not any(event["exception"] for event in fired)


def test_locusts_listeners_hear_of_first_texts_and_of_failures(asked):
    stream = (
        'data: {"choices": [{"delta": {"content": "a"}}]}\n\n'
        'data: {"choices": [{"finish_reason": "stop"}], "usage": {"prompt_tokens": 1}}\n\n'
    )
    _, fired = asked(lambda request: httpx2.Response(200, text=stream), stream=True)
    assert {event["name"] for event in fired} == {"call", "first text"}
    first, whole = (
        sum(event["response_time"] for event in fired if event["name"] == name)
        for name in ("first text", "call")
    )
    assert 0 < first <= whole
    _, fired = asked(lambda request: httpx2.Response(503))
    assert {str(event["exception"]) for event in fired} == {"server"}


def test_a_worker_that_cannot_go_on_says_why(asked):
    def no_token():
        raise RuntimeError("nobody is signed in")

    said, _ = asked(good, token=no_token)
    assert said[-1] == ("share-ended", {"failure": "RuntimeError: nobody is signed in"})
