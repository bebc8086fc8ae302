"""Several processes that send one run: who may join, and what the one that leads makes of them."""

import subprocess
import sys
from types import SimpleNamespace

import pytest

from components.stack_file import ROOT
from scripts.load import calls_file
from scripts.load.brakes import Stop
from scripts.load.crowd import Lead, NoCrowd, OtherWork
from tests.load.calls import call


class Workers:
    """What Locust's master knows of two workers, who say what a script has them say.

    Each step is one look at them.
    """

    def __init__(self, *script, names=("one", "two")):
        self._heard = {}
        self._script = iter(script)
        self.sent = []
        self.clients = SimpleNamespace(missing=[])
        self.greenlet = SimpleNamespace(join=self._step)
        self.names = names

    def register_message(self, name, hear):
        self._heard[name] = hear

    def send_message(self, name, data, client_id=None):
        self.sent.append((name, client_id, data))

    def start(self, count, spawn_rate):
        self.sent.append(("start", None, count))

    def _step(self, timeout):
        step = next(self._script, None)
        if step:
            step(self)

    def say(self, who, name, **data):
        self._heard[name](environment=None, msg=SimpleNamespace(node_id=who, data=data))


def asks(who, digest="same"):
    return lambda workers: workers.say(who, "asks", digest=digest)


def tells(who, *calls):
    rows = [calls_file.written(each) for each in calls]
    return lambda workers: workers.say(who, "calls", rows=rows)


def ends(who, failure=""):
    return lambda workers: workers.say(who, "share-ended", failure=failure)


def is_lost(who):
    return lambda workers: workers.clients.missing.append(SimpleNamespace(id=who))


def led(*script):
    """What the master was told, why it stopped, and what it said."""
    workers = Workers(asks("one"), asks("two"), *script)
    lead, stop, told = Lead(workers, "same"), Stop(), []
    lead.gather(2, within_s=60.0)
    lead.send(stop, told.append)
    return told, stop.why, workers.sent


FIRST, SECOND = call(at=1.0), call(at=2.0, first_text_s=2.1)


def test_every_call_of_every_worker_is_told_as_it_was():
    told, why, _ = led(tells("one", FIRST), tells("two", SECOND), ends("one"), ends("two"))
    assert (told, why) == ([FIRST, SECOND], "")


def test_each_worker_has_every_nth_call():
    *_, sent = led(ends("one"), ends("two"))
    assert sent == [
        ("share", "one", {"first": 0, "of": 2}),
        ("share", "two", {"first": 1, "of": 2}),
        ("start", None, 2),
    ]


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ([is_lost("two"), ends("one")], "1 of 2 workers are lost"),
        ([ends("two", "OSError: no more files"), ends("one")], "a worker failed: OSError"),
    ],
)
def test_a_run_without_one_of_its_workers_is_cut_off_and_keeps_what_came(script, said):
    told, why, sent = led(tells("one", FIRST), *script)
    assert told == [FIRST]
    assert why.startswith(said)
    assert ("end-share", None, {"why": why}) in sent


def test_a_stop_is_passed_on_and_the_last_calls_are_waited_for():
    workers = Workers(asks("one"), asks("two"))
    lead, stop, told = Lead(workers, "same"), Stop(), []
    lead.gather(2, within_s=60.0)
    stop.pull("SIGINT came")
    workers._script = iter([tells("one", FIRST), ends("one"), ends("two")])
    lead.send(stop, told.append)
    assert told == [FIRST]
    assert workers.sent[-1] == ("end-share", None, {"why": "SIGINT came"})


def test_too_few_workers_are_no_crowd():
    with pytest.raises(NoCrowd, match="1 of 2 workers came"):
        Lead(Workers(asks("one")), "same").gather(2, within_s=0.01)


def test_who_would_ask_something_else_may_not_join():
    with pytest.raises(OtherWork, match="Fix: the same scenario file"):
        Lead(Workers(asks("one"), asks("two", "other")), "same").gather(2, within_s=60.0)


PROVED_ELSEWHERE = """
import sys, threading
import scripts.cli, scripts.load.command, scripts.load.measure, scripts.load.crowd
assert "gevent" not in sys.modules and "locust" not in sys.modules
thread, socket = threading.Thread, __import__("socket").socket
import scripts.load.locustfile
from gevent import monkey
assert "locust" in sys.modules and not monkey.saved
assert threading.Thread is thread and __import__("socket").socket is socket
"""


def test_nothing_is_patched_for_locust_and_nobody_else_loads_it():
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", PROVED_ELSEWHERE], cwd=ROOT)
    assert done.returncode == 0
