"""What is asked, what is kept of it, and what the files alone say afterwards."""

import json
from datetime import UTC, datetime

import httpx2
import openai
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.evaluate import dataset
from scripts.evaluate.kept import Kept as Evaluation
from scripts.evaluate.kept import Model, Plan
from scripts.evaluate.row import Answer
from scripts.exit import Exit
from scripts.finetune import kept as keeping
from scripts.finetune import report
from scripts.finetune.asking import OutOfTime
from scripts.finetune.facts import Missing
from scripts.finetune.gather import Gathering, trained_on
from scripts.finetune.kept import Kept, NoRun
from scripts.finetune.page import page
from scripts.finetune.recompute import recompute
from tests.finetune.api import Api, Subscribed, training
from tests.finetune.facts import BASE, MODEL, wanted
from tests.lock_store import HeldClock

NOW = datetime(2026, 11, 21, 20, tzinfo=UTC)
ID = "ftjob-0123abcd"


@pytest.fixture
def clock():
    return HeldClock()


@pytest.fixture
def gathered(tmp_path, clock):
    """Asks an API; the report of what it kept, and what a person was told."""

    def run(api, *, wait=False, until=120.0, subscription=None, evaluation=None, stack=None):
        said = []
        kept = Kept(tmp_path / "runs" / "20261121-200000-finetune-1")
        kept.begin()
        Gathering(
            jobs=api.jobs(clock, until),
            subscription=subscription or Subscribed(),
            kept=kept,
            wanted=stack or wanted(profile="dev"),
            account="contoso",
            now=lambda: NOW,
            tell=said.append,
        ).run(ID, evaluation, wait=wait)
        return report.of(kept.folder), said

    return run


def test_a_good_job_is_verified_and_its_files_alone_say_so_again(gathered, tmp_path):
    found, _ = gathered(Api())
    assert found.verdict.code == Exit.YES
    (folder,) = (tmp_path / "runs").iterdir()
    assert recompute(folder) == json.loads(json.dumps(found.as_json()))
    assert {file.name for file in folder.iterdir()} == {
        *("job.json", "events.jsonl", "checkpoints.json", "results.csv", "trained-on.txt"),
        "surroundings.json",
    }


def test_what_azure_tells_of_room_number_and_end_is_taken_as_it_is(gathered):
    around = gathered(Api(), subscription=Subscribed(deployed=(MODEL, MODEL)))[0].facts
    assert around.surroundings.around.model_dump() == {
        "room": 700.0,
        "tuned": ["d-0", "d-1"],
        "retires": "2027-10-14T00:00:00Z",
    }


def test_a_region_that_does_not_list_the_sku_has_no_room(gathered):
    found, _ = gathered(Api(), stack=wanted(profile="dev", location="uksouth"))
    assert found.facts.surroundings.around.room == 0.0


def test_what_was_not_reached_is_no_empty_list(gathered):
    found, _ = gathered(Api(), subscription=Subscribed(refused=True))
    assert found.verdict.code == Exit.NOT_REACHED
    assert found.facts.surroundings.around.tuned == Missing(reason="not asked. Fix: ask", code=4)


@pytest.mark.parametrize("first", [[503, 429], [httpx2.ConnectError("refused")]])
def test_what_passes_is_asked_again(gathered, clock, first):
    api = Api(first=first)
    assert gathered(api)[0].verdict.code == Exit.YES
    assert clock.seconds > 0


def test_what_does_not_pass_is_asked_once(gathered):
    api = Api(first=[404, 404])
    with pytest.raises(openai.NotFoundError):
        gathered(api)
    assert len(api.asked) == 1


def test_nobody_waits_beyond_the_deadline_however_long_azure_says(gathered, clock):
    api = Api(first=[429] * 9, headers={"retry-after": "61"})
    with pytest.raises(openai.RateLimitError):
        gathered(api, until=100.0)
    assert clock.seconds == 61


def test_waiting_tells_each_event_once_and_ends_with_the_job(gathered, clock):
    found, said = gathered(Api(["queued", "running", "succeeded"]), wait=True)
    assert (found.verdict.code, clock.seconds) == (Exit.YES, 20)
    assert said == ["Step 1", "Step 2", "Step 3"]


def test_what_happened_within_a_second_is_told_as_it_happened(gathered):
    _, said = gathered(Api(earlier=2), wait=True)
    assert said == ["Step 1", "Step 2", "Step 3"]


def test_a_job_that_runs_longer_than_the_deadline_is_kept_and_nobody_can_tell(gathered, clock):
    found, _ = gathered(Api(["running"]), wait=True, until=35.0)
    assert (found.verdict.code, clock.seconds) == (Exit.CANNOT_TELL, 30)
    assert [each.check for each in found.verdict.findings] == ["run", "status"]


def test_without_waiting_a_running_job_is_asked_once_and_nothing_else_is(gathered):
    api = Api(["running"])
    assert gathered(api)[0].verdict.code == Exit.CANNOT_TELL
    assert [path.rpartition("/")[2] for path in api.asked] == [ID, "events", "checkpoints"]


def test_what_is_stopped_in_between_is_kept_and_marked(gathered):
    found, _ = gathered(Api(files={"file-1": KeyboardInterrupt()}))
    assert found.as_json()["partial"] is True
    assert found.verdict.code == Exit.CANNOT_TELL


def test_what_is_stopped_before_anything_is_known_is_no_run(gathered, clock):
    with pytest.raises(OutOfTime):
        gathered(Api(), until=-1.0)


