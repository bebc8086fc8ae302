"""$filter of the metrics API: which values of which dimensions, and what to split by."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

WORDS: Final = re.compile(r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<sign>[()])|(?P<word>[\w./-]+))")
EVERY: Final = "*"


class NoFilter(ValueError):
    """A text that is no filter; it says what is wrong."""


@dataclass(frozen=True)
class Dimension:
    """What is asked of one dimension."""

    included: frozenset[str] = frozenset()
    """Values in lower case; none at all for a '*'."""
    excluded: frozenset[str] = frozenset()

    def takes(self, value: str) -> bool:
        lower = value.lower()
        return lower not in self.excluded and (not self.included or lower in self.included)


@dataclass
class _Reader:
    words: list[str]
    at: int = 0
    found: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    def next(self, *wanted: str) -> str:
        word = self.words[self.at] if self.at < len(self.words) else ""
        if not word or (wanted and word.lower() not in wanted):
            expected = " or ".join(wanted) or "a value"
            raise NoFilter(f"'{word or 'its end'}' stands where {expected} is expected")
        self.at += 1
        return word

    def here(self, *wanted: str) -> bool:
        return self.at < len(self.words) and self.words[self.at].lower() in wanted


def dimensions(filter: str, known: Mapping[str, str]) -> dict[str, Dimension]:
    """By dimension, what a filter asks: A eq 'x' and (B eq 'y' or B eq 'z') and C eq '*'.

    Args:
        filter: the text of $filter.
        known: the spelling of each dimension, by its name in lower case.

    Raises:
        NoFilter: it is none, or of a dimension that is not known; the text lists those that are.
    """
    reader = _Reader(_words(filter))
    while reader.at < len(reader.words):
        _alternatives(reader)
        if reader.at < len(reader.words):
            reader.next("and")
            if reader.at == len(reader.words):
                raise NoFilter("it ends with 'and'")
    asked: dict[str, Dimension] = {}
    for name, tests in reader.found.items():
        if name.lower() not in known:
            raise NoFilter(
                f"there is no dimension '{name}'; there are {', '.join(sorted(known.values()))}"
            )
        included = frozenset(value.lower() for verb, value in tests if verb == "eq")
        excluded = frozenset(value.lower() for verb, value in tests if verb == "ne")
        asked[known[name.lower()]] = Dimension(
            frozenset() if EVERY in included else included, excluded
        )
    return asked


def _alternatives(reader: _Reader) -> None:
    """One test, or some on the same dimension in brackets."""
    brackets = reader.here("(")
    if brackets:
        reader.next("(")
    name = _test(reader)
    while reader.here("or"):
        reader.next("or")
        other = _test(reader)
        if other.lower() != name.lower():
            raise NoFilter(f"'or' joins {name} and {other}; it joins values of one dimension only")
    if brackets:
        reader.next(")")


def _test(reader: _Reader) -> str:
    name = reader.next()
    verb = reader.next("eq", "ne").lower()
    value = reader.next()
    if not value.startswith("'"):
        raise NoFilter(f"the value {value} of {name} has no quotes")
    reader.found.setdefault(name, []).append((verb, value[1:-1].replace("''", "'")))
    return name


def _words(filter: str) -> list[str]:
    found, at, text = [], 0, filter.strip()
    while at < len(text):
        match = WORDS.match(text, at)
        if match is None:
            raise NoFilter(f"{text[at : at + 20]!r} is not understood")
        found.append(match.group().strip())
        at = match.end()
    return found
