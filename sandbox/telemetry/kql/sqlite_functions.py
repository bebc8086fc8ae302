"""What SQLite lacks of Kusto's functions."""

import json
import math
import re
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, Final

from sandbox.clock import stamp
from sandbox.telemetry.kql.tokens import EPOCH, UNITS, microseconds, moment_of

Number = int | float
DAY: Final = UNITS["d"]


class Percentile:
    """The smallest value with at least so many percent of the weight at or below it."""

    def __init__(self) -> None:
        self._values: list[tuple[Number, Number]] = []
        self._percent: Number = 0

    def step(self, value: Number | None, weight: Number | None, percent: Number) -> None:
        self._percent = percent
        if value is not None and weight is not None and weight > 0:
            self._values.append((value, weight))

    def finalize(self) -> Number | None:
        return percentile(self._values, self._percent)


def percentile(values: list[tuple[Number, Number]], percent: Number) -> Number | None:
    """Nearest rank over (value, weight), as Kusto's documentation defines it."""
    ordered = sorted(values)
    # Multiplied, not divided: 60 of 100 must not be missed by a rounding.
    wanted = percent * sum(weight for _, weight in ordered)
    seen: Number = 0
    for value, weight in ordered:
        seen += weight
        if seen * 100 >= wanted:
            return value
    return ordered[-1][0] if ordered else None


class ArgMax:
    """What stands beside the largest value; the first of equals."""

    def __init__(self) -> None:
        self._extreme: Any = None
        self._beside: Any = None

    def step(self, value: Any, beside: Any) -> None:
        if value is not None and (self._extreme is None or self.beyond(value, self._extreme)):
            self._extreme, self._beside = value, beside

    def finalize(self) -> Any:
        return self._beside

    def beyond(self, value: Any, extreme: Any) -> bool:
        return bool(value > extreme)


class ArgMin(ArgMax):
    """Likewise, of the smallest."""

    def beyond(self, value: Any, extreme: Any) -> bool:
        return bool(value < extreme)


def microseconds_of_stamp(stamped: str | None) -> int | None:
    return None if stamped is None else microseconds(moment_of(stamped))


@lru_cache(maxsize=4096)
def loaded(document: str) -> Any:
    return json.loads(document)


def parse(document: str | None) -> str | None:
    """JSON stays what it is; any other text becomes a JSON string, as in Kusto."""
    if not document:
        return None
    try:
        loaded(document)
    except (ValueError, RecursionError):
        return json.dumps(document)
    return document


def member(document: str | None, key: str | int) -> str | None:
    """The JSON of one member, null where there is none."""
    if not document:
        return None
    whole = loaded(document)
    found = None
    if isinstance(whole, dict) and isinstance(key, str):
        found = whole.get(key)
    elif isinstance(whole, list) and isinstance(key, int) and -len(whole) <= key < len(whole):
        found = whole[key]
    return None if found is None else compact(found)


def text(value: Any, type: str) -> str:
    """tostring(): empty for null."""
    if value is None:
        return ""
    if type == "bool":
        return "true" if value else "false"
    if type == "datetime":
        return moment_text(value) or ""
    if type == "timespan":
        return span_text(value)
    if type == "dynamic":
        return _dynamic_text(value)
    if isinstance(value, float):
        return _real_text(value)
    return str(value)


def _dynamic_text(document: str) -> str:
    value = loaded(document)
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or value is None:
        return "" if value is None else str(value).lower()
    if isinstance(value, float):
        return _real_text(value)
    return compact(value)


def compact(value: Any) -> str:
    """JSON as the service writes it."""
    return json.dumps(value, separators=(",", ":"))


def _real_text(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def moment_text(value: int) -> str | None:
    """A moment as the service writes it; nothing where it is beyond the calendar."""
    try:
        return stamp(EPOCH + timedelta(microseconds=value))
    except OverflowError:
        return None


def span_text(value: int) -> str:
    """1.02:03:04.0050000, as .NET writes it."""
    seconds, fraction = divmod(abs(value), 1_000_000)
    days, seconds = divmod(seconds, 86_400)
    text = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return "".join(
        (
            "-" if value < 0 else "",
            f"{days}." if days else "",
            text,
            f".{fraction:06}0" if fraction else "",
        )
    )


def number(value: Any) -> float | None:
    if isinstance(value, str):
        value = value.strip()
        # What Python reads beyond Kusto: 1_000, infinity.
        return float(value) if re.fullmatch(r"[-+]?[\d.]+([eE][-+]?\d+)?", value) else None
    return None if value is None else float(value)


def whole(value: Any) -> int | None:
    if isinstance(value, str):
        value = value.strip()
        return int(value) if re.fullmatch(r"[-+]?\d{1,19}", value, re.ASCII) else None
    return None if value is None else int(value)


def equal(left: Any, right: Any) -> bool | None:
    """Two nulls are null, one null is false: Kusto's, not SQL's."""
    if left is None and right is None:
        return None
    return bool(left == right)


def lower(value: str | None) -> str:
    return (value or "").casefold()


def has(value: str | None, term: str) -> bool:
    """Whether a whole word of a text is the term, in any casing."""
    pattern = rf"(?<![^\W_]){re.escape(term.casefold())}(?![^\W_])"
    return re.search(pattern, (value or "").casefold()) is not None


def bin(value: Number | None, size: Number | None) -> Number | None:
    if value is None or size is None or size <= 0:
        return None
    return value // size * size


def divide(left: Number | None, right: Number | None) -> float | None:
    if left is None or right is None:
        return None
    if right == 0:
        return None if left == 0 else math.copysign(math.inf, left)
    return left / right


def quotient(left: int | None, right: int | None) -> int | None:
    """Whole numbers divide to whole numbers, towards zero."""
    if left is None or right is None or right == 0:
        return None
    quotient = abs(left) // abs(right)
    return quotient if (left < 0) == (right < 0) else -quotient


def modulo(left: Number | None, right: Number | None) -> Number | None:
    """Never negative for a positive divisor, as in Kusto."""
    return None if left is None or right is None or right == 0 else left % abs(right)


def rounded(value: Number | None, digits: int) -> float | None:
    if value is None:
        return None
    try:
        exact = Decimal(repr(float(value)))
        return float(exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP))
    except InvalidOperation:
        return float(value)


def finite(value: Number | None) -> bool:
    return value is not None and math.isfinite(value)


def length(value: str | None) -> int:
    return len(value or "")
