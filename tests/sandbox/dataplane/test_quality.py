"""What an evaluation or a canary finds: better and worse models, and answers that were ordered."""

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.dataplane import quality
from sandbox.dataplane.quality import Entry, KnobsWanted, Mind
from sandbox.dataplane.questions import QUESTIONS, known
from sandbox.faults import Fault, Faults

SCHEMA = {
    "type": "object",
    "properties": {"answer": {"type": "string"}, "sure": {"type": "boolean"}},
    "required": ["answer", "sure"],
}

ROOMY = 10_000


def says(client, text, model="chat", **more):
    messages = [{"role": "user", "content": text}]
    return client.chat.completions.create(model=model, messages=messages, **more).choices[0].message


def score(client, model):
    """How many of the built-in questions a deployment answers rightly."""
    return sum(says(client, each.question, model).content == each.right for each in QUESTIONS)


@pytest.fixture(autouse=True)
def roomy(cloud):
    """No limit is in the way of an evaluation."""
    cloud.deployment("chat", capacity=ROOMY)


@pytest.fixture
def turn(cloud):
    def run(deployment="chat", **knobs):
        wanted = KnobsWanted.model_validate({"deployment": deployment, **knobs})
        quality.turn(cloud.around.settings, wanted)

    return run


@pytest.fixture
def write(cloud):
    def run(**entry):
        quality.write(cloud.around.settings, Entry.model_validate(entry))

    return run


def test_a_larger_and_a_newer_model_is_right_more_often(cloud, client):
    cloud.deployment("nano", "gpt-4.1-nano", capacity=ROOMY)
    cloud.deployment("mini", "gpt-4.1-mini", capacity=ROOMY)
    cloud.deployment("newest", "gpt-5.5", "2026-04-24", capacity=ROOMY)
    scores = [score(client, name) for name in ("nano", "mini", "chat", "newest")]
    assert scores == sorted(scores)
    assert scores[0] < scores[1] < scores[-1]


def test_a_tuned_model_is_right_more_often_than_its_base(cloud):
    tuned = quality.accuracy("gpt-4.1-mini-2025-04-14.ft-0123")
    assert quality.accuracy("gpt-4.1-mini") < tuned < 1


@given(st.floats(0, 1), st.floats(0, 1), st.integers())
def test_a_better_mind_is_right_wherever_a_worse_one_is(one, other, seed):
    worse, better = (Mind(accuracy=each) for each in sorted((one, other)))
    for each in QUESTIONS:
        if worse.verdict(each.question, seed) == each.right:
            assert better.verdict(each.question, seed) == each.right


@given(st.text())
def test_no_text_confuses_the_search_for_a_question(text):
    assert known(text) is None or known(text) in QUESTIONS


def test_no_question_is_part_of_another_and_no_answer_wrong_and_right():
    for each in QUESTIONS:
        assert known(f"Please: {each.question.upper()} Thanks") == each
        assert each.right != each.wrong


def test_a_knob_makes_a_deployment_always_wrong_or_always_right(turn, client):
    turn(accuracy=0)
    assert score(client, "chat") == 0
    turn(accuracy=1)
    assert score(client, "chat") == len(QUESTIONS)


def test_another_seed_may_change_the_mind_of_a_middling_deployment(turn, client):
    turn(accuracy=0.5)
    told = {says(client, QUESTIONS[0].question, seed=seed).content for seed in range(20)}
    assert told == {QUESTIONS[0].right, QUESTIONS[0].wrong}


def test_a_knob_turns_one_deployment_of_one_account(cloud, turn, client):
    cloud.deployment("other", capacity=ROOMY)
    turn("chat", account="contoso", accuracy=0)
    turn("other", account="elsewhere", accuracy=0)
    assert score(client, "chat") == 0
    assert score(client, "other") > 0


def test_a_knob_set_to_nothing_is_as_the_model_has_it(cloud, turn, client):
    before = score(client, "chat")
    turn(accuracy=0, refusal_rate=0.0)
    turn(accuracy=None)
    assert score(client, "chat") == before


def test_a_deployment_told_to_refuse_does(turn, client):
    turn(refusal_rate=1)
    assert says(client, "Tell me a story.").content == quality.REFUSAL
    structured = says(
        client,
        "Tell me a story.",
        response_format={"type": "json_schema", "json_schema": {"name": "x", "schema": SCHEMA}},
    )
    assert (structured.content, structured.refusal) == (None, quality.REFUSAL)


def test_some_answers_in_json_are_none_where_that_is_wanted(turn, client):
    turn(json_validity=0.5)
    good = 0
    for seed in range(40):
        reply = says(client, "Reply in JSON.", seed=seed, response_format={"type": "json_object"})
        try:
            json.loads(reply.content)
        except ValueError:
            continue
        good += 1
    assert 5 < good < 35


