"""Entra tokens: made, and read again on every call."""

import time
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from sandbox.directory import TENANT_ID, Directory, Principal
from sandbox.store import Store

LIFETIME_SECONDS = 3600
KEY_SETTING = "token_key"
KEY_ID = "plumb-sandbox"

COGNITIVE_SERVICES = ("https://cognitiveservices.azure.com", "https://ai.azure.com")
APP_CONFIGURATION = ("https://appconfig.azure.com", "https://azconfig.io")
ARM = ("https://management.azure.com", "https://management.core.windows.net")


class Unauthenticated(Exception):
    """No caller: the reason is missing, invalid, expired or audience."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Caller:
    """Whom a token speaks for, and from where."""

    oid: str
    groups: frozenset[str]
    audience: str
    ip: str
    client_id: str


class Identity:
    """Signs and verifies with one key, kept with the database: down and up break no client."""

    def __init__(self, store: Store, directory: Directory) -> None:
        self.directory = directory
        self._key = _key(store)
        self._public = self._key.public_key()

    def token(
        self,
        principal: Principal,
        resource: str,
        *,
        ip: str,
        issuer: str,
        lifetime_seconds: int = LIFETIME_SECONDS,
    ) -> str:
        """An access token. It lives by wall time, since clients compare it with theirs."""
        now = int(time.time())
        claims = {
            "aud": audience(resource),
            "iss": issuer,
            "iat": now,
            "nbf": now - 300,
            "exp": now + lifetime_seconds,
            "tid": TENANT_ID,
            "oid": principal.oid,
            "sub": principal.oid,
            "appid": principal.client_id,
            "azp": principal.client_id,
            "idtyp": "user" if principal.kind == "User" else "app",
            **(_named(principal.name) if principal.kind == "User" else {}),
            "ipaddr": ip,
            "ver": "1.0",
            "uti": uuid.uuid4().hex,
        }
        return jwt.encode(claims, self._key, algorithm="RS256", headers={"kid": KEY_ID})

    def caller(self, authorization: str | None, audiences: Collection[str]) -> Caller:
        """Whom an Authorization header speaks for.

        Raises:
            Unauthenticated: no bearer token, a forged or expired one, or one for somebody else.
        """
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthenticated("missing")
        claims = self.claims(token.strip())
        if audience(claims["aud"]) not in {audience(each) for each in audiences}:
            raise Unauthenticated("audience")
        principal = self.directory.by_oid(claims["oid"])
        if principal is None:
            raise Unauthenticated("invalid")
        return Caller(
            oid=principal.oid,
            groups=principal.groups,
            audience=claims["aud"],
            ip=claims["ipaddr"],
            client_id=principal.client_id,
        )

    def claims(self, token: str) -> dict[str, Any]:
        """What a token of ours says, once signature and expiry hold."""
        try:
            decoded: dict[str, Any] = jwt.decode(
                token,
                self._public,
                algorithms=["RS256"],
                options={"verify_aud": False, "require": ["aud", "exp", "oid", "ipaddr"]},
            )
        except jwt.ExpiredSignatureError:
            raise Unauthenticated("expired") from None
        except jwt.InvalidTokenError:
            raise Unauthenticated("invalid") from None
        return decoded

    def jwks(self) -> dict[str, Any]:
        """The public key, as clients look it up."""
        key = jwt.algorithms.RSAAlgorithm.to_jwk(self._public, as_dict=True)
        return {"keys": [{**key, "use": "sig", "kid": KEY_ID, "alg": "RS256"}]}


def _named(person: str) -> dict[str, str]:
    """What Entra adds of a person, and of no application."""
    address = f"{person}@sandbox.onmicrosoft.com"
    return {"name": person, "scp": "user_impersonation", "unique_name": address, "upn": address}


def audience(resource: str) -> str:
    """A resource or scope in one spelling: neither /.default nor a slash at its end."""
    return resource.removesuffix(".default").rstrip("/").lower()


def _key(store: Store) -> rsa.RSAPrivateKey:
    pem = store.setting(KEY_SETTING)
    if pem is None:
        made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        pem = made.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode()
        store.set_setting(KEY_SETTING, pem)
    key = serialization.load_pem_private_key(pem.encode(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("the stored token key is not an RSA key")
    return key
