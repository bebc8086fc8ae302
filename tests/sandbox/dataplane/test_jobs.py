"""Fine-tuning, from the file to the model that answers."""

import asyncio

import openai
import pytest

from components.sections import FineTunedSettings
from sandbox.faults import Fault, Faults
from tests.sandbox.dataplane.conftest import ACCOUNT_ID, HELLO, OPENAI_CONTRIBUTOR
from tests.sandbox.dataplane.test_files import EXAMPLE, jsonl, upload

BASE = "gpt-4.1-mini-2025-04-14"


@pytest.fixture
def data(tuner):
    """A training file of ten examples."""
    return upload(tuner, jsonl(*[EXAMPLE] * 10)).id


@pytest.fixture
def job(slow, tuner, data):
    """A job that has just been made, where jobs take their time."""
    slow.wait(2)
    return tuner.fine_tuning.jobs.create(model=BASE, training_file=data, suffix="triage")


def status(tuner, job):
    return tuner.fine_tuning.jobs.retrieve(job.id).status


def test_a_job_is_pending_then_running_then_succeeded_on_the_sandbox_clock(slow, tuner, job):
    assert (job.status, job.fine_tuned_model) == ("pending", None)
    seen = []
    for seconds in (29, 1, 599, 1):
        slow.wait(seconds)
        seen.append(status(tuner, job))
    assert seen == ["pending", "running", "running", "succeeded"]


def test_where_nothing_takes_time_a_job_has_succeeded_at_once(tuner, data):
    job = tuner.fine_tuning.jobs.create(model=BASE, training_file=data)
    assert job.status == "pending"
    assert status(tuner, job) == "succeeded"


def test_the_tuned_model_is_called_what_the_stack_derives_from_base_and_job(slow, tuner, job):
    slow.wait(630)
    done = tuner.fine_tuning.jobs.retrieve(job.id)
    settings = FineTunedSettings(base=BASE, job=job.id, suffix="triage")
    assert done.fine_tuned_model == settings.model
    assert done.finished_at == job.created_at + 630


def test_a_tuned_model_is_listed_deployed_and_tuned_again(tuner, data, cloud):
    made = tuner.fine_tuning.jobs.create(model="gpt-4.1-mini", training_file=data)
    name = tuner.fine_tuning.jobs.retrieve(made.id).fine_tuned_model
    assert tuner.models.retrieve(name).id in [model.id for model in tuner.models.list()]
    cloud.deployment("tuned", name, "1")
    assert tuner.chat.completions.create(model="tuned", messages=HELLO).model == name
    again = tuner.fine_tuning.jobs.create(model=name, training_file=data)
    assert tuner.fine_tuning.jobs.retrieve(again.id).fine_tuned_model.startswith(f"{BASE}.ft-")


def test_a_job_tells_what_has_happened_so_far(slow, tuner, job):
    def told():
        return [event.message for event in tuner.fine_tuning.jobs.list_events(job.id)]

    assert told() == ["Job enqueued. Waiting for jobs ahead to complete."]
    slow.wait(330)
    half = told()
    assert half[0].startswith("Step ")
    assert "Job started." in half
    slow.wait(300)
    assert told()[0] == "Job succeeded."
    assert told()[-len(half) :] == half


def test_losses_fall_and_stand_in_a_file_of_results(slow, tuner, job):
    assert list(tuner.files.list(purpose="fine-tune-results")) == []
    slow.wait(630)
    (file,) = tuner.fine_tuning.jobs.retrieve(job.id).result_files
    head, *rows = tuner.files.content(file).text.splitlines()
    assert head.startswith("step,train_loss")
    assert float(rows[-1].split(",")[1]) < float(rows[0].split(",")[1])


def test_what_was_not_validated_has_no_validation_loss(tuner, data):
    made = [
        tuner.fine_tuning.jobs.create(model=BASE, training_file=data, validation_file=file)
        for file in (None, data)
    ]
    for job, validated in zip(made, (False, True), strict=True):
        (file,) = tuner.fine_tuning.jobs.retrieve(job.id).result_files
        head, row, *_ = tuner.files.content(file).text.splitlines()
        assert head.endswith(",valid_loss")
        assert bool(row.split(",")[-1]) is validated
        last, *_ = tuner.fine_tuning.jobs.checkpoints.list(job.id)
        assert (last.metrics.full_valid_loss is not None) is validated


