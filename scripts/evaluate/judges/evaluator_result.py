"""What an evaluator of azure-ai-evaluation returns, or raises. As of 1.18.10 it takes any number
for a score, 7 as well, and calls a row without one completed."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from scripts.client.outcome import of_error
from scripts.evaluate.bar import GOOD
from scripts.evaluate.judges.reading import brief
from scripts.evaluate.row import BEST, Metric, Unjudged, Usage

TOLD: Final = 120
"""Characters of what went wrong."""


@dataclass(frozen=True, kw_only=True)
class Scored:
    score: float | Unjudged
    reason: str = ""
    usage: Usage = field(default_factory=Usage)


def read(metric: Metric, result: Any, names_itself: str) -> Scored:
    """A score, if all that stands beside it agrees.

    names_itself: how the model that judges is called; empty if nobody knows.
    """
    if not isinstance(result, Mapping):
        return none("malformed: no result")
    properties = result.get(f"{metric}_properties")
    told = properties if isinstance(properties, Mapping) else {}
    usage = Usage(
        prompt=_count(told.get("prompt_tokens")), answer=_count(told.get("completion_tokens"))
    )
    score, reason = result.get(f"{metric}_score"), result.get(f"{metric}_reason")
    said = brief(reason) if isinstance(reason, str) else ""
    if why := _silent(metric, result, told, names_itself):
        return none(why, usage)
    if isinstance(score, bool) or not isinstance(score, int | float):
        return none("missing: no number", usage)
    if why := _no_score(score):
        return none(why, usage)
    return Scored(score=float(score), reason=said, usage=usage)


def problem(error: Exception) -> str:
    """Why a row has no score, by what was raised instead."""
    # Here, not above: the SDK takes a second to import.
    import openai
    from azure.core.exceptions import ClientAuthenticationError

    cause = error.__cause__ or error
    if isinstance(cause, openai.APIError):
        return f"{of_error(cause)}: {brief(str(cause), TOLD)}"
    if isinstance(error, TimeoutError):
        return "timeout: its time was over"
    if isinstance(error, ClientAuthenticationError):
        return f"request: no token: {brief(error.message, TOLD)}"
    if isinstance(error, ValueError | TypeError):
        return "malformed: no JSON with a score"
    return f"failed: {type(error).__name__}: {brief(str(error), TOLD)}"


def none(why: str, usage: Usage | None = None) -> Scored:
    return Scored(score=Unjudged(reason=why), usage=usage or Usage())


def _silent(
    metric: Metric, result: Mapping[str, Any], told: Mapping[str, Any], names_itself: str
) -> str:
    status, threshold = result.get(f"{metric}_status"), result.get(f"{metric}_threshold")
    if status != "completed":
        return f"missing: {status}"
    if told.get("finish_reason") != "stop":
        return f"cut: ended with {told.get('finish_reason')}"
    if not str(told.get("model", "")).startswith(names_itself):
        return f"request: it answers as {told.get('model')}, not as {names_itself}"
    # Its own verdicts are not read; that they rest on another bar says the same of its scores.
    return "" if threshold == GOOD else f"malformed: a threshold of {threshold}, not {GOOD}"


def _no_score(score: float) -> str:
    if isinstance(score, float) and math.isnan(score):
        return "missing: no number"
    if not 1 <= score <= BEST:
        return f"out of range: a score not from 1 to {BEST}"
    return "" if score == int(score) else "malformed: no whole score"


def _count(tokens: Any) -> int:
    whole = isinstance(tokens, int) and not isinstance(tokens, bool) and tokens >= 0
    return tokens if whole else 0
