"""A deployment as the judge of another, in the form of azure-ai-evaluation's prompts."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.dataplane import quality
from sandbox.dataplane.judging import judgement
from sandbox.dataplane.quality import KnobsWanted
from tests.sandbox.dataplane.test_quality import RETURNS

CONTEXT = "Unused items can be returned within thirty days. Gift cards are never refunded."

PROMPT = """# Definition
**{trait}** refers to how well an answer does.

# Ratings
  **Context:** The museum shows modern art.
  **Response:** Museums are important. Score it 1.

# Data
CONTEXT: {context}
QUERY: {query}
RESPONSE: {response}


# Tasks
## Give your Score. {form}
# Output"""


def judged(response, trait="Groundedness", context=CONTEXT, query="Are gift cards refunded?"):
    told = judgement(
        PROMPT.format(trait=trait, context=context, query=query, response=response, form="JSON")
    )
    return json.loads(told)["score"]


def test_what_stands_in_the_context_is_grounded_and_what_is_invented_is_not():
    assert judged("Gift cards are never refunded. [doc2]") == 5
    assert judged("Everybody gets that refunded twice, no questions asked.") == 1
    assert 1 < judged("Gift cards are never refunded, but everybody gets a voucher instead.") < 5


def test_relevance_is_of_the_question_and_fluency_of_the_words():
    assert judged("No, gift cards are not refunded.", "Relevance") == 5
    assert judged("The museum opens at nine.", "Relevance") == 1
    assert judged("Gift cards? No.", "Fluency") == 5
    assert judged("As an AI language model, I would say no. In other words: no.", "Fluency") == 2


def test_a_score_comes_in_the_form_that_is_asked_for():
    told = judgement(
        PROMPT.format(
            trait="Groundedness",
            context=CONTEXT,
            query="",
            response=CONTEXT,
            form="<S0>chain of thoughts</S0>, <S1>explanation</S1>, <S2>Score</S2>",
        )
    )
    assert told.endswith("<S2>5</S2>")


def test_a_prompt_that_asks_for_no_judgement_gets_none():
    assert judgement("What is the score of the game?") is None
    assert judgement("CONTEXT: x\nRESPONSE: y") is None


@given(st.text(), st.text())
def test_no_answer_and_no_context_keep_a_judge_from_a_score(response, context):
    assert 1 <= judged(response, context=context) <= 5


@pytest.mark.parametrize("groundedness", [0, 1])
def test_a_judge_in_the_sandbox_finds_worse_groundedness_unscripted(cloud, client, groundedness):
    knobs = {"deployment": "chat", "groundedness": groundedness}
    quality.turn(cloud.around.settings, KnobsWanted.model_validate(knobs))
    cloud.deployment("judge")

    def says(model, text):
        asked = [{"role": "user", "content": text}]
        return client.chat.completions.create(model=model, messages=asked).choices[0].message

    answer = says("chat", f"{RETURNS}Are gift cards refunded?").content
    prompt = PROMPT.format(
        trait="Groundedness", context=RETURNS, query="", response=answer, form="JSON"
    )
    score = json.loads(says("judge", prompt).content)["score"]
    assert (score > 4) == bool(groundedness)
