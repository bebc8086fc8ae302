"""What a run keeps: rows as they come, torn ones mended, and numbers made again from them."""

import math

import pytest

from components.evidence_kinds import Evaluation
from scripts.evaluate.kept import Kept, NoRun, as_json
from scripts.evaluate.recompute import recompute
from scripts.evaluate.report import report
from scripts.evaluate.row import Judged, Unjudged
from scripts.exit import Exit
from tests.evaluate import folders
from tests.evaluate.rows import enough, row, rows


def test_rows_come_back_as_they_were_kept(tmp_path):
    wanted = [*rows(3), row("lost", outcome="server"), row("silent", judged=False)]
    kept = folders.run(tmp_path, wanted)
    assert kept.rows("target", kept.dataset()) == wanted


def test_what_is_kept_last_counts(tmp_path):
    kept = folders.run(tmp_path, [row("q1", outcome="server")])
    folders.fill(kept, "target", [row("q1")])
    assert kept.rows("target", kept.dataset()) == [row("q1")]


def test_a_score_that_is_no_number_is_kept_as_none(tmp_path):
    kept = folders.run(tmp_path, [row("q1", scores={"fluency": math.nan})])
    [found] = kept.rows("target", kept.dataset())
    assert isinstance(found.judged.scores["fluency"], Unjudged)


def test_a_line_that_a_kill_tore_is_no_row_and_in_nobodys_way(tmp_path):
    kept = folders.run(tmp_path, rows(2))
    file = kept.folder / "target.answers.jsonl"
    file.write_bytes(file.read_bytes()[:-10])
    questions = kept.dataset()
    assert [each.answer is None for each in kept.rows("target", questions)] == [False, True]
    kept.mend()
    folders.fill(kept, "target", [row("q1")])
    assert [each.answer is None for each in kept.rows("target", questions)] == [False, False]


def test_a_line_that_somebody_broke_is_told(tmp_path):
    kept = folders.run(tmp_path, rows(1))
    (kept.folder / "target.judged.jsonl").write_text("{}\n")
    with pytest.raises(NoRun, match=r"target\.judged\.jsonl: .*Fix: evaluate anew"):
        kept.rows("target", kept.dataset())


def test_questions_that_were_changed_afterwards_are_not_those_that_were_asked(tmp_path):
    kept = folders.run(tmp_path, rows(2))
    file = kept.folder / "dataset.jsonl"
    file.write_text(file.read_text().replace("When?", "Why?"))
    with pytest.raises(NoRun, match="was changed after the run"):
        recompute(kept.folder)


def test_a_folder_without_a_run_says_so(tmp_path):
    with pytest.raises(NoRun, match="Fix: name the folder of one"):
        recompute(tmp_path)


def test_the_evidence_of_a_run_is_made_again_from_its_folder(tmp_path):
    kept = folders.run(tmp_path, enough(), beside=enough())
    found = recompute(kept.folder)
    assert found == report(kept).as_evidence()
    held = Evaluation.model_validate(found)
    assert (held.samples, held.judged, held.dataset) == (200, 200, "cora")
    assert held.samples_by_tag.written() == {
        "typical": 140,
        "edge": 30,
        "adversarial": 20,
        "regression": 10,
    }
    assert held.metrics.groundedness == 5
    assert held.baseline is not None
    assert held.pass_share_lower == 0.986653
    assert held.safety.violence.max_severity == "Very low"
    assert held.jailbreak_defect_rate == 0
    assert held.judge.written() == {"model": "gpt-4.1", "version": "2025-04-14"}


def test_what_was_not_measured_is_no_evidence(tmp_path):
    no_context = [row(f"q{n}", context="") for n in range(3)]
    with pytest.raises(ValueError, match="not measured: groundedness"):
        recompute(folders.run(tmp_path, no_context).folder)


@pytest.mark.parametrize("side", ["target", "baseline"])
def test_a_run_with_an_answer_or_a_judgement_to_come_is_cut_off(tmp_path, side):
    kept = folders.begun(tmp_path, folders.questions(enough()), baseline=folders.LIVE)
    for each in ("target", "baseline"):
        last = row("r9", ("regression",), judged=False)
        folders.fill(kept, each, [*enough()[:199], last if each == side else enough()[199]])
    found = report(kept)
    assert found.partial
    assert found.code == Exit.CANNOT_TELL


def test_a_judge_that_said_nothing_has_been_asked(tmp_path):
    silent = Judged(id="q0", scores={"fluency": Unjudged(reason="no JSON")})
    kept = folders.run(tmp_path, rows(1))
    kept.add_judged("target", silent)
    assert not report(kept).partial


def test_json_knows_no_number_that_is_none():
    assert as_json({"mean": math.nan, "more": [math.inf, {"x": 1.5}]}) == (
        '{\n  "mean": null,\n  "more": [\n    null,\n    {\n      "x": 1.5\n    }\n  ]\n}\n'
    )


def test_a_folder_is_begun_once(tmp_path):
    folders.run(tmp_path, rows(1))
    with pytest.raises(FileExistsError):
        folders.run(tmp_path, rows(1))
    assert Kept(tmp_path / "run").plan().dataset == "cora"
