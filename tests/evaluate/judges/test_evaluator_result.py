"""What an evaluator of azure-ai-evaluation returns is a score only if all of it agrees."""

import math

import openai
import pytest
from azure.core.exceptions import ClientAuthenticationError
from hypothesis import given
from hypothesis import strategies as st

from scripts.evaluate.judges.evaluator_result import problem, read
from scripts.evaluate.row import Unjudged, Usage
from tests.evaluate.judges.evaluators import MODEL, result
from tests.evaluate.judges.test_reading import JSON


def scored(found, names_itself=MODEL):
    return read("relevance", found, names_itself)


def test_a_whole_score_counts_and_its_tokens_too():
    found = scored(result("relevance", 4.0))
    assert (found.score, found.usage) == (4.0, Usage(prompt=10, answer=5))
    assert found.reason.startswith("Let's think")


@pytest.mark.parametrize(
    ("found", "why"),
    [
        (result("relevance", math.nan), "missing: no number"),
        (result("relevance", None, status="skipped"), "missing: skipped"),
        (result("relevance", 4.0, status="error"), "missing: error"),
        (result("relevance", 7.0), "out of range"),
        (result("relevance", 0.0), "out of range"),
        (result("relevance", math.inf), "out of range"),
        (result("relevance", 4.5), "malformed: no whole score"),
        (result("relevance", 5.0, finish="length"), "cut: ended with length"),
        (result("relevance", 5.0, threshold=3), "malformed: a threshold of 3, not 4"),
        (result("relevance", 5.0, model="gpt-5.5-2026-04-24"), "request: it answers as gpt-5.5"),
        (result("fluency", 5.0), "missing"),
        ({}, "missing"),
        (None, "malformed"),
        (math.nan, "malformed"),
    ],
)
def test_what_it_calls_completed_may_be_no_score(found, why):
    score = scored(found).score
    assert isinstance(score, Unjudged)
    assert score.reason.startswith(why)


def test_a_model_of_another_publisher_is_called_as_it_likes():
    assert scored(result("relevance", 4.0, model="mistral-large"), "").score == 4.0


@given(st.dictionaries(st.sampled_from(list(result("relevance"))), JSON) | JSON)
def test_nothing_that_is_returned_raises_or_makes_up_a_score(found):
    whole = result("relevance") | found if isinstance(found, dict) else found
    score = scored(whole).score
    assert isinstance(score, Unjudged) or (
        score in range(1, 6) and score == whole["relevance_score"]
    )


def wrapped(status):
    """As its WrappedOpenAIError is raised: from the SDK's own error."""
    import httpx2

    response = httpx2.Response(status, request=httpx2.Request("POST", "https://x"))
    error = RuntimeError("(UserError) OpenAI API hits an error")
    error.__cause__ = openai.APIStatusError("nope", response=response, body=None)
    return error


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (wrapped(429), "throttled_quota: nope"),
        (wrapped(500), "server: nope"),
        (wrapped(401), "request: nope"),
        (TimeoutError(), "timeout"),
        (ValueError("could not convert string to float: 'abc'"), "malformed"),
        (TypeError("the JSON object must be str, not NoneType"), "malformed"),
        (ClientAuthenticationError("no login"), "request: no token: no login"),
        (RuntimeError("Evaluator returned invalid output."), "failed: RuntimeError: Evaluator"),
    ],
)
def test_what_is_raised_says_why_there_is_no_score(error, why):
    assert problem(error).startswith(why)
