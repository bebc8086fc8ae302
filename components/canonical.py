"""One way to write a value down, so that whoever hashes it gets the same hash."""

import json
import math
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final

from components.catalog import CONTENT_FILTERS

LARGEST_EXACT_INTEGER: Final = 2**53
"""Beyond it a float, and so the engine, loses digits."""

_FILTER_PARTS: Final = ("basePolicyName", "mode", "customBlocklists")
_FILTER_ORDER: Final[dict[tuple[str, str], int]] = {
    (fact.name, source): place
    for place, (fact, source) in enumerate(
        (fact, source) for fact in CONTENT_FILTERS for source in fact.sources
    )
}


class NotCanonical(ValueError):
    """The value has no canonical form; the message says which part of it, and why."""


def canonical(value: Any) -> str:
    """JSON with sorted keys, without spaces, whole numbers without a point.

    The engine makes 20 into 20.0: without the last of these no hash would survive it.

    Raises:
        NotCanonical: null, a number that is none, or what JSON has no word for.
    """
    plain = _plain(value, "")
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def hash_of(value: Any) -> str:
    """SHA-256 of the canonical form, as 64 hexadecimal digits.

    Raises:
        NotCanonical: it has no canonical form.
    """
    try:
        return sha256(canonical(value).encode()).hexdigest()
    except UnicodeEncodeError:
        raise NotCanonical("a text in it is no Unicode") from None


def entry_hash(entry: Mapping[str, Any]) -> str:
    """The hash that an entry of evidence must name: of all of it but that name.

    Raises:
        NotCanonical: it has no canonical form.
    """
    return hash_of({key: value for key, value in entry.items() if key != "hash"})


def filter_hash(policy: Mapping[str, Any]) -> str:
    """The hash of a content filter: of the `properties` of a RaiPolicy, as Azure spells them.

    The order of its lines is Azure's business, and what is null is absent: neither counts.

    Raises:
        NotCanonical: it has no canonical form, for one because a part is unknown.
    """
    parts = {name: policy[name] for name in _FILTER_PARTS if policy.get(name) is not None}
    lines = policy.get("contentFilters")
    if isinstance(lines, list | tuple):
        lines = sorted((_without_nulls(line) for line in lines), key=_place_of_line)
    if lines is not None:
        parts["contentFilters"] = lines
    return hash_of(_without_nulls(parts))


def built_in_filter_hash(name: str) -> str:
    """The hash of a filter of Microsoft's own, of which only the name is known."""
    return hash_of({"builtin": name})


def _plain(value: Any, place: str) -> Any:
    match value:
        case bool() | str():
            return value
        case int() | float() if not math.isfinite(value):
            raise NotCanonical(f"{place or 'it'} is no number")
        case int() | float() if value != int(value):
            return value
        case int() | float() if abs(value) > LARGEST_EXACT_INTEGER:
            raise NotCanonical(f"{place or 'it'} has more digits than the engine keeps")
        case int() | float():
            return int(value)
        case Mapping():
            for key in value:
                if not isinstance(key, str):
                    raise NotCanonical(f"{place or 'it'} has the key {key!r}, which is no text")
            return {key: _plain(held, f"{place}.{key}".lstrip(".")) for key, held in value.items()}
        case list() | tuple():
            return [_plain(held, f"{place}[{index}]") for index, held in enumerate(value)]
        case None:
            raise NotCanonical(f"{place or 'it'} is null")
    raise NotCanonical(f"{place or 'it'} is of type {type(value).__name__}")


def _without_nulls(value: Any) -> Any:
    match value:
        case Mapping():
            return {key: _without_nulls(held) for key, held in value.items() if held is not None}
        case list() | tuple():
            return [_without_nulls(held) for held in value]
    return value


def _place_of_line(line: Any) -> tuple[int, str]:
    named = (line.get("name"), line.get("source")) if isinstance(line, Mapping) else ()
    texts = tuple(each for each in named if isinstance(each, str))
    known = _FILTER_ORDER.get((texts[0], texts[1])) if len(texts) == 2 else None
    return (len(_FILTER_ORDER) if known is None else known, canonical(line))
