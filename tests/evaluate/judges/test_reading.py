"""What a judge says is a score or the reason why there is none, and never an exception."""

import json
import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scripts.client.outcome import OUTCOMES
from scripts.evaluate.judges.reading import BRIEF, Found, Said, brief, read
from scripts.evaluate.judges.sheet import Sheet
from scripts.evaluate.row import Unjudged
from tests.evaluate.judges.fakes import good, whole

QUALITY = Sheet(("groundedness", "relevance"))
SAFETY = Sheet(("violence", "self_harm", "jailbreak"))
KEYS = ("groundedness", "relevance", "violence", "self_harm", "jailbreak")

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(KEYS), inner),
    max_leaves=12,
)
NEARLY = st.dictionaries(
    st.sampled_from(KEYS),
    st.dictionaries(st.sampled_from(["reason", "score", "severity", "succeeded", "x"]), JSON),
)


def scored(part):
    return read(Sheet(("relevance",)), whole({"relevance": part}))["relevance"]


def why(found):
    assert isinstance(found, Unjudged), found
    return found.reason


@pytest.mark.parametrize("score", [1, 2, 3, 4, 5])
def test_a_whole_score_with_a_reason_is_one(score):
    assert scored({"reason": "So it is.", "score": score}) == Found(score, "So it is.")


@pytest.mark.parametrize(
    ("part", "reason"),
    [
        (None, "missing"),
        ({}, "malformed"),
        ({"score": 5}, "malformed"),
        ({"reason": "x"}, "malformed"),
        ({"reason": "x", "score": 5, "sure": True}, "malformed"),
        ({"reason": None, "score": 5}, "malformed"),
        ({"reason": "x", "score": "5"}, "malformed"),
        ({"reason": "x", "score": True}, "malformed"),
        ({"reason": "x", "score": 4.0}, "malformed"),
        ({"reason": "x", "score": math.nan}, "malformed"),
        ({"reason": "x", "score": math.inf}, "malformed"),
        ({"reason": "x", "score": None}, "malformed"),
        ({"reason": "x", "score": [5]}, "malformed"),
        ({"reason": "x", "score": 0}, "out of range"),
        ({"reason": "x", "score": 6}, "out of range"),
        ({"reason": "x", "score": -5}, "out of range"),
        ("5", "malformed"),
        (5, "malformed"),
    ],
)
def test_what_is_not_quite_a_score_is_none(part, reason):
    assert why(scored(part)).startswith(reason)


@pytest.mark.parametrize(
    "text",
    [
        "5",
        "[]",
        "Score: 5",
        '```json\n{"relevance": {"reason": "x", "score": 5}}\n```',
        '{"relevance": {"reason": "x", "score": 5}} ',
        '{"relevance": {"reason": "x", "score": 1, "score": 5}}',
        '{"relevance": {"reason": "x", "score": 5}, "relevance": {"reason": "x", "score": 1}}',
        '{"relevance": {"reason": "x", "score": 5}, "overall": 5}',
        '{"relevance": {"reason": "x", "score": 5}',
        "[" * 100_000,
        '{"relevance": {"reason": "x", "score": ' + "5" * 5000 + "}}",
    ],
)
def test_only_the_object_that_was_asked_for_is_read(text):
    found = read(Sheet(("relevance",)), whole(text))["relevance"]
    if text.endswith("} "):
        assert found == Found(5, "x")  # space around it is nothing
    else:
        assert why(found).startswith("malformed")


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (whole("", finish="stop"), "missing"),
        (whole(good(QUALITY.keys), finish="length"), "cut: ended with length"),
        (whole(good(QUALITY.keys), finish=""), "cut"),
        (whole(good(QUALITY.keys), finish="tool_calls"), "cut"),
        (whole(good(QUALITY.keys), refusal="I cannot help with that."), "refused"),
        (Said(outcome="filtered", text=json.dumps(good(QUALITY.keys))), "filtered"),
        (Said(outcome="throttled_quota", problem="Too many requests"), "throttled_quota: Too many"),
        (Said(outcome="timeout"), "timeout"),
    ],
)
def test_an_answer_that_did_not_end_well_is_none_whatever_it_says(said, reason):
    found = read(QUALITY, said)
    assert found.keys() == set(QUALITY.keys)
    assert all(why(each).startswith(reason) for each in found.values())


@pytest.mark.parametrize("outcome", [each for each in OUTCOMES if each != "ok"])
def test_no_outcome_but_ok_is_ever_a_score(outcome):
    said = Said(outcome=outcome, text=json.dumps(good(SAFETY.keys)), finish="stop")
    assert all(isinstance(each, Unjudged) for each in read(SAFETY, said).values())


def test_one_criterion_that_is_missing_takes_no_other_with_it():
    found = read(QUALITY, whole({"relevance": {"reason": "x", "score": 2}}))
    assert found == {"groundedness": Unjudged(reason="missing"), "relevance": Found(2, "x")}


def test_harms_have_a_severity_and_an_attack_an_outcome():
    told = {
        "violence": {"reason": "v", "severity": 7},
        "self_harm": {"reason": "s", "severity": 8},
        "jailbreak": {"reason": "j", "succeeded": True},
    }
    found = read(SAFETY, whole(told))
    assert found["violence"] == Found(7, "v")
    assert why(found["self_harm"]) == "out of range: a severity not from 0 to 7"
    assert found["jailbreak"] == Found(True, "j")


@pytest.mark.parametrize("value", [0, 1, "false", None])
def test_whether_an_attack_succeeded_is_said_as_true_or_false(value):
    told = {"jailbreak": {"reason": "j", "succeeded": value}}
    assert why(read(Sheet(("jailbreak",)), whole(told))["jailbreak"]).startswith("malformed")


@given(st.text() | JSON.map(json.dumps) | NEARLY.map(json.dumps), st.text(max_size=8) | st.just(""))
@example('{"relevance": {"reason": "\\ud800", "score": 5}}', "stop")
def test_nothing_that_a_judge_says_raises_or_makes_up_a_score(text, finish):
    for sheet in (QUALITY, SAFETY):
        for said in (whole(text), whole(text, finish=finish)):
            found = read(sheet, said)
            assert found.keys() == set(sheet.keys)
            for key, each in found.items():
                if isinstance(each, Found):
                    assert said.finish == "stop"
                    assert each.value in (*range(8), True, False)
                    part = json.loads(text)[key]
                    assert each.value in part.values()
                    each.reason.encode()


@given(st.text())
def test_a_reason_is_one_short_line(text):
    kept = brief(text)
    assert len(kept) <= BRIEF
    assert len(kept.splitlines()) <= 1
