"""Answers from production, held against the evaluation that let them go there."""

import json
import math

import pytest

from scripts.evaluate.bar import bar
from scripts.evaluate.dataset import WrongDataset
from scripts.evaluate.online import Seen, judge_online, read, sampled
from scripts.evaluate.report import report
from scripts.evaluate.row import METRICS, Unjudged
from scripts.evaluate.summary import summarise
from scripts.exit import Exit
from tests.evaluate import folders
from tests.evaluate.rows import rows

RECORDED = dict.fromkeys(METRICS, 4.5)


def verdict(found, recorded=RECORDED):
    return judge_online(summarise(found), recorded, bar("prod"))[0]


@pytest.mark.parametrize(
    ("score", "wanted"), [(4.5, Exit.YES), (4.0, Exit.YES), (3.99, Exit.NO), (5, Exit.YES)]
)
def test_a_mean_may_lie_half_a_point_lower_and_no_more(score, wanted):
    assert verdict(rows(100, scores=score)) == wanted


@pytest.mark.parametrize("score", [Unjudged(reason="silent"), math.nan])
def test_a_silent_judge_cannot_tell(score):
    silent = [*rows(94), *rows(6, "s", scores=score)]
    assert verdict(silent) == Exit.CANNOT_TELL
    assert verdict(rows(100, scores=score)) == Exit.CANNOT_TELL


@pytest.mark.parametrize(("number", "wanted"), [(29, Exit.CANNOT_TELL), (30, Exit.NO)])
def test_a_few_bad_answers_are_no_regression(number, wanted):
    assert verdict(rows(number, scores=1)) == wanted


def test_without_an_evaluation_there_is_nothing_to_hold_them_against():
    assert verdict(rows(100), {}) == Exit.CANNOT_TELL
    assert verdict([], RECORDED) == Exit.CANNOT_TELL


def test_a_sample_that_was_cut_off_never_passes():
    found = summarise(rows(100))
    assert judge_online(found, RECORDED, bar("prod"), partial=True)[0] == Exit.CANNOT_TELL


def test_a_sample_is_always_the_same():
    seen = [Seen(id=str(n), query="?", answer="!") for n in range(300)]
    first = sampled(seen, 100)
    assert first == sampled(seen, 100)
    assert len({each.id for each in first}) == 100
    assert sampled(seen[:7], 100) == seen[:7]


def test_an_export_may_hold_more_than_is_asked_for_and_no_less(tmp_path):
    file = tmp_path / "export.jsonl"
    good = {"id": "1", "query": "When?", "answer": "Tomorrow.", "user": "b7"}
    file.write_text(f"{json.dumps(good)}\n\n{json.dumps({**good, 'answer': ''})}\n{{\n")
    with pytest.raises(WrongDataset) as wrong:
        read(file)
    assert [line.partition("export.jsonl")[2][:12] for line in str(wrong.value).splitlines()] == [
        ":3: answer: ",
        ":4: no JSON:",
    ]
    file.write_text(json.dumps(good))
    [found] = read(file)
    assert (found.item.tags, found.given.text) == (["typical"], "Tomorrow.")
    file.write_text("")
    with pytest.raises(WrongDataset, match="no answer in it"):
        read(file)


def test_a_run_online_speaks_of_production(tmp_path):
    kept = folders.run(tmp_path, rows(40, scores=3), recorded=RECORDED)
    found = report(kept)
    assert (found.code, found.words) == (Exit.NO, "it answers worse than it was evaluated")
    assert [*found.spent] == ["judge"]
