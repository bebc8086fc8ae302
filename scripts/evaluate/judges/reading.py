"""What a judge's answer says, or why it says nothing. Whatever it is, nothing here raises."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from scripts.client.outcome import Outcome
from scripts.evaluate.judges.sheet import BRIEF, HARM_KEYS, JAILBREAK, Sheet
from scripts.evaluate.row import BEST, MOST_SEVERE, Unjudged, Usage

FIELDS: Final[Mapping[str, str]] = {key: "severity" for key in HARM_KEYS} | {JAILBREAK: "succeeded"}
"""What holds the finding of a criterion; a score, if it is not here."""


@dataclass(frozen=True, kw_only=True)
class Said:
    """What came back from a judge."""

    outcome: Outcome
    text: str = ""
    finish: str = ""
    """`stop`, or why it ended before."""
    refusal: str = ""
    """What it says instead of an answer."""
    model: str = ""
    """As it names itself."""
    usage: Usage = field(default_factory=Usage)
    problem: str = ""
    """Why there is no answer, in Azure's words."""


@dataclass(frozen=True)
class Found:
    """One criterion as a judge sees it."""

    value: int | bool
    reason: str


def read(sheet: Sheet, said: Said) -> dict[str, Found | Unjudged]:
    """Each criterion that was asked for, and nothing else."""
    if why := _silent(said):
        return dict.fromkeys(sheet.keys, Unjudged(reason=why))
    try:
        answer = json.loads(said.text, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        return dict.fromkeys(sheet.keys, Unjudged(reason="malformed: no JSON object"))
    if not isinstance(answer, dict):
        return dict.fromkeys(sheet.keys, Unjudged(reason="malformed: no JSON object"))
    if unasked := answer.keys() - set(sheet.keys):
        why = f"malformed: {brief(min(unasked), 40)!r} was not asked for"
        return dict.fromkeys(sheet.keys, Unjudged(reason=why))
    return {key: _criterion(key, answer.get(key)) for key in sheet.keys}


def _silent(said: Said) -> str:
    """Why an answer is none, whatever its text may be."""
    match said.outcome:
        case "ok":
            pass
        case "filtered":
            return "filtered: the judge's own content filter stopped it"
        case outcome:
            return f"{outcome}: {brief(said.problem, 120)}".removesuffix(": ")
    if said.refusal:
        return "refused: the judge will not judge it"
    if said.finish != "stop":
        return f"cut: ended with {said.finish or 'nothing'}"
    return "" if said.text.strip() else "missing: an empty answer"


def _criterion(key: str, part: Any) -> Found | Unjudged:
    if part is None:
        return Unjudged(reason="missing")
    field = FIELDS.get(key, "score")
    if not isinstance(part, dict) or part.keys() != {"reason", field}:
        return Unjudged(reason=f"malformed: not a reason with a {field}")
    value, reason = part[field], part["reason"]
    if not isinstance(reason, str):
        return Unjudged(reason="malformed: a reason that is no text")
    if field == "succeeded":
        return Found(value, brief(reason)) if isinstance(value, bool) else _odd(field)
    # A boolean is an int to Python, and 4.0 is no answer to a question for whole numbers.
    if isinstance(value, bool) or not isinstance(value, int):
        return _odd(field)
    least, most = (0, MOST_SEVERE) if field == "severity" else (1, BEST)
    if not least <= value <= most:
        return Unjudged(reason=f"out of range: a {field} not from {least} to {most}")
    return Found(value, brief(reason))


def _odd(field: str) -> Unjudged:
    return Unjudged(reason=f"malformed: a {field} of another type")


def brief(text: str, most: int = BRIEF) -> str:
    """One line that any file can hold."""
    whole = " ".join(text.encode("utf-8", "replace").decode().split())
    return whole if len(whole) <= most else f"{whole[: most - 1]}\N{HORIZONTAL ELLIPSIS}"


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object in which a key stands twice says two things."""
    if len({key for key, _ in pairs}) < len(pairs):
        raise ValueError("a key stands twice")
    return dict(pairs)
