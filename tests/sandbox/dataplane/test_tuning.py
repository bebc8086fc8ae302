"""What a job shows of itself as time goes by."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.dataplane import tuning
from sandbox.dataplane.tuning import Plan

COURSE = ("pending", "running", "paused", "succeeded", "failed", "cancelled")
SECONDS = st.integers(0, 2000)
ERROR = {"code": "x", "message": "It broke.", "param": None}


@st.composite
def rows(draw):
    starts = draw(SECONDS)
    ends = starts + draw(SECONDS)
    error = draw(st.sampled_from([None, ERROR]))
    plan = Plan(
        starts=starts,
        ends=ends,
        steps=draw(st.integers(1, 90)),
        epochs=draw(st.integers(1, 9)),
        error=error,
        # Nobody cancels what has ended.
        cancelled=draw(st.none() | st.floats(0, max(0, (starts if error else ends) - 1))),
    )
    return {
        "id": "ftjob-1",
        "plan": plan.row,
        "model": "base.ft-1",
        "trained_tokens": 7,
        "results": "file-1",
        "job": {
            "id": "ftjob-1",
            "created_at": 0,
            "training_file": "file-0",
            "validation_file": draw(st.sampled_from([None, "file-2"])),
        },
    }


@given(rows(), SECONDS, SECONDS)
def test_a_job_never_goes_back_and_takes_back_nothing_it_told(row, one, other):
    since = row["plan"]["cancelled"] or 0
    before, after = (since + each for each in sorted((one, other)))
    statuses = [tuning.shown(row, now)["status"] for now in (before, after)]
    assert COURSE.index(statuses[0]) <= COURSE.index(statuses[1])
    told = tuning.events(row, before)
    assert tuning.events(row, after)[len(tuning.events(row, after)) - len(told) :] == told


@given(rows(), SECONDS)
def test_only_a_job_that_succeeded_has_a_model_of_its_own(row, now):
    job = tuning.shown(row, now)
    succeeded = job["status"] == "succeeded"
    assert (job["fine_tuned_model"] is not None) == succeeded
    assert ("base.ft-1" in tuning.made(row, now)) == succeeded
    assert (job["finished_at"] is not None) == (job["status"] in tuning.ENDED)


@given(rows(), st.floats(0, 1), st.floats(1, 500), SECONDS)
def test_a_pause_puts_off_all_that_comes_after_it_by_its_own_length(row, share, length, later):
    plan = Plan.of({**row, "plan": {**row["plan"], "cancelled": None, "error": None}})
    begun = plan.starts + share * (plan.ends - plan.starts)
    after = replace(plan, pauses=((begun, begun + length),))
    for step in range(1, plan.steps + 1):
        put_off = length if plan.step_at(step) > begun else 0
        assert after.step_at(step) == pytest.approx(plan.step_at(step) + put_off)
    assert after.step_by(begun) == plan.step_by(begun)
    standing = replace(plan, pauses=((begun, None),))
    assert standing.step_by(begun + later) == plan.step_by(begun)


@given(rows())
def test_events_come_in_the_order_of_time(row):
    times = [event["created_at"] for event in tuning.events(row, 10_000)]
    assert times == sorted(times, reverse=True)
