"""Which language a text is in, by its script and by its commonest words.

Good enough to notice an answer in the wrong language; too little text is in none.
"""

import re
import unicodedata
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Final, Literal

import yaml

Latin = Literal[
    "cs", "da", "de", "en", "es", "fi", "fr", "hu", "it", "nl", "no", "pl", "pt", "ro", "sv", "tr"
]
"""Told by their words: languages.yaml."""
OwnScript = Literal["ar", "el", "he", "hi", "ja", "ko", "ru", "th", "uk", "zh"]
Language = Literal[Latin, OwnScript]
"""ISO 639-1."""

SCRIPTS: Final[dict[str, OwnScript]] = {
    "ARABIC": "ar",
    "CJK": "zh",
    "CYRILLIC": "ru",
    "DEVANAGARI": "hi",
    "GREEK": "el",
    "HANGUL": "ko",
    "HEBREW": "he",
    "HIRAGANA": "ja",
    "KATAKANA": "ja",
    "THAI": "th",
}
"""The first word of a letter's name in Unicode, where the script tells the language."""

LEAST_WORDS: Final = 6
"""Below that nothing is said of a text in Latin letters."""
LEAST_SHARE: Final = 0.15
"""Of all words: what the commonest make up at least."""
MARGIN: Final = 1.25
"""How much likelier one language must be than the next: Danish is not told from Norwegian."""


def language_of(text: str) -> Language | None:
    """The language that a text is most likely in; None where it is too short or like none."""
    letters = Counter(_script(letter) for letter in text if letter.isalpha())
    if not letters:
        return None
    script, _ = letters.most_common(1)[0]
    if script != "LATIN":
        return _by_script(text, script, letters)
    words = re.findall(r"[^\W\d_]+", text.lower())
    if len(words) < LEAST_WORDS:
        return None
    hits = {
        language: sum(word in common for word in words) for language, common in _common().items()
    }
    (most, first), (next_most, _) = sorted(((n, name) for name, n in hits.items()), reverse=True)[
        :2
    ]
    sure = most >= LEAST_SHARE * len(words) and most >= MARGIN * max(1, next_most)
    return first if sure else None


@cache
def _common() -> dict[Latin, frozenset[str]]:
    text = Path(__file__).with_name("languages.yaml").read_text(encoding="utf-8")
    return {language: frozenset(words.split()) for language, words in yaml.safe_load(text).items()}


def _by_script(text: str, script: str, letters: "Counter[str]") -> Language | None:
    if letters["HIRAGANA"] + letters["KATAKANA"]:
        return "ja"  # it writes Chinese characters as well
    if script == "CYRILLIC" and re.search("[іїєґ]", text.lower()):
        return "uk"
    return SCRIPTS.get(script)


def _script(letter: str) -> str:
    return unicodedata.name(letter, "").split(" ")[0].partition("-")[0]
