"""Questions that every model of the sandbox has an opinion on: a better model is right more often.

An evaluation finds something in them without a word being scripted.
"""

import re
from functools import lru_cache
from typing import Final, NamedTuple


class Known(NamedTuple):
    question: str
    right: str
    wrong: str


QUESTIONS: Final = (
    Known("What is the capital of Portugal?", "Lisbon", "Porto"),
    Known("What is the capital of Australia?", "Canberra", "Sydney"),
    Known("What is the capital of Canada?", "Ottawa", "Toronto"),
    Known("What is the capital of Turkey?", "Ankara", "Istanbul"),
    Known("What is the capital of Switzerland?", "Bern", "Zurich"),
    Known("What is the capital of Brazil?", "Brasilia", "Rio de Janeiro"),
    Known("What is 17 times 23?", "391", "381"),
    Known("What is 144 divided by 12?", "12", "14"),
    Known("What is the square root of 289?", "17", "19"),
    Known("What is 15 percent of 80?", "12", "15"),
    Known("How many days are there in a leap year?", "366", "365"),
    Known("How many minutes are there in a day?", "1440", "1240"),
    Known("How many continents are there?", "7", "6"),
    Known("Which planet is closest to the sun?", "Mercury", "Venus"),
    Known("Which planet is the largest?", "Jupiter", "Saturn"),
    Known("What is the chemical symbol for gold?", "Au", "Ag"),
    Known("What is the chemical symbol for sodium?", "Na", "So"),
    Known("At how many degrees Celsius does water boil at sea level?", "100", "90"),
    Known("Who wrote Hamlet?", "William Shakespeare", "Christopher Marlowe"),
    Known("Who painted the Mona Lisa?", "Leonardo da Vinci", "Michelangelo"),
    Known("In which year did the Berlin Wall fall?", "1989", "1991"),
    Known("In which year did humans first land on the moon?", "1969", "1968"),
    Known("What is the largest ocean?", "Pacific Ocean", "Atlantic Ocean"),
    Known("Which is longer, a mile or a kilometre?", "a mile", "a kilometre"),
    Known("How many sides does a hexagon have?", "6", "8"),
    Known("Which gas do plants take in to grow?", "carbon dioxide", "oxygen"),
    Known("What is the hardest natural substance?", "diamond", "steel"),
    Known("How many bits are there in a byte?", "8", "10"),
    Known("Which HTTP status means Not Found?", "404", "403"),
    Known("Which HTTP status means Too Many Requests?", "429", "503"),
    Known("What does TPM stand for in a quota?", "tokens per minute", "tasks per month"),
    Known("What is the default port of HTTPS?", "443", "8080"),
)

LONGEST: Final = 4000
"""Characters of a message in which a question is looked for, from its end."""


def plain(text: str) -> str:
    """A text without casing and punctuation."""
    return " ".join(re.findall(r"[^\W_]+", text.lower()))


@lru_cache(maxsize=1)
def _by_plain() -> tuple[tuple[str, Known], ...]:
    return tuple((plain(each.question), each) for each in QUESTIONS)


@lru_cache(maxsize=1024)
def known(text: str) -> Known | None:
    """The question that a message asks, if it is one of these."""
    asked = plain(text[-LONGEST:])
    return next((each for told, each in _by_plain() if told in asked), None)
