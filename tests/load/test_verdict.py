"""Whether a run shows that the objectives hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.exit import Exit
from scripts.load.summary import summarise
from scripts.load.verdict import Objectives, judge
from tests.load.calls import call, dropped, many, unfinished

WANTED = Objectives(latency_ms=3_000, error_share=0.05, throttled_share=0.05)


def judged(calls, partial=False):
    found = summarise(calls, from_s=0, until_s=60, objective_ms=WANTED.latency_ms)
    return judge(found, WANTED, partial=partial)


def mixed(good, **bad):
    """So many good calls, and so many of each outcome."""
    return many(good) + [call(outcome=outcome) for outcome, n in bad.items() for _ in range(n)]


@pytest.mark.parametrize(
    ("calls", "code"),
    [
        (mixed(59), Exit.YES),
        (mixed(58), Exit.CANNOT_TELL),
        (mixed(58, server=1), Exit.CANNOT_TELL),
        (mixed(92, server=1), Exit.YES),
        (mixed(87, server=13), Exit.NO),
        (mixed(87, throttled_quota=13), Exit.NO),
        (mixed(196, throttled_quota=4), Exit.YES),
        (mixed(180, filtered=20), Exit.YES),
        (mixed(0, throttled_quota=100), Exit.NO),
        (mixed(0, filtered=100), Exit.CANNOT_TELL),
        (many(100, took_s=3.1), Exit.NO),
        (many(100) + many(13, took_s=3.1), Exit.NO),
        (many(100) + many(5, took_s=3.1), Exit.CANNOT_TELL),
        ([], Exit.CANNOT_TELL),
    ],
)
def test_a_verdict_is_as_sure_as_its_calls(calls, code):
    assert judged(calls)[0] == code


def test_a_cut_off_run_never_passes():
    assert judged(mixed(600), partial=True)[0] == Exit.CANNOT_TELL
    assert judged(mixed(0, server=600), partial=True)[0] == Exit.NO


def test_a_dropped_call_fails_the_run():
    code, reasons = judged([*mixed(600), dropped()])
    assert code == Exit.NO
    assert any("1 calls were not sent" in reason.text for reason in reasons)


def test_a_generator_that_is_late_measures_itself():
    code, reasons = judged(many(600, sent_late_s=0.061))
    assert code == Exit.CANNOT_TELL
    assert "Fix: a lower rate" in reasons[0].text


def test_a_failed_call_is_no_fast_one():
    *_, slow = judged(mixed(200, server=4))[1]
    assert slow.text.startswith("slower than 3000 ms: 4 of 204")


@given(st.integers(0, 300), st.integers(0, 60), st.integers(0, 60))
def test_more_errors_never_make_a_verdict_better(good, errors, more):
    worse = {Exit.YES: 0, Exit.CANNOT_TELL: 1, Exit.NO: 2}
    before, _ = judged(mixed(good + more, server=errors))
    after, _ = judged(mixed(good, server=errors + more))
    assert worse[after] >= worse[before]


def test_a_call_that_never_ended_leaves_a_whole_run_undecided():
    code, reasons = judged([*mixed(600), unfinished()])
    assert code == Exit.CANNOT_TELL
    assert reasons[0].text == "what became of 1 calls is not known. Fix: run it again"


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        ([call(outcome="connection")] * 60, Exit.NOT_REACHED),
        ([call(outcome="request", status=401)] * 60, Exit.NOT_REACHED),
        ([call(outcome="request", status=403)], Exit.NOT_REACHED),
        ([call(outcome="request", status=404)] * 60, Exit.NO),
        ([*many(60), *[call(outcome="connection")] * 60], Exit.NO),
    ],
)
def test_who_was_never_let_through_has_learnt_nothing_of_the_model(bad, code):
    assert judged(bad)[0] == code
