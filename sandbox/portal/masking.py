"""What of a resource is shown to a person: all but its secrets."""

import re
from collections.abc import Collection
from typing import Any, Final

HIDDEN: Final = "••••••••"

SECRET_NAME: Final = re.compile(
    r"(secret|secrets|password|passwd|pwd|passphrase|token|signature|credentials?"
    r"|connection_?strings?|instrumentation_?key|private_?key|certificate"
    r"|(access|account|admin|api|primary|secondary|shared|master|encryption)[-_]?key\d?"
    r"|^(?:key\d|keys|sas|authorization|cookie))$",
    re.IGNORECASE,
)
"""Names of what holds a secret, whatever lies beneath."""

WEBHOOK: Final = re.compile(r"(serviceUri|callbackUrl|webhookUri|webhookUrl)$", re.IGNORECASE)
"""Addresses that are secrets themselves: whoever knows them may call."""

WITHIN: Final = re.compile(
    r"(?P<name>\b(?:AccountKey|SharedAccessKey|InstrumentationKey|Password|Pwd|Secret|sig"
    r"|access_token|api[-_]?key)=)[^;&\s\"']+"
    r"|(?P<bearer>\bBearer\s+)\S+"
    r"|\beyJ[\w-]{10,}\.[\w-]+\.[\w-]*"
    r"|(?P<user>//)[^/@\s]+:[^/@\s]+(?=@)",
    re.IGNORECASE,
)
"""Secrets inside of other texts."""


def masked(body: Any, known: Collection[str] = ()) -> Any:
    """The same body without secrets: by name, by shape, and those known by value."""
    if isinstance(body, dict):
        return {name: _field(str(name), value, known) for name, value in body.items()}
    if isinstance(body, list):
        return [masked(each, known) for each in body]
    return _text(body, known) if isinstance(body, str) else body


def _field(name: str, value: Any, known: Collection[str]) -> Any:
    if SECRET_NAME.search(name):
        return _hidden(value)
    if WEBHOOK.search(name) and isinstance(value, str) and value:
        return re.sub(r"^(\w+://[^/?#@]*@?[^/?#]*)?.*$", _host, value, flags=re.DOTALL)
    return masked(value, known)


def _host(found: re.Match[str]) -> str:
    host = (found[1] or "").rpartition("@")[2]
    return f"{host}/{HIDDEN}" if host else HIDDEN


def _hidden(value: Any) -> Any:
    """The shape stays, so that one sees that something is there; nothing stays nothing."""
    if isinstance(value, dict):
        return {name: _hidden(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_hidden(each) for each in value]
    return value if value is None or isinstance(value, bool) or value == "" else HIDDEN


def _text(text: str, known: Collection[str]) -> str:
    for secret in known:
        if secret and secret in text:
            text = text.replace(secret, HIDDEN)
    return WITHIN.sub(_shape, text)


def _shape(found: re.Match[str]) -> str:
    return (found["name"] or found["bearer"] or found["user"] or "") + HIDDEN
