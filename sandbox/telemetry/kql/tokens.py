"""From the text of a query to its words."""

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal

from sandbox.telemetry.kql.refusal import NotUnderstood

Kind = Literal["name", "string", "number", "timespan", "datetime", "null", "sign", "end"]

UNITS: Final = {
    "d": 86_400_000_000,
    "h": 3_600_000_000,
    "m": 60_000_000,
    "s": 1_000_000,
    "ms": 1_000,
    "microsecond": 1,
}
"""Microseconds."""

WORDS: Final = re.compile(
    r"""(?P<space>\s+|//[^\n]*)
    |(?P<string>@?"(?:[^"\\\n]|\\.)*"|@?'(?:[^'\\\n]|\\.)*')
    |(?P<datetime>datetime\s*\(\s*[^()"']*\))
    |(?P<null>(?:int|long|real|double|bool|timespan|dynamic)\s*\(\s*null\s*\))
    |(?P<timespan>\d+(?:\.\d+)?(?:microsecond|ms|d|h|m|s)\b)
    |(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w]))
    |(?P<name>(?:!?in~|!(?:in|has|contains|startswith|between)\b|\$(?:left|right)\b|[A-Za-z_]\w*))
    |(?P<sign>==|!=|=~|!~|<=|>=|\.\.|[-=<>+*/%|()\[\]{},;:.])""",
    re.VERBOSE | re.ASCII,
)
ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", '"': '"', "'": "'", "0": "\0"}
LONG: Final = 2**63 - 1
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Token:
    kind: Kind
    text: str
    value: str | int | float | None
    at: int
    """Where in the query it starts, from 0."""


def tokens(query: str) -> list[Token]:
    """The words of a query, and an end.

    Raises:
        NotUnderstood: a character that starts no word; the message has it and its place.
    """
    found: list[Token] = []
    at = 0
    while at < len(query):
        match = WORDS.match(query, at)
        if match is None:
            raise NotUnderstood(f"{query[at : at + 20]!r} is not understood, {place(query, at)}")
        kind, text = str(match.lastgroup), match.group()
        if kind != "space":
            found.append(_token(kind, text, at, query))
        at = match.end()
    return [*found, Token("end", "", None, len(query))]


def place(query: str, at: int) -> str:
    """Line and column, as people count them."""
    before = query[:at]
    return f"line {before.count(chr(10)) + 1}, column {at - before.rfind(chr(10))}"


def _token(kind: str, text: str, at: int, query: str) -> Token:
    if kind == "string":
        return Token("string", text, _string(text), at)
    if kind == "timespan":
        return Token("timespan", text, _timespan(text, place(query, at)), at)
    if kind == "number":
        return Token("number", text, _number(text, place(query, at)), at)
    if kind == "datetime":
        return Token("datetime", text, _moment(text, place(query, at)), at)
    if kind == "null":
        return Token("null", text.partition("(")[0].strip(), None, at)
    return Token("name" if kind == "name" else "sign", text, text, at)


def _string(text: str) -> str:
    if text.startswith("@"):
        return text[2:-1]
    return re.sub(r"\\(.)", lambda match: ESCAPES.get(match[1], match[1]), text[1:-1])


def _number(text: str, where: str) -> int | float:
    try:
        number: int | float = int(text) if text.isdigit() else float(text)
    except ValueError:
        raise NotUnderstood(f"the number {text[:20]}... is too long, {where}") from None
    if not math.isfinite(number) or (isinstance(number, int) and number > LONG):
        raise NotUnderstood(f"the number {text[:20]} is too large, {where}")
    return number


def _timespan(text: str, where: str) -> int:
    number = re.match(r"[\d.]+", text)
    digits = number.group() if number else "0"
    span = float(digits) * UNITS[text[len(digits) :]]
    if span > LONG:
        raise NotUnderstood(f"the timespan {text[:20]} is too long, {where}")
    return round(span)


def _moment(text: str, where: str) -> int | None:
    inner = text[text.index("(") + 1 : -1].strip()
    if inner == "null":
        return None
    try:
        return microseconds(moment_of(inner))
    except (ValueError, OverflowError):
        raise NotUnderstood(f"datetime({inner}) is no moment, {where}") from None


def moment_of(text: str) -> datetime:
    """An ISO text as a moment."""
    return datetime.fromisoformat(text)


def microseconds(moment: datetime) -> int:
    """Since 1970; without a zone a moment is one of UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    past = aware - EPOCH
    return (past.days * 86_400 + past.seconds) * 1_000_000 + past.microseconds
