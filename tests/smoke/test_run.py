"""A run ends: with all that was asked, by its deadline, or when somebody stops it."""

import signal
import threading

import pytest

from scripts.exit import Exit
from scripts.smoke.facts import Call, Ended, KeyAnswer, Listed, Token
from scripts.smoke.judgement import Facts
from scripts.smoke.report import report
from scripts.smoke.run import Stop, carry_out, pulled_from_outside
from tests.smoke.good_run import ACCOUNT, answer, call, chat, declared, embed, good_facts, plan


class Clock:
    """Time that a test lets pass."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


class Ways:
    """An Azure in memory in which all is well, but for what a test changes."""

    def __init__(self, planned):
        self.plan = planned
        self.facts = list(good_facts(planned))
        self.token_fact = Token()
        self.asked = []
        self.changed = lambda call: call

    def token(self):
        return self.token_fact

    def account(self, account, deployment):
        kinds = ("reach", "state", "key")
        yield from (each for each in self.facts if each.fact in kinds)

    def wire(self, account):
        return self

    def ask(self, subject, target, question, *, left_s, answer_tokens=500):
        self.asked.append((subject, target.subject, question.kind))
        if question.kind == "spillover":
            found = call("spillover", "", subject, target.subject)
        else:
            found = answer(target, question).model_copy(update={"subject": subject})
        return self.changed(found)

    def listed(self, account):
        return Listed(account=account.name, deployments=["chat-v4"])

    def route(self, route, left_s):
        own = ("flag", "evaluated")
        yield from (each for each in self.facts if each.fact in own)
        for each in self.facts:
            if isinstance(each, Call) and each.subject == route.subject:
                yield each

    def traces(self, left_s):
        yield from (each for each in self.facts if each.fact in ("sent", "rows"))


def ran(ways, stop=None):
    told = []
    carry_out(ways.plan, ways, stop or Stop(until=1e9), told.append)
    return told


def test_a_good_run_is_a_yes():
    told = ran(Ways(plan()))
    assert report(plan(), Facts(told)).code == Exit.YES
    assert told[-1] == Ended()


def test_without_a_token_nothing_is_asked():
    ways = Ways(plan())
    ways.token_fact = Token(error="no token: x")
    assert ran(ways) == [ways.token_fact, Ended()]
    assert ways.asked == []


def test_each_deployment_is_timed_three_times_after_a_warm_up_and_before_all_else():
    ways = Ways(plan())
    ran(ways)
    kinds = [kind for subject, _, kind in ways.asked if subject == "primary/chat-v3"]
    assert kinds[:4] == ["warm-up", *["chat"] * 3]
    assert sorted(kinds[4:]) == sorted(["stream", "schema", *["style", "filter"] * 2])


def test_what_is_not_there_is_asked_once_and_looked_up():
    ways = Ways(plan())
    ways.changed = lambda call: call.model_copy(update={"outcome": "request", "status": 404})
    told = ran(ways)
    assert len([each for each in told if isinstance(each, Listed)]) == 2
    assert len(ways.asked) == 2
    assert report(plan(), Facts(told)).code == Exit.NO


@pytest.mark.parametrize("after", [0, 1, 5, 9])
def test_a_deadline_ends_a_run_wherever_it_is_and_is_never_a_yes(after):
    clock = Clock()
    stop, ways = Stop(until=100, clock=clock), Ways(plan())

    def slow(call):
        if len(ways.asked) > after:
            clock.now = 101
        return call

    ways.changed = slow
    told = ran(ways, stop)
    assert told[-1] == Ended(cut_off="its deadline has passed")
    assert report(plan(), Facts(told)).code == Exit.CANNOT_TELL


def test_one_deployment_takes_a_minute_at_most_and_leaves_the_others_their_time():
    clock = Clock()
    stop, ways = Stop(until=1e9, clock=clock), Ways(plan(targets=[chat()], routes=[]))

    def slow(call):
        clock.now += 25
        return call

    ways.changed = slow
    told = ran(ways, stop)
    assert len(ways.asked) == 3
    assert report(ways.plan, Facts(told)).code == Exit.CANNOT_TELL
    assert told[-1] == Ended()


def test_who_hangs_does_not_keep_a_run_from_its_end():
    stop, ways, hangs = Stop(until=1e9), Ways(plan()), threading.Event()

    def hang(call):
        stop.pull("SIGINT came")
        hangs.wait(20)
        return call

    ways.changed = hang
    told = ran(ways, stop)
    hangs.set()
    assert told[-1] == Ended(cut_off="SIGINT came")


def test_ctrl_c_and_a_kill_are_heard_and_the_handlers_put_back():
    before = signal.getsignal(signal.SIGTERM)
    for each in (signal.SIGINT, signal.SIGTERM):
        stop = Stop(until=1e9)
        with pulled_from_outside(stop):
            signal.raise_signal(each)
        assert (stop.why, stop.left_s()) == (f"{each.name} came", 0)
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_mistake_of_ours_is_not_swallowed():
    ways = Ways(plan())

    def fail(call):
        raise RuntimeError("a mistake")

    ways.changed = fail
    with pytest.raises(RuntimeError, match="a mistake"):
        ran(ways)


def test_from_outside_what_is_closed_is_asked_once_and_must_refuse():
    closed = plan(
        accounts=[ACCOUNT.model_copy(update={"private": True, "public": False})],
        outside=True,
        traces=False,
        routes=[],
    )
    ways = Ways(closed)
    refusal = {"outcome": "request", "status": 403, "said": "Public access is disabled."}
    ways.changed = lambda call: call.model_copy(update=refusal)
    told = ran(ways)
    assert [subject for subject, _, _ in ways.asked] == ["primary"]
    assert report(closed, Facts(told)).code == Exit.YES
    ways.changed = lambda call: call
    assert report(closed, Facts(ran(ways))).code == Exit.NO


def test_a_reserved_deployment_is_filled_until_one_call_spills_over():
    reserved = chat(declared=declared(spillover="chat-v3", capacity=50))
    ways = Ways(plan(targets=[reserved, embed()], spillover=True))
    fill = iter(range(99))

    def spill(call):
        if call.kind == "spillover" and next(fill) == 3:
            pair = {
                "x-ms-spillover-from-deployment": "chat-v3",
                "x-ms-deployment-name": "chat-v3",
            }
            return call.model_copy(update={"headers": pair})
        return call

    ways.changed = spill
    told = ran(ways)
    assert [kind for _, _, kind in ways.asked].count("spillover") == 8
    assert report(ways.plan, Facts(told)).code == Exit.YES


def test_keys_are_tried_at_the_account_alone():
    told = ran(Ways(plan()))
    assert len([each for each in told if isinstance(each, KeyAnswer)]) == 1