def test_checkpoints_are_there_once_the_job_has_succeeded(slow, tuner, job):
    assert list(tuner.fine_tuning.jobs.checkpoints.list(job.id)) == []
    slow.wait(630)
    last, *before = tuner.fine_tuning.jobs.checkpoints.list(job.id)
    assert last.fine_tuned_model_checkpoint.endswith("-triage")
    assert [each.step_number for each in before] == [20, 10]


@pytest.mark.parametrize("seconds", [0, 100])
def test_a_job_can_be_cancelled_until_it_ends(slow, tuner, job, seconds):
    slow.wait(seconds)
    assert tuner.fine_tuning.jobs.cancel(job.id).status == "cancelled"
    slow.wait(1000)
    done = tuner.fine_tuning.jobs.retrieve(job.id)
    assert (done.status, done.fine_tuned_model, done.result_files) == ("cancelled", None, [])
    assert list(tuner.files.list(purpose="fine-tune-results")) == []
    with pytest.raises(openai.BadRequestError) as refused:
        tuner.fine_tuning.jobs.cancel(job.id)
    assert refused.value.code == "unexpectedEntityState"


def test_a_paused_job_stands_still_until_it_is_resumed(slow, tuner, job):
    slow.wait(330)  # half of its training is done
    assert tuner.fine_tuning.jobs.pause(job.id).status == "paused"
    slow.wait(10_000)
    assert status(tuner, job) == "paused"
    assert list(tuner.files.list(purpose="fine-tune-results")) == []
    assert tuner.fine_tuning.jobs.resume(job.id).status == "resuming"
    slow.wait(299)
    assert status(tuner, job) == "running"
    slow.wait(1)
    done = tuner.fine_tuning.jobs.retrieve(job.id)
    assert (done.status, done.finished_at) == ("succeeded", job.created_at + 10_630)
    assert [file.id for file in tuner.files.list(purpose="fine-tune-results")] == done.result_files
    told = [event.message for event in tuner.fine_tuning.jobs.list_events(job.id)]
    assert told.index("Job resumed.") < told.index("Job paused.")


def test_a_pause_leaves_a_checkpoint_that_can_be_deployed_and_called(slow, tuner, job):
    slow.wait(330)
    tuner.fine_tuning.jobs.pause(job.id)
    checkpoint, *_ = tuner.fine_tuning.jobs.checkpoints.list(job.id)
    assert checkpoint.step_number == 15
    name = checkpoint.fine_tuned_model_checkpoint
    assert name.endswith("-triage:ckpt-step-15")
    slow.around.settings.set("profile", "fast")
    slow.deployment("trial", name, "1")
    assert tuner.chat.completions.create(model="trial", messages=HELLO).model == name


def test_what_does_not_run_is_not_paused_and_what_is_not_paused_not_resumed(slow, tuner, job):
    for ask in (tuner.fine_tuning.jobs.pause, tuner.fine_tuning.jobs.resume):
        with pytest.raises(openai.BadRequestError) as refused:
            ask(job.id)
        assert refused.value.code == "unexpectedEntityState"


def test_a_paused_job_can_be_cancelled(slow, tuner, job):
    slow.wait(330)
    tuner.fine_tuning.jobs.pause(job.id)
    assert tuner.fine_tuning.jobs.cancel(job.id).status == "cancelled"
    slow.wait(10_000)
    assert status(tuner, job) == "cancelled"


HARMFUL = {"messages": [*EXAMPLE["messages"], {"role": "user", "content": "[[hate:high]]"}]}


@pytest.mark.parametrize(
    ("rows", "code", "says"),
    [
        ([EXAMPLE] * 9, "invalid_n_examples", "has 9 example(s), but must have at least 10"),
        ([HARMFUL] * 10, "invalid_training_file", "failed RAI checks for harm types: [hate]"),
    ],
)
def test_a_job_on_data_that_will_not_do_fails_and_says_why(tuner, rows, code, says):
    job = tuner.fine_tuning.jobs.create(model=BASE, training_file=upload(tuner, jsonl(*rows)).id)
    failed = tuner.fine_tuning.jobs.retrieve(job.id)
    assert (failed.status, failed.fine_tuned_model) == ("failed", None)
    assert (failed.error.code, failed.error.param) == (code, "training_file")
    assert says in failed.error.message
    assert next(iter(tuner.fine_tuning.jobs.list_events(job.id))).level == "error"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"model": "gpt-4o-2024-11-20"}, "The specified base model does not support fine-tuning"),
        ({"model": "gpt-17"}, "The model 'gpt-17' was not found"),
        ({"model": f"{BASE}.ft-0123"}, r"\.ft-0123' was not found"),
        ({"training_file": "file-0"}, "The file 'file-0' does not exist"),
        ({"suffix": "with a space"}, "The suffix takes"),
        ({"hyperparameters": {"n_epochs": 0}}, "n_epochs"),
    ],
)
def test_what_cannot_be_tuned_is_refused(tuner, data, change, says):
    with pytest.raises(openai.APIStatusError, match=says) as refused:
        tuner.fine_tuning.jobs.create(**{"model": BASE, "training_file": data, **change})
    assert refused.value.status_code in (400, 404)


