"""Which answers people are given to read."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.evaluate.review.sample import draw, opinion, precision_of, size_for
from tests.evaluate.rows import row, rows


def run(good, bad):
    return [*rows(good, "g"), *rows(bad, "b", scores=2)]


@pytest.mark.parametrize(
    ("found", "judge"),
    [
        (row(), "good"),
        (row(scores={"fluency": 3}), "bad"),
        (row(harms={"violence": 4}), "bad"),
        (row(tags=("adversarial",), jailbreak=True), "bad"),
        (row(checks={"citation": False}), "good"),
        (row(checks={"exact": False}, expect={"exact": True}), "bad"),
        (row(checks={"exact": True}, expect={"exact": True}), "good"),
        (row(checks={"refusal": False}, expect={"refusal": True}), "bad"),
        (row(judged=False), None),
        (row(outcome="filtered"), None),
        (row(outcome="server"), None),
        (replace(row(), answer=None), None),
    ],
)
def test_the_judges_opinion_is_of_what_it_judged_and_nothing_else(found, judge):
    assert opinion(found) == judge


def test_what_the_judge_refused_is_up_to_half_of_the_sample():
    for bad, read in ((0, 0), (3, 3), (50, 10)):
        drawn = draw(run(100, bad), 20, seed=1)
        assert (drawn.good, drawn.bad, len(drawn.rows)) == (100, bad, 20)
        assert sum(each.judge == "bad" for each in drawn.rows) == read


def test_where_little_is_good_more_of_the_rest_is_read():
    drawn = draw(run(4, 50), 20, seed=1)
    assert sum(each.judge == "bad" for each in drawn.rows) == 16


@given(st.integers(0, 30), st.integers(0, 30), st.integers(1, 80), st.integers())
def test_no_answer_is_read_twice_and_none_left_out_that_has_room(good, bad, size, seed):
    drawn = draw(run(good, bad), size, seed)
    ids = [each.row.item.id for each in drawn.rows]
    assert len(set(ids)) == len(ids) == min(size, good + bad)


def test_a_seed_is_a_sample_and_an_order_whatever_order_the_rows_come_in():
    ours = run(40, 10)
    drawn = draw(ours, 20, seed=1)
    assert draw(ours[::-1], 20, seed=1) == drawn
    assert draw(ours, 20, seed=2) != drawn
    judges = [each.judge for each in drawn.rows]
    assert judges != sorted(judges)
    assert judges != sorted(judges, reverse=True)


def test_a_finer_answer_takes_a_larger_sample():
    assert size_for(0.05, 10**9) == 139  # (1.96 / .05)^2 * .09
    assert size_for(0.05, 200) == 83
    assert size_for(0.07, 200) == 53
    assert size_for(0.05, 0) == 0


@given(st.floats(0.01, 0.5), st.integers(2, 10_000))
def test_the_sample_for_a_precision_has_it(precision, answers):
    size = size_for(precision, answers)
    assert 1 <= size <= answers
    assert precision_of(size, answers) <= precision + 1e-9
    if size > 1:
        assert precision_of(size - 1, answers) > precision - 1e-9
