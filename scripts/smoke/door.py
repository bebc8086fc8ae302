"""An account's front door: its name, its certificate, and what it says to a key."""

import secrets
import socket
import ssl
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

import httpx2

from scripts.client.target import azure_url
from scripts.smoke.control import Control, NotTold
from scripts.smoke.facts import KeyAnswer, Reach
from scripts.smoke.keyless import proves_nothing
from scripts.smoke.plan import AccountPlan

TIMEOUT_S: Final = 10.0
KEY_BYTES: Final = 16
"""Azure's keys of old are 32 hexadecimal digits."""


def reach(account: AccountPlan) -> Reach:
    """Where the account's name leads from here, and whether it proves who it is."""
    parts = urlsplit(account.endpoint)
    host, port = parts.hostname or "", parts.port or 443
    addresses: list[str] = []
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = sorted({str(each[4][0]) for each in found})
        with (
            socket.create_connection((host, port), timeout=TIMEOUT_S) as plain,
            ssl.create_default_context().wrap_socket(plain, server_hostname=host) as wrapped,
        ):
            version = wrapped.version() or ""
    except OSError as error:  # names that are not known, and certificates that are not trusted
        why = " ".join(str(error).split())
        return Reach(account=account.name, host=host, addresses=addresses, error=why)
    return Reach(account=account.name, host=host, addresses=addresses, tls=version)


def keys(account: AccountPlan, deployment: str, control: Control) -> Iterator[KeyAnswer]:
    """What it says to a made-up key, and to a real one where that proves nothing."""
    made_up = _ask(account, deployment, secrets.token_hex(KEY_BYTES), real=False)
    yield made_up
    if not proves_nothing(made_up):
        return
    try:
        key = control.key(account)
    except NotTold as error:
        yield KeyAnswer(account=account.name, real=True, error=str(error))
        return
    yield _ask(account, deployment, key, real=True)


def _ask(account: AccountPlan, deployment: str, key: str, *, real: bool) -> KeyAnswer:
    known = {"account": account.name, "real": real}
    question = {"model": deployment, "messages": [{"role": "user", "content": "Hello"}]}
    try:
        answer = httpx2.post(
            f"{azure_url(account.endpoint)}chat/completions",
            headers={"api-key": key},
            json=question,
            timeout=TIMEOUT_S,
        )
    except httpx2.HTTPError as error:
        return KeyAnswer.model_validate(known | {"error": f"{type(error).__name__}: {error}"})
    return KeyAnswer.model_validate(known | {"status": answer.status_code, "code": _code(answer)})


def _code(answer: httpx2.Response) -> str:
    try:
        return str(answer.json()["error"]["code"])
    except (KeyError, TypeError, ValueError):
        return ""
