"""Answers out of what a prompt brings along: a good one keeps to it, and says where it stands."""

import random
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sandbox.dataplane.tokens import text_of

HEADING: Final = re.compile(
    r"^[#* ]*(?:context|sources?|documents?|passages?)[* ]*:", re.IGNORECASE | re.MULTILINE
)
"""Where a context begins: Context:, Sources: and the like at the beginning of a line."""

END: Final = re.compile(r"^[#* ]*(?:question|query|user)[* ]*:", re.IGNORECASE | re.MULTILINE)

LABEL: Final = re.compile(r"^\[([\w.-]{1,40})\][:\s]*")
"""[doc1] before a source, which is how answers cite it."""

INVENTED: Final = (
    "As far as I know this takes exactly nine working days and costs 14.90.",
    "Our policy changed last spring, and it no longer applies to you.",
    "Everybody gets that refunded twice, no questions asked.",
    "You have to send us a fax first; a colleague will confirm it by letter.",
)
"""What stands in no context."""


@dataclass(frozen=True)
class Sentence:
    text: str
    label: str
    """Of the source that it is from; empty if that has none."""

    @property
    def cited(self) -> str:
        return f"{self.text} [{self.label}]" if self.label else self.text


def context(messages: Iterable[Mapping[str, Any]]) -> list[Sentence]:
    """The sentences that a prompt gives to answer from; none for most prompts."""
    found = []
    for message in messages:
        text = text_of(message.get("content"))
        for part in HEADING.split(text)[1:]:
            found += _sentences(END.split(part)[0])
    return found


def _sentences(text: str) -> list[Sentence]:
    found, label = [], ""
    for line in text.splitlines():
        if told := LABEL.match(line.strip()):
            label = told[1]
        rest = LABEL.sub("", line.strip()).lstrip("-* ")
        found += [Sentence(each, label) for each in re.split(r"(?<=[.!?])\s+", rest) if each]
    return found


def grounded(asked: str, sentences: Iterable[Sentence]) -> str:
    """The sentence that has most in common with the question."""
    before, *contexts = HEADING.split(asked)
    after = [part for each in contexts for part in END.split(each)[1:]]
    words = _words(" ".join((before, *after)))
    return max(sentences, key=lambda each: len(words & _words(each.text))).cited


def invented(dice: random.Random) -> str:
    return dice.choice(INVENTED)


def _words(text: str) -> set[str]:
    return set(re.findall(r"[^\W_]{3,}", text.lower()))
