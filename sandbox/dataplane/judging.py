"""A model that is asked to judge an answer: by the words it has in common with what it answers.

Known by the form of azure-ai-evaluation's prompts: data under CONTEXT:, QUERY: and RESPONSE:.
"""

import json
import re
from typing import Final

TRAIT: Final = re.compile(r"\*\*(Groundedness|Relevance|Coherence|Fluency)\*\* refers")

LEVELS: Final = (0.2, 0.4, 0.6, 0.8)
"""Shares from which on a score is 2, 3, 4 and 5."""

RAMBLING: Final = "as an ai language model"

TAGS: Final = "<S2>"
"""How older prompts want the score; the newer ones take JSON."""


def judgement(asked: str) -> str | None:
    """The score of an answer, as whoever asks wants to read it; None if nobody asks for one."""
    if "score" not in asked.lower():
        return None
    before, response = _last(f"\n{asked}", "RESPONSE")
    if not response:
        return None
    before, query = _last(before, "QUERY")
    _, context = _last(before, "CONTEXT")
    trait = TRAIT.search(asked)
    named = trait[1] if trait else "Groundedness" if context else "Relevance"
    score, reason = _judged(named, context, query, response.partition("\n#")[0])
    if TAGS in asked:
        return f"<S0>Let's think step by step: {reason}</S0>, <S1>{reason}</S1>, <S2>{score}</S2>"
    return json.dumps({"reason": reason, "score": score})


def _last(text: str, heading: str) -> tuple[str, str]:
    """What stands before a heading and behind it: the last of its kind, since examples come first.

    All stands before it if there is none.
    """
    before, found, behind = text.rpartition(f"\n{heading}:")
    return (before, behind) if found else (text, "")


def _judged(trait: str, context: str, query: str, response: str) -> tuple[int, str]:
    said = _words(re.sub(r"\[[\w.-]+\]", " ", response))
    if trait == "Groundedness":
        share = len(said & _words(context)) / len(said) if said else 0.0
        return _score(share), f"{share:.0%} of its words stand in the context."
    if trait == "Relevance":
        wanted = _words(query)
        share = len(said & wanted) / len(wanted) if wanted else 1.0
        # Half of the question in an answer is as much as anybody says of it.
        return _score(2 * share), f"{share:.0%} of what was asked for is taken up."
    rambles = RAMBLING in response.lower() or not said
    return (2, "It repeats itself.") if rambles else (5, "It reads well.")


def _score(share: float) -> int:
    return 1 + sum(share >= level for level in LEVELS)


def _words(text: str) -> set[str]:
    return set(re.findall(r"[^\W_]{3,}", text.lower()))