def test_structured_output_holds_the_answer_to_a_known_question(turn, client):
    turn(accuracy=1)
    reply = says(
        client,
        "What is the capital of Portugal?",
        response_format={"type": "json_schema", "json_schema": {"name": "x", "schema": SCHEMA}},
    )
    assert json.loads(reply.content)["answer"] == "Lisbon"


def test_the_book_decides_what_is_said_to_a_text_or_a_hash(write, client):
    write(contains="refund", answer="Within five days.")
    write(sha256=hashlib.sha256(b"Exactly this.").hexdigest(), answer="Exactly that.")
    assert says(client, "When is my REFUND due?").content == "Within five days."
    assert says(client, "Exactly this.").content == "Exactly that."
    assert says(client, "Exactly this!").content != "Exactly that."


def test_the_last_line_of_the_book_counts_and_may_be_one_deployments(cloud, write, client):
    cloud.deployment("canary")
    write(contains="refund", answer="old")
    write(contains="refund", answer="new", deployment="canary")
    assert says(client, "refund").content == "old"
    assert says(client, "refund", "canary").content == "new"


def test_a_golden_answer_is_missed_as_often_as_a_deployment_is_wrong(turn, write, client):
    write(contains="refund", answer="right", wrong="wrong", golden=True)
    turn(accuracy=0.5)
    told = [says(client, "refund", seed=seed).content for seed in range(40)]
    assert set(told) == {"right", "wrong"}
    turn(accuracy=0)
    assert says(client, "refund").content == "wrong"


def test_the_book_speaks_in_streams_and_responses_too(write, client):
    write(contains="refund", answer="Within five days.")
    stream = client.chat.completions.create(
        model="chat", messages=[{"role": "user", "content": "refund"}], stream=True
    )
    told = "".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices)
    assert told == "Within five days."
    assert client.responses.create(model="chat", input="refund").output_text == told


@pytest.mark.parametrize("aim", [{}, {"contains": "x", "sha256": "0" * 64}])
def test_a_line_of_the_book_aims_at_one_thing(aim):
    with pytest.raises(ValueError, match="either contains or sha256"):
        Entry.model_validate({**aim, "answer": "y"})


RETURNS = """Context:
[doc1] Unused items can be returned within thirty days. Shipping is free above 50 EUR.
[doc2] Gift cards are never refunded.

Question: """
FACTS = {
    "Can unused items be returned?": "can be returned within thirty days. [doc1]",
    "Is shipping free?": "Shipping is free above 50 EUR. [doc1]",
    "Are gift cards refunded?": "Gift cards are never refunded. [doc2]",
}
ASKED = [f"Is gift card number {number} refunded?" for number in range(60)]


def worse(cloud, share, *dimensions):
    fault = Fault(action="worse", share=share, dimensions=list(dimensions))
    Faults(cloud.around.store).add(fault)


@pytest.mark.parametrize(("question", "fact"), FACTS.items())
def test_a_prompt_with_a_context_is_answered_from_it_and_cites_it(turn, client, question, fact):
    turn(groundedness=1)
    assert says(client, RETURNS + question).content.endswith(fact)


def test_a_context_may_stand_in_another_message_than_the_question(turn, client):
    turn(groundedness=1)
    told = [
        {"role": "system", "content": "Sources:\n- Cora never sleeps."},
        {"role": "user", "content": "Does Cora sleep?"},
    ]
    reply = client.chat.completions.create(model="chat", messages=told)
    assert reply.choices[0].message.content == "Cora never sleeps."


def good(client, dimension):
    """The share of answers that are good in one respect."""
    count = 0
    for asked in ASKED:
        form = {"response_format": {"type": "json_object"}} if dimension == "format" else {}
        text = says(client, f"{RETURNS}{asked} json", **form).content
        count += {
            "groundedness": "[doc" in text,
            "style": not text.startswith("As an AI language model"),
            "format": text.endswith("}"),
            "refusal": text != quality.REFUSAL,
        }[dimension]
    return count / len(ASKED)


@pytest.mark.parametrize("dimension", ["groundedness", "style", "format", "refusal"])
def test_a_fault_makes_answers_worse_in_the_respect_that_it_names(cloud, client, turn, dimension):
    turn(groundedness=1)
    assert good(client, dimension) == 1
    worse(cloud, 0.5, dimension)
    assert 0.25 < good(client, dimension) < 0.75
    for other in {"groundedness", "style", "format", "refusal"} - {dimension}:
        assert good(client, other) > (0.25 if dimension == "refusal" else 0.99)


@given(st.floats(0, 1), st.floats(0, 1))
def test_worse_is_never_better(own, share):
    mind = Mind(accuracy=own, groundedness=own, style=own, json_validity=own, refusal_rate=own)
    after = mind.worse(share, ["accuracy", "groundedness", "style", "format", "refusal"])
    assert max(after.accuracy, after.groundedness, after.style, after.json_validity) <= own
    assert after.refusal_rate >= max(own, 1 - share)


def test_knobs_set_groundedness_and_style_for_good(turn, client):
    turn(groundedness=0, style=0)
    assert good(client, "groundedness") == good(client, "style") == 0