def test_a_file_still_being_looked_through_or_for_something_else_trains_nothing(slow, tuner):
    pending = upload(tuner, jsonl(*[EXAMPLE] * 10)).id
    other = upload(tuner, jsonl(EXAMPLE), purpose="batch").id
    for file, says in ((pending, "in status pending"), (other, "purpose batch, not fine-tune")):
        with pytest.raises(openai.BadRequestError, match=says):
            tuner.fine_tuning.jobs.create(model=BASE, training_file=file)


def test_who_may_only_ask_may_watch_jobs_but_not_make_or_cancel_them(client, cloud):
    assert list(client.fine_tuning.jobs.list()) == []
    for ask in (
        lambda: client.fine_tuning.jobs.create(model=BASE, training_file="file-0"),
        lambda: client.fine_tuning.jobs.cancel("ftjob-0"),
    ):
        with pytest.raises(openai.AuthenticationError, match="fine-tunes/write"):
            ask()


def test_jobs_are_listed_newest_first(tuner, data):
    jobs = [tuner.fine_tuning.jobs.create(model=BASE, training_file=data).id for _ in range(3)]
    assert [job.id for job in tuner.fine_tuning.jobs.list(limit=2)] == jobs[::-1]


def test_hyperparameters_are_settled_whichever_way_they_are_asked_for(tuner, data):
    one = tuner.fine_tuning.jobs.create(
        model=BASE, training_file=data, hyperparameters={"n_epochs": 2, "batch_size": "auto"}
    )
    other = tuner.fine_tuning.jobs.create(
        model=BASE,
        training_file=data,
        method={"type": "supervised", "supervised": {"hyperparameters": {"n_epochs": 2}}},
    )
    assert one.hyperparameters.n_epochs == other.hyperparameters.n_epochs == 2
    assert one.hyperparameters.batch_size == 1


def test_an_asynchronous_client_tunes_too(cloud, unhurried):
    cloud.allow("cora-app", OPENAI_CONTRIBUTOR, ACCOUNT_ID)

    async def run():
        async with unhurried:
            content = jsonl(*[EXAMPLE] * 10)
            file = await unhurried.files.create(file=("t.jsonl", content), purpose="fine-tune")
            job = await unhurried.fine_tuning.jobs.create(model=BASE, training_file=file.id)
            return await unhurried.fine_tuning.jobs.retrieve(job.id)

    assert asyncio.run(run()).status == "succeeded"


def test_a_fault_makes_a_job_fail_with_its_words(cloud, tuner, data):
    fault = Fault(action="operation_failed", path="fine_tuning", code="boom", message="It broke.")
    Faults(cloud.around.store).add(fault)
    job = tuner.fine_tuning.jobs.create(model=BASE, training_file=data)
    failed = tuner.fine_tuning.jobs.retrieve(job.id)
    assert (failed.status, failed.error.code, failed.error.message) == (
        "failed",
        "boom",
        "It broke.",
    )


def test_a_job_whose_answer_was_lost_is_there_nevertheless(cloud, tuner, data):
    Faults(cloud.around.store).add(Fault(action="drop", method="POST", times=1))
    lost = tuner.fine_tuning.jobs.with_raw_response.create(model=BASE, training_file=data)
    assert lost.text == ""
    assert len(list(tuner.fine_tuning.jobs.list())) == 1


def test_a_fault_answers_in_the_place_of_a_list(cloud, tuner):
    Faults(cloud.around.store).add(Fault(path="fine_tuning", status=503, code="Busy"))
    with pytest.raises(openai.InternalServerError):
        tuner.fine_tuning.jobs.list()
