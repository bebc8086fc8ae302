"""A run's numbers, made again from what it kept, however it ended."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.client.outcome import OUTCOMES
from scripts.exit import Exit
from scripts.load import calls_file
from scripts.load import run as runs_file
from scripts.load.call import Answer, Call, Tokens
from scripts.load.recompute import judged, recompute
from scripts.load.run import NoRun
from tests.load.runs import run

COUNTS = st.integers(0, 10_000)
TIMES = st.floats(0, 1e5, allow_nan=False)
ANSWERS = st.builds(
    Answer,
    outcome=st.sampled_from(OUTCOMES),
    status=st.none() | st.integers(200, 599),
    first_text_s=st.none() | TIMES,
    tokens=st.builds(Tokens, prompt=COUNTS, cached=COUNTS, answer=COUNTS, reasoning=COUNTS),
    retry_after_ms=st.none() | TIMES,
    utilisation=st.none() | TIMES,
    region=st.text(),
    spilled=st.booleans(),
)
CALLS = st.builds(
    Call,
    number=COUNTS,
    intended_s=TIMES,
    sent_s=st.none() | TIMES,
    ended_s=st.none() | TIMES,
    answer=st.none() | ANSWERS,
)


@given(CALLS)
def test_a_kept_call_is_the_call(call):
    assert calls_file.parsed(calls_file.written(call)) == call


def kept(folder, calls, **changes):
    """A run of sixty calls, one a second, that kept these."""
    began = run(calls_per_second=1.0, duration_s=60.0)
    runs_file.write(folder, began.model_copy(update=changes))
    with calls_file.CallsFile(folder) as file:
        for call in calls:
            file.add(call)
    return folder


def answered(*numbers, took_s=0.5):
    answer = Answer(outcome="ok", tokens=Tokens(prompt=100, answer=20))
    return [
        Call(number=n, intended_s=float(n), sent_s=float(n), ended_s=n + took_s, answer=answer)
        for n in numbers
    ]


def test_a_whole_run_is_judged_again_as_it_was(tmp_path):
    report = judged(kept(tmp_path, answered(*range(60)), ended=True))
    assert (report.code, report.summary.good, report.run.partial) == (Exit.YES, 60, False)


def test_calls_are_counted_in_whatever_order_they_ended(tmp_path):
    there, back = tmp_path / "there", tmp_path / "back"
    calls = answered(*range(60))
    found = [
        recompute(kept(folder, each, ended=True))
        for folder, each in ((there, calls), (back, calls[::-1]))
    ]
    assert found[0] == found[1]


def test_a_killed_run_counts_the_calls_that_were_under_way(tmp_path):
    report = judged(kept(tmp_path, answered(0, 1, 2, 4, 5, took_s=0.1)))
    assert (report.code, report.run.partial) == (Exit.CANNOT_TELL, True)
    assert (report.summary.good, report.summary.unfinished) == (5, 1)
    assert report.reasons[0].text.startswith("the run was cut off: it was killed")


def test_a_run_that_was_killed_before_its_first_call_ended_says_so(tmp_path):
    report = judged(kept(tmp_path, []))
    assert report.code == Exit.CANNOT_TELL
    with pytest.raises(ValueError, match="nothing to record"):
        recompute(tmp_path)


def test_a_line_that_was_torn_by_a_crash_is_none(tmp_path):
    kept(tmp_path, answered(*range(10)))
    with (tmp_path / "calls.jsonl").open("a") as file:
        file.write('{"number": 10, "intended_s": 1')
    assert judged(tmp_path).summary.good == 10


@pytest.mark.parametrize("line", ["{}", "nothing", "[1]", '{"number": 1, "answer": 3}'])
def test_a_line_that_is_no_call_is_told_with_its_number(tmp_path, line):
    kept(tmp_path, answered(0))
    with (tmp_path / "calls.jsonl").open("a") as file:
        file.write(line + "\n")
    with pytest.raises(NoRun, match=r"calls\.jsonl:2"):
        judged(tmp_path)


@pytest.mark.parametrize("text", ["{}", "nothing", '{"format": "plumb.load-run/2"}'])
def test_what_is_no_run_says_so(tmp_path, text):
    with pytest.raises(NoRun, match="Fix: name the folder of a load run"):
        judged(tmp_path)
    (tmp_path / "run.json").write_text(text)
    with pytest.raises(NoRun, match=r"run\.json.*Fix: measure again"):
        judged(tmp_path)


def test_a_run_is_kept_with_all_that_its_numbers_need(tmp_path):
    kept(tmp_path, [], cut_off="SIGINT came", ended=True)
    assert runs_file.read(tmp_path).cut_off == "SIGINT came"
    told = json.loads((tmp_path / "run.json").read_text())
    assert told["scenario"]["warm_up_s"] == 0
    assert told["objectives"]["latency_ms"] == 60_000
    assert told["price"]["currency"] == "USD"
