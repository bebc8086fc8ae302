"""The search for the knee."""

import pytest

from scripts.exit import Exit
from scripts.load.search import whole
from scripts.load.summary import summarise
from scripts.load.sweep import STEP, Stage, knee, problems, rates
from scripts.load.verdict import Objectives
from tests.load.calls import call, dropped, many
from tests.load.runs import run

WANTED = Objectives(latency_ms=3_000, error_share=0.05, throttled_share=0.05)


def summary(calls):
    return summarise(calls, from_s=0, until_s=60, objective_ms=WANTED.latency_ms)


def stage(rate, *said, cut_off=""):
    return Stage(calls_per_second=rate, summary=summary(many(100)), problems=said, cut_off=cut_off)


def test_each_stage_is_a_quarter_faster():
    first, second, third, *_ = rates(4)
    assert (first, second, third) == (4, 5, 6.25)
    assert list(rates(1))[-1] == pytest.approx(STEP**23)


@pytest.mark.parametrize(
    ("calls", "said"),
    [
        (many(100), []),
        (many(90) + many(10, took_s=4.0), ["p95 4000 ms"]),
        (many(94) + [call(outcome="server")] * 6, ["6.0% errors", "94% of the calls answered"]),
        (many(98) + [call(outcome="throttled_quota")] * 2, ["2.0% throttled"]),
        (many(94) + [dropped()] * 6, ["94% of the calls answered"]),
        ([call(outcome="throttled_quota")] * 9, ["no call was answered"]),
        ([], ["no call was answered"]),
    ],
)
def test_a_stage_says_why_it_is_too_much(calls, said):
    assert problems(summary(calls), WANTED) == said


def test_the_knee_is_before_the_first_that_does_not_hold():
    stages = [stage(1), stage(2), stage(3, "p95"), stage(4)]
    assert knee(stages) is stages[1]
    assert knee([stage(1, "p95")]) is None


@pytest.mark.parametrize(
    ("stages", "code"),
    [
        ([stage(1), stage(2, "p95")], Exit.YES),
        ([stage(1, "p95")], Exit.NO),
        ([stage(1), stage(2)], Exit.CANNOT_TELL),
        ([stage(1), stage(2, cut_off="SIGINT came")], Exit.CANNOT_TELL),
        ([stage(1), stage(2, "p95", cut_off="61 of 100 calls went wrong")], Exit.YES),
        ([], Exit.CANNOT_TELL),
    ],
)
def test_only_a_load_that_was_too_much_shows_how_much_is_borne(stages, code):
    swept = whole(run(), stages)
    assert swept.code == code
    assert swept.as_json()["exit_code"] == code


def test_a_sweep_that_was_cut_off_says_why_and_is_no_answer():
    swept = whole(run(), [stage(1), stage(2, cut_off="SIGINT came")])
    assert swept.partial
    assert swept.words == "cut off before it was too much: SIGINT came"
    assert not whole(run(), [stage(1), stage(2, "p95", cut_off="61 of 100 went wrong")]).partial
