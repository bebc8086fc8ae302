"""Requests signed with an access key instead of a token: App Configuration's connection strings."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

SCHEME: Final = "HMAC-SHA256"
SIGNED: Final = ("x-ms-date", "host", "x-ms-content-sha256")


@dataclass(frozen=True)
class Signature:
    credential: str
    """The id of the key."""
    headers: tuple[str, ...]
    value: str


def signature(authorization: str) -> Signature | None:
    """What an Authorization header of the scheme says; None for anything else."""
    scheme, _, rest = authorization.partition(" ")
    if scheme.upper() != SCHEME:
        return None
    parts = dict(part.partition("=")[::2] for part in rest.split("&"))
    headers = tuple(parts.get("SignedHeaders", "").lower().split(";"))
    return Signature(parts.get("Credential", ""), headers, parts.get("Signature", ""))


def is_valid(
    signed: Signature,
    secret: str,
    method: str,
    path_and_query: str,
    headers: Mapping[str, str],
    body: bytes,
) -> bool:
    """Whether the key that was named made the signature, over this very request."""
    if not set(SIGNED) <= set(signed.headers):
        return False
    content = base64.b64encode(hashlib.sha256(body).digest()).decode()
    if not hmac.compare_digest(content, headers.get("x-ms-content-sha256", "")):
        return False
    values = ";".join(headers.get(name, "") for name in signed.headers)
    told = f"{method}\n{path_and_query}\n{values}"
    try:
        key = base64.b64decode(secret, validate=True)
    except binascii.Error:
        return False
    expected = base64.b64encode(hmac.digest(key, told.encode(), "sha256")).decode()
    return hmac.compare_digest(expected.encode(), signed.value.encode())
