"""What a system message makes of a model: who it says it is, and what it will not talk about."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from sandbox.dataplane.tokens import text_of

NAMED: Final = re.compile(r"\bYou are ([A-Z][\w-]+(?:, [^.\n]+)?)\.")
"""As in: You are Cora, the customer agent of Contoso."""

ASKED_WHO: Final = re.compile(
    r"\b(?:who are you|what is your name|what's your name|introduce yourself)\b", re.IGNORECASE
)

REFUSES: Final = re.compile(r"\brefuse\b[^\n]*\bbegin with \"([^\"\n]+)\"", re.IGNORECASE)
"""As in: Refuse what has nothing to do with orders: begin with "I can't help with"."""

FOREIGN: Final = re.compile(
    r"\b(?:poem|song|joke|recipe|weather|horoscope|homework|essay|football|election|lottery"
    r"|medicine|python)\b",
    re.IGNORECASE,
)
"""What is nobody's business who has one."""


def said(messages: Iterable[Mapping[str, Any]], asked: str) -> str | None:
    """The answer of somebody in particular; None where that makes no difference."""
    told = "\n".join(
        text_of(each.get("content")) for each in messages if each["role"] in ("system", "developer")
    )
    if ASKED_WHO.search(asked) and (named := NAMED.search(told)):
        return f"I am {named[1]}."
    if (foreign := FOREIGN.search(asked)) and (refuses := REFUSES.search(told)):
        return f"{refuses[1]} a {foreign[0].lower()}."
    return None
