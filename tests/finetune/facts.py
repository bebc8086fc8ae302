"""A job as it should be, to be spoilt in one place."""

from dataclasses import replace

from scripts.evaluate.comparison import Comparison
from scripts.finetune.curve import Step
from scripts.finetune.facts import Around, Facts, HeldOut, Surroundings, Training, Wanted
from scripts.finetune.job import Checkpoint, Event, Job, Metrics

BASE = "gpt-4.1-mini-2025-04-14"
MODEL = f"{BASE}.ft-0123abcd-cora"
JOB = Job(
    id="ftjob-0123abcd",
    status="succeeded",
    model=BASE,
    fine_tuned_model=MODEL,
    training_file="file-1",
    validation_file="file-2",
    result_files=["file-3"],
    trained_tokens=828,
    created_at=1_700_000_000,
    finished_at=1_700_000_600,
)
EVENTS = [
    Event(created_at=2, level="info", message="Job succeeded."),
    Event(created_at=1, level="info", message="Model Evaluation Passed."),
]
CHECKPOINTS = [
    Checkpoint(
        id=f"ftchkpt-{step}",
        step_number=step,
        fine_tuned_model_checkpoint=MODEL if step == 36 else f"{MODEL}:ckpt-step-{step}",
        metrics=Metrics(full_valid_loss=loss),
    )
    for step, loss in ((36, 0.5), (24, 0.6), (12, 0.9))
]
WANTED = Wanted(
    stack="staging",
    profile="staging",
    account="primary",
    deployment="triage-v1",
    base=BASE,
    suffix="cora",
    sku="Standard",
    capacity=20,
    location="swedencentral",
    trained_in="staging/primary",
    same_account=True,
)
AROUND = Around(room=1000.0, tuned=["triage-v1"], retires="2027-10-14T00:00:00Z")
SAME = Comparison(rows=200, pairs=200, only_mine=12, only_theirs=3, chance=0.999, metrics={})
HELD_OUT = HeldOut(
    run="20261122-evaluate-1",
    dataset="triage",
    dataset_sha256="b" * 64,
    tuned=MODEL,
    base=BASE,
    trained_on=[],
    comparison=SAME,
)


def falling(steps=36, first=2.0, last=0.5):
    """A curve that gets better, validation a little over training."""
    way = [first + (last - first) * step / (steps - 1) for step in range(steps)]
    return [
        Step(number=number, train=loss, valid=1.05 * loss)
        for number, loss in enumerate(way, start=1)
    ]


def facts(*, wanted=WANTED, around=AROUND, **other):
    surroundings = Surroundings(
        asked_at="2026-11-21T20:00:00Z",
        partial=other.pop("partial", False),
        wanted=wanted,
        around=around,
        training=other.pop("training", Training(sha256="a" * 64, examples=100)),
    )
    whole = Facts(
        surroundings=surroundings,
        job=JOB.model_copy(update=other.pop("job", {})),
        events=EVENTS,
        checkpoints=CHECKPOINTS,
        curve=falling(),
        held_out=HELD_OUT,
    )
    return replace(whole, **other)


def wanted(**changes):
    return WANTED.model_copy(update=changes)


def around(**changes):
    return AROUND.model_copy(update=changes)


def held_out(**changes):
    return replace(HELD_OUT, **changes)


def compared(**changes):
    return replace(HELD_OUT, comparison=replace(SAME, **changes))
