"""What a job must show, and what each thing that it does not show comes to."""

import math
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.evaluate.comparison import Means
from scripts.exit import Exit
from scripts.finetune.curve import Step
from scripts.finetune.facts import Missing
from scripts.finetune.job import Event, Failure, Metrics, TunedName
from scripts.finetune.verdict import judge
from tests.finetune.facts import (
    CHECKPOINTS,
    EVENTS,
    MODEL,
    around,
    compared,
    facts,
    falling,
    held_out,
    wanted,
)

YES, NO, UNCLEAR, UNREACHED = Exit.YES, Exit.NO, Exit.CANNOT_TELL, Exit.NOT_REACHED
NOT_ASKED = Missing(reason="room: not reached", code=4)
NO_BASE = Missing(reason="compares with nothing")
FAILURE = Failure(code="invalid_training_file", message="no text", param="training_file")
TRAINER = "/subscriptions/s/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts/trainer"


def test_a_job_as_it_should_be_is_verified_and_nothing_is_left_to_look_at():
    verdict = judge(facts())
    assert verdict.code == YES
    assert [each.check for each in verdict.findings if each.warns] == []
    assert [each.check for each in verdict.findings] == [
        *("status", "model", "curve", "checkpoints", "safety", "held-out"),
        *("capacity", "account", "retirement", "tier"),
    ]


def with_valid(*losses):
    steps = falling(len(losses))
    return [replace(each, valid=loss) for each, loss in zip(steps, losses, strict=True)]


