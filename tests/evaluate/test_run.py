"""Questions are asked once, answers kept before they are judged, and a run ends when it is told."""

import threading
from dataclasses import replace

import pytest

from scripts.evaluate.row import Unjudged, Usage
from scripts.evaluate.run import HOPELESS, ask_all, at_once, judge_all, unanswered
from scripts.evaluate.spread import spread
from scripts.evaluate.timing import Timing
from tests.evaluate import folders
from tests.evaluate.rows import row, rows


def quiet(what, many):
    return lambda: None


def endless():
    return Timing(until=1e9, clock=lambda: 0.0)


class Scripted:
    """A judge that says what a row says; of others it says nothing, or breaks."""

    def __init__(self, *known, breaks=()):
        self.known = {each.item.id: each.judged for each in known}
        self.breaks = breaks
        self.asked = []

    def judge(self, item, answer):
        self.asked.append(item.id)
        if item.id in self.breaks:
            raise RuntimeError("out of order")
        return self.known[item.id]


def asked_again(kept, answers):
    """What is asked of a run, and answered with these."""
    asked = []

    def ask(item):
        asked.append(item.id)
        return answers[item.id]

    questions = kept.dataset()
    ask_all(kept, "target", unanswered(kept, "target", questions), ask, 2, endless(), quiet)
    return sorted(asked)


def test_all_is_asked_at_first_and_nothing_twice(tmp_path):
    wanted = rows(4)
    kept = folders.begun(tmp_path, folders.questions(wanted))
    answers = {each.item.id: each.answer for each in wanted}
    assert asked_again(kept, answers) == ["q0", "q1", "q2", "q3"]
    assert asked_again(kept, answers) == []


def test_what_failed_is_asked_again_and_what_was_blocked_is_not(tmp_path):
    first = [row("ok"), row("blocked", outcome="filtered"), row("lost", outcome="throttled_quota")]
    kept = folders.run(tmp_path, first)
    assert asked_again(kept, {"lost": row("lost").answer}) == ["lost"]
    assert kept.rows("target", kept.dataset())[2].answer == row("lost").answer


def test_only_answers_without_all_their_scores_are_judged(tmp_path):
    wanted = [
        row("done"),
        row("new", judged=False),
        row("half", scores={"fluency": Unjudged(reason="no JSON")}),
        row("lost", outcome="server"),
        row("blocked", outcome="filtered"),
    ]
    kept = folders.run(tmp_path, wanted)
    judge = Scripted(row("new"), row("half"))
    judge_all(kept, "target", kept.dataset(), judge, 2, endless(), quiet)
    assert sorted(judge.asked) == ["half", "new"]
    found = {each.item.id: each.score("fluency") for each in kept.rows("target", kept.dataset())}
    assert found == {"done": 5, "new": 5, "half": 5, "lost": None, "blocked": None}


def test_what_was_judged_twice_is_paid_for_twice(tmp_path):
    def at(tokens, **more):
        found = row("q", **more)
        return replace(found, judged=replace(found.judged, usage=Usage(prompt=tokens)))

    kept = folders.run(tmp_path, [at(30, scores={"fluency": Unjudged(reason="no JSON")})])
    judge_all(kept, "target", kept.dataset(), Scripted(at(12)), 1, endless(), quiet)
    [found] = kept.rows("target", kept.dataset())
    assert found.judged.usage.prompt == 42


def test_a_judge_that_breaks_has_said_nothing_and_the_others_are_judged(tmp_path):
    wanted = [row("a", judged=False), row("b", ("adversarial",), judged=False)]
    kept = folders.run(tmp_path, wanted)
    judge = Scripted(row("a"), breaks=["b"])
    judge_all(kept, "target", kept.dataset(), judge, 1, endless(), quiet)
    first, second = kept.rows("target", kept.dataset())
    assert first.score("fluency") == 5
    assert second.is_broken is None
    assert second.judged.jailbreak == Unjudged(reason="the judge failed: RuntimeError")


def test_what_is_done_is_kept_when_a_run_is_told_to_end(tmp_path):
    kept = folders.begun(tmp_path, folders.questions(rows(9)))
    time = endless()

    def ask(item):
        time.stop.set()
        return row(item.id).answer

    ask_all(kept, "target", unanswered(kept, "target", kept.dataset()), ask, 1, time, quiet)
    assert len(unanswered(kept, "target", kept.dataset())) == 8


@pytest.mark.parametrize(("first", "all_asked"), [("connection", False), ("filtered", True)])
def test_what_answers_nothing_is_not_asked_for_ever(tmp_path, first, all_asked):
    kept = folders.begun(tmp_path, folders.questions(rows(30)))
    heard = threading.Semaphore(1)  # so that nobody is asked before the last answer was heard

    def ask(item):
        heard.acquire()
        return row(item.id, outcome=first if item.id == "q0" else "connection").answer

    def tell(what, many):
        return heard.release

    ask_all(kept, "target", unanswered(kept, "target", kept.dataset()), ask, 1, endless(), tell)
    answers = [each.answer for each in kept.rows("target", kept.dataset())]
    asked = sum(answer is not None for answer in answers)
    assert asked == 30 if all_asked else HOPELESS <= asked < 15


def test_nothing_is_begun_when_the_time_is_over():
    time = Timing(until=0.0, clock=lambda: 1.0)
    time.stop.set()
    assert [*spread(range(3), lambda n: n, 2, time)] == []


def test_what_hangs_is_left_behind_after_the_grace():
    times = iter([0.0, 0.0, 2.0, 2.0, 2.0, 9.0])
    time = Timing(until=1.0, clock=lambda: next(times, 99.0))
    for_ever = threading.Event()
    assert [*spread([1], lambda _: for_ever.wait(), 1, time, grace_s=5)] == []
    assert time.stop.is_set()
    for_ever.set()


def test_a_mistake_of_ours_is_no_answer():
    def broken(_):
        raise KeyError("oops")

    with pytest.raises(KeyError, match="oops"):
        [*spread(range(5), broken, 2, endless())]


def test_everything_comes_back_once():
    assert sorted(spread(range(50), lambda n: n * n, 7, endless())) == [n * n for n in range(50)]


@pytest.mark.parametrize(
    ("minute", "call", "calls"),
    [
        (30_000, 1_000, 3),
        (150_000, 1_000, 13),
        (1_000, 5_000, 1),
        (None, 1_000, 16),
        (10**9, 1, 16),
    ],
)
def test_no_more_is_under_way_than_a_minute_admits(minute, call, calls):
    assert at_once(minute, call) == calls
