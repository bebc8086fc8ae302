"""Who runs a command, by the directory they are signed in to."""

import base64
import json
from typing import Any, Final, Protocol

from components.evidence_kinds import Person

SCOPE: Final = "https://management.azure.com/.default"
"""Whoever may sign in may have a token for it, even if it opens nothing for them."""


class NotSignedIn(Exception):
    """Nobody is; the message says how to."""


class NoPerson(Exception):
    """Somebody is, but no person."""


class Token(Protocol):
    @property
    def token(self) -> str: ...


class Credential(Protocol):
    """What azure-identity's credentials have in common."""

    def get_token(self, *scopes: str) -> Token: ...


def whoever_runs_this() -> Person:
    """The person whose sign-in DefaultAzureCredential finds.

    Raises:
        NotSignedIn: nobody's.
        NoPerson: that of an application.
    """
    import logging

    from azure.identity import DefaultAzureCredential

    # What went wrong is in the error; by itself it would be told once more.
    logging.getLogger("azure.identity").setLevel(logging.CRITICAL)
    with DefaultAzureCredential() as credential:
        return person(credential)


def person(credential: Credential) -> Person:
    """Whom a credential's tokens speak of. The directory signed them for us: none is checked here.

    Raises:
        NotSignedIn: it gives no token.
        NoPerson: it is an application's.
    """
    from azure.core.exceptions import ClientAuthenticationError

    try:
        token = credential.get_token(SCOPE).token
    except ClientAuthenticationError as error:
        first = str(error).strip().splitlines()[0].rstrip(".")
        raise NotSignedIn(f"nobody is signed in: {first}. Fix: az login") from None
    claims = _claims(token)
    by_itself = claims.get("idtyp") == "app" or ("idtyp" not in claims and "scp" not in claims)
    if by_itself:
        who = claims.get("app_displayname") or claims.get("appid") or claims.get("oid")
        raise NoPerson(f"{who} is an application. Fix: a person signs in: az login")
    upn = claims.get("upn") or claims.get("preferred_username") or claims.get("unique_name")
    name = claims.get("name") or upn or claims["oid"]
    return Person.model_validate({"id": claims["oid"], "name": name, "upn": upn})


def _claims(token: str) -> dict[str, Any]:
    payload = token.split(".")[1]
    padded = payload + "=" * (-len(payload) % 4)
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(padded))
    return claims