CASES = {
    "validating": ({"job": {"status": "validating_files"}}, "status", UNCLEAR, "Fix: --wait"),
    "queued": ({"job": {"status": "queued"}}, "status", UNCLEAR, "queued: Job succeeded. Fix"),
    "pending": ({"job": {"status": "pending"}}, "status", UNCLEAR, "pending"),
    "running": ({"job": {"status": "running"}}, "status", UNCLEAR, "running"),
    "paused": ({"job": {"status": "paused"}}, "status", UNCLEAR, "paused"),
    "strange": ({"job": {"status": "exploded"}}, "status", UNCLEAR, "'exploded' is no status"),
    "failed": (
        {"job": {"status": "failed", "error": FAILURE}},
        "status",
        NO,
        r"failed: invalid_training_file \(training_file\): no text. Fix: train anew",
    ),
    "cancelled": ({"job": {"status": "cancelled"}}, "status", NO, "cancelled"),
    "partial": ({"partial": True}, "run", UNCLEAR, "cut off"),
    "nameless": ({"job": {"fine_tuned_model": None}}, "model", UNCLEAR, "names no model"),
    "odd name": ({"job": {"fine_tuned_model": "ft:gpt:x"}}, "model", NO, "is not named as"),
    "base": ({"wanted": wanted(base="gpt-4.1-2025-04-14")}, "model", NO, "base is gpt-4.1-mini-"),
    "suffix": ({"wanted": wanted(suffix="triage")}, "model", NO, "suffix is cora, .+ wants triage"),
    "no suffix": ({"wanted": wanted(suffix=None)}, "model", NO, "wants none"),
    "other job": ({"job": {"id": "ftjob-77"}}, "model", NO, "it names job 0123abcd"),
    "checkpoint": (
        {"job": {"fine_tuned_model": f"{MODEL}:ckpt-step-12"}},
        "model",
        NO,
        f"the stack would deploy {MODEL}",
    ),
    "suffix of no stack file": (
        {"job": {"fine_tuned_model": f"{MODEL}_X"}, "wanted": wanted(suffix="cora_X")},
        "model",
        NO,
        "its suffix can stand in no stack file",
    ),
    "no curve": ({"curve": Missing(reason="no result file")}, "curve", UNCLEAR, "no result file"),
    "few steps": ({"curve": falling(7)}, "curve", UNCLEAR, "7 steps show no trend, 8 are needed"),
    "not validated": (
        {"curve": [replace(each, valid=None) for each in falling()]},
        "curve",
        UNCLEAR,
        "validation loss at 0 steps shows no trend. Fix: train with a validation_file",
    ),
    "not a number": (
        {"curve": [*falling(), Step(number=37, train=math.nan, valid=0.5)]},
        "curve",
        NO,
        "no number at step 37",
    ),
    "endless": (
        {"curve": [*falling(), Step(number=37, train=0.5, valid=math.inf)]},
        "curve",
        NO,
        "no number at step 37",
    ),
    "by heart": (
        {"curve": with_valid(1.0, 1.0, 0.8, 0.8, 0.9, 0.9, 1.1, 1.1)},
        "curve",
        NO,
        "validation loss 1.000 -> 1.100: it learned by heart",
    ),
    "harmful": (
        {
            "events": [
                Event(created_at=3, level="error", message="Model evaluation failed."),
                *EVENTS,
            ]
        },
        "safety",
        NO,
        "did not pass",
    ),
    "not compared": ({"held_out": None}, "held-out", UNCLEAR, "not compared with gpt-4.1-mini-"),
    "compared with nothing": (
        {"held_out": NO_BASE, "wanted": wanted(profile="dev")},
        "held-out",
        UNCLEAR,
        "compares with nothing",
    ),
    "another model asked": ({"held_out": held_out(tuned="x")}, "held-out", UNCLEAR, "asked x"),
    "another base": ({"held_out": held_out(base="x")}, "held-out", UNCLEAR, "compares with x"),
    "training unread": ({"training": NOT_ASKED}, "held-out", UNREACHED, "not reached"),
    "training unknown": ({"training": None}, "held-out", UNCLEAR, "is not known"),
    "same file": ({"held_out": held_out(dataset_sha256="a" * 64)}, "held-out", NO, "it trained"),
    "some rows": (
        {"held_out": held_out(trained_on=["q1", "q2", "q3", "q4"])},
        "held-out",
        NO,
        r"4 of its questions \(q1, q2, q3\) trained the model",
    ),
    "worse": (
        {"held_out": compared(only_mine=3, only_theirs=12, chance=0.017578)},
        "held-out",
        NO,
        r"3 only the tuned model answers well, 12 only its base: worse \(p 0.018\)",
    ),
    "maybe worse": (
        {"held_out": compared(only_mine=3, only_theirs=8, chance=0.113)},
        "held-out",
        UNCLEAR,
        "it may be worse. Fix: a larger dataset",
    ),
    "lower scores": (
        {"held_out": compared(metrics={"groundedness": Means(rows=200, mine=4.2, theirs=4.41)})},
        "held-out",
        NO,
        "groundedness 4.41 -> 4.20, may fall by 0.2",
    ),
    "few questions": (
        {"held_out": compared(rows=58, pairs=58)},
        "held-out",
        UNCLEAR,
        "59 are need",
    ),
    "unjudged": ({"held_out": compared(pairs=189)}, "held-out", UNCLEAR, "189 of 200 .+ 95%"),
    "nothing asked": ({"held_out": compared(rows=0, pairs=0)}, "held-out", UNCLEAR, "0 of 0"),
    "no room": ({"around": around(room=0.0)}, "capacity", NO, "has none left"),
    "room unknown": ({"around": around(room=NOT_ASKED)}, "capacity", UNREACHED, "not reached"),
    "full": (
        {"around": around(tuned=[f"t-{n}" for n in range(10)])},
        "account",
        NO,
        "11 fine-tuned deployments with this one, an account takes 10. Fix: remove one of t-0",
    ),
    "count unknown": ({"around": around(tuned=NOT_ASKED)}, "account", UNREACHED, "not reached"),
    "retired": ({"around": around(retires="2026-12-20T00:00:00Z")}, "retirement", NO, "28 days"),
    "end unknown": ({"around": around(retires=NOT_ASKED)}, "retirement", UNREACHED, "not rea"),
    "nobody asked": ({"around": None}, "account", UNCLEAR, "nobody has asked it"),
    "developer": ({"wanted": wanted(sku="DeveloperTier")}, "tier", NO, "deleted after 24 hours"),
    "source unknown": (
        {"wanted": wanted(same_account=False, trained_in="dev/primary")},
        "source",
        UNCLEAR,
        "dev/primary, whose resource id is not known. Fix: pulumi up --stack dev",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_each_thing_that_is_wrong_is_told_and_decides(case):
    changes, check, code, says = CASES[case]
    verdict = judge(facts(**changes))
    found = [each for each in verdict.findings if each.check == check and each.code == code]
    assert verdict.code == code
    assert len(found) == 1
    assert re.search(says, found[0].text)


LOOKS = {
    "rises again": (
        {"curve": with_valid(2.0, 2.0, 0.6, 0.6, 0.5, 0.5, 0.56, 0.56)},
        "curve",
        "validation loss rose again, 12% over its best. Fix: fewer epochs",
    ),
    "no checkpoint": ({"checkpoints": []}, "checkpoints", "no earlier state"),
    "safety untold": ({"events": []}, "safety", "no event tells"),
    "ends soon": ({"around": around(retires="2027-02-01T00:00:00Z")}, "retirement", "71 days"),
    "no end named": ({"around": around(retires=None)}, "retirement", "names no date"),
    "little room": ({"around": around(room=19.0)}, "capacity", "19 left"),
    "trial": (
        {"wanted": wanted(sku="DeveloperTier", profile="dev")},
        "tier",
        "deleted after 24 hours",
    ),
    "not compared in dev": (
        {"wanted": wanted(profile="dev"), "held_out": None},
        "held-out",
        "Fix: in a dev stack that has both: plumb evaluate DATASET --target triage-v1",
    ),
}


@pytest.mark.parametrize("case", LOOKS)
def test_what_is_worth_a_look_is_said_and_stops_nothing(case):
    changes, check, says = LOOKS[case]
    verdict = judge(facts(**changes))
    (found,) = [each for each in verdict.findings if each.warns]
    assert (verdict.code, found.check) == (YES, check)
    assert says in found.text


def test_the_checkpoint_that_lost_least_is_named_when_loss_rose_again():
    best = [
        each.model_copy(update={"metrics": Metrics(full_valid_loss=loss)})
        for each, loss in zip(CHECKPOINTS, (0.56, 0.5, 0.6), strict=True)
    ]
    curve = with_valid(2.0, 2.0, 0.6, 0.6, 0.5, 0.5, 0.56, 0.56)
    (found,) = [each for each in judge(facts(curve=curve, checkpoints=best)).findings if each.warns]
    assert found.text.endswith(f"Fix: see whether {MODEL}:ckpt-step-24 answers better")


def test_a_job_of_another_account_is_copied_from_there():
    moved = wanted(same_account=False, trained_in="dev/primary", source=TRAINER)
    verdict = judge(facts(wanted=moved))
    assert verdict.code == YES
    assert verdict.findings[-1].text == "copied from trainer (dev/primary)"


def test_a_no_weighs_more_than_what_was_not_reached_and_that_more_than_what_nobody_can_tell():
    unclear = {"held_out": None}
    unreached = unclear | {"around": around(room=NOT_ASKED)}
    assert judge(facts(**unclear)).code == UNCLEAR
    assert judge(facts(**unreached)).code == UNREACHED
    assert judge(facts(**unreached, job={"id": "ftjob-77"})).code == NO


@given(st.lists(st.sampled_from(sorted(CASES)), min_size=1, max_size=4))
def test_no_two_wrongs_ever_make_a_yes(cases):
    changes = {}
    for case in cases:
        changes |= CASES[case][0]
    assert judge(facts(**changes)).code != YES


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        (MODEL, ("gpt-4.1-mini-2025-04-14", "0123abcd", "cora")),
        ("gpt-4o-2024-08-06.ft-77", ("gpt-4o-2024-08-06", "77", None)),
        ("gpt-4o-2024-08-06.ft-77-a-b:ckpt-step-9", ("gpt-4o-2024-08-06", "77", "a-b")),
    ],
)
def test_a_tuned_models_name_says_base_job_and_suffix(name, parts):
    found = TunedName.of(name)
    assert (found.base, found.job, found.suffix) == parts


def test_a_base_model_is_no_tuned_one():
    assert TunedName.of("gpt-4.1-mini-2025-04-14") is None
