"""How findings show what they found: values quoted, numbers as written, never a credential."""

import re
from collections.abc import Iterable
from typing import Final

from policies.values import Unknown, Value

CREDENTIAL: Final = re.compile(
    r"[0-9a-fA-F]{32}|[0-9A-Za-z]{84}|[0-9A-Za-z+/]{43}=|eyJ[\w-]+\."
    r"|(?i:(?:instrumentation|account|access|shared\w*)?(?:key|secret|password|token|sig)\s*=)"
)
"""What keys, tokens and connection strings look like, wherever they stand."""

HIDDEN: Final = "(hidden)"
LONGEST: Final = 80


def shown(value: Value) -> str:
    """A value that was found: quoted, in the words of the wire, at most a line long."""
    match value:
        case Unknown():
            return "unknown"
        case None:
            return "unset"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return f"{value:g}" if abs(value) < 1e6 else f"{value}"
        case str() if CREDENTIAL.search(value):
            return HIDDEN
        case str():
            text = " ".join(value.split())
            return f"'{text if len(text) <= LONGEST else text[: LONGEST - 1] + '…'}'"
    return "a list" if isinstance(value, list) else "an object"


def listed(values: Iterable[str]) -> str:
    """Alternatives: 'a', 'b' or 'c'."""
    *others, last = sorted(values) or ["nothing"]
    return f"{', '.join(others)} or {last}" if others else last


def redacted(message: str, secrets: Iterable[str]) -> str:
    """A message without any of the values that were marked secret."""
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= 4:  # a shorter one would cut words apart and give itself away
            message = message.replace(secret, HIDDEN)
    return message