def test_a_result_file_that_cannot_be_read_is_missing(gathered):
    found, _ = gathered(Api(files={"file-3": 404}))
    assert isinstance(found.facts.curve, Missing)
    assert found.verdict.code == Exit.CANNOT_TELL


def answered(folder, *, tuned=MODEL, questions=("where is it?",), worse=0):
    """An evaluation as `plumb evaluate` keeps it: the tuned model beside its base."""
    rows = [
        {"id": f"q{n}", "query": each, "tags": ["adversarial"], "expect": {"refusal": True}}
        for n, each in enumerate(questions)
    ]
    text = "".join(json.dumps(row) + "\n" for row in rows)
    (folder.parent / "heldout.jsonl").write_text(text)
    least = dict.fromkeys(dataset.LEAST, 0)
    read = dataset.read(folder.parent / "heldout.jsonl", least)
    place = {"stack": "dev", "account": "primary", "sku": "Standard", "location": "swedencentral"}
    name, _, version = BASE.rpartition("-2025")
    evaluation = Evaluation(folder)
    evaluation.begin(
        Plan(
            run_id=folder.name,
            began_at=NOW,
            stack="dev",
            profile="dev",
            groundedness=4.0,
            dataset="heldout",
            dataset_sha256=read.sha256,
            target=Model(deployment="triage-v1", model=tuned, version="1", **place),
            baseline=Model(deployment="base", model=name, version=f"2025{version}", **place),
            judge=Model(deployment="judge", model="gpt-5.4", version="2026-03-05", **place),
            most_tokens=100,
        ),
        text.encode(),
    )
    for side, bad in (("target", worse), ("baseline", 0)):
        for n, row in enumerate(rows):
            evaluation.add_answer(
                side, Answer(id=row["id"], outcome="filtered", checks={"refusal": n >= bad})
            )
    return folder


def test_the_newest_evaluation_of_the_model_beside_its_base_is_taken(gathered, tmp_path):
    runs = tmp_path / "runs"
    runs.mkdir()
    answered(runs / "1-other", tuned="gpt-4.1.ft-other")
    answered(runs / "2-ours", questions=[f"what of {n}?" for n in range(80)])
    found, _ = gathered(Api(), stack=wanted(profile="staging"))
    assert found.facts.held_out.run == "2-ours"
    assert found.verdict.code == Exit.YES
    assert recompute(runs / found.run_id)["held_out"]["comparison"]["pairs"] == 80


def test_a_model_that_answers_worse_than_its_base_is_not_to_be_deployed(gathered, tmp_path):
    run = answered(tmp_path / "e", questions=[f"what of {n}?" for n in range(80)], worse=9)
    found, _ = gathered(Api(), evaluation=run)
    assert found.verdict.code == Exit.NO
    assert "9 only its base: worse" in next(
        each.text for each in found.verdict.findings if each.check == "held-out"
    )


@pytest.mark.parametrize("trained", ["Where  is IT?", "when?", "who?"])
def test_questions_of_training_or_validation_are_not_held_out(gathered, tmp_path, trained):
    questions = [trained, *(f"what of {n}?" for n in range(80))]
    found, _ = gathered(Api(), evaluation=answered(tmp_path / "e", questions=questions))
    assert (found.verdict.code, found.facts.held_out.trained_on) == (Exit.NO, ["q0"])


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (403, Exit.NOT_REACHED),
        (404, Exit.CANNOT_TELL),
        (httpx2.ConnectError("refused"), Exit.NOT_REACHED),
    ],
)
def test_training_data_that_may_not_be_read_leave_it_open(gathered, tmp_path, answer, code):
    run = answered(tmp_path / "e", questions=[f"what of {n}?" for n in range(80)])
    found, _ = gathered(Api(files={"file-1": answer}), evaluation=run)
    assert found.verdict.code == code


def test_what_training_says_is_not_kept(gathered, tmp_path):
    gathered(Api(files={"file-1": training("My card is 4111 1111")}))
    (folder,) = (tmp_path / "runs").iterdir()
    assert not any(b"4111" in file.read_bytes() for file in folder.iterdir())


@given(st.lists(st.integers(1, 40), max_size=20))
def test_training_data_are_read_the_same_however_they_come_in(sizes):
    content = (training("Question: ä", "b") + "no json\n\n" + training("c").rstrip()).encode()
    chunks, at = [], 0
    for size in [*sizes, len(content)]:
        chunks.append(content[at : at + size])
        at += size
    found, asked = trained_on(iter(chunks))
    assert (found, asked) == trained_on(iter([content]))
    assert found.examples == 4
    assert {keeping.question_hash(each) for each in ("Ä", "b", " C ")} <= asked


@pytest.mark.parametrize("name", ["job.json", "surroundings.json"])
@pytest.mark.parametrize("text", ["", "{}", "[", None])
def test_a_folder_that_somebody_has_touched_is_no_run(gathered, tmp_path, name, text):
    gathered(Api())
    (folder,) = (tmp_path / "runs").iterdir()
    (folder / name).unlink() if text is None else (folder / name).write_text(text)
    with pytest.raises(NoRun, match="Fix: verify again"):
        recompute(folder)


def test_the_page_draws_both_losses_and_says_nothing_as_markup(gathered):
    found, _ = gathered(Api())
    drawn = page(found)
    assert drawn.count("<polyline") == 2
    assert "http" not in drawn.replace("http-equiv", "")
    assert 'aria-label="Loss by step"' in drawn
    odd = found.facts.job.model_copy(update={"id": "<script>"})
    object.__setattr__(found.facts, "job", odd)
    assert "<script>" not in page(found)
