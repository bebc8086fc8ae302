"""Who may ask: network first, then keys, then tokens and roles, in Azure's order."""

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import Any, Final

import jwt

from sandbox.around import Around
from sandbox.dataplane import errors
from sandbox.dataplane.account import Account
from sandbox.dataplane.reading import Reading
from sandbox.directory import OUTSIDE_IP
from sandbox.identity import COGNITIVE_SERVICES, Caller, Unauthenticated
from sandbox.rbac import allowed

INSIDE: Final = tuple(map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")))


@dataclass(frozen=True)
class Key:
    value: str


@dataclass(frozen=True)
class Token:
    value: str


def credential(headers: Mapping[str, str]) -> Key | Token | None:
    """What a request brings. The OpenAI client sends keys as bearer tokens: only the form tells."""
    key = headers.get("api-key") or headers.get("ocp-apim-subscription-key")
    if key:
        return Key(key)
    scheme, _, value = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not value:
        return None
    return Token(value) if value.count(".") == 2 else Key(value)


@lru_cache
def is_inside(address: str) -> bool:
    """Whether an address is one of the virtual network's. Documentation networks are not."""
    ip = ip_address(address)
    return any(ip in network for network in INSIDE)


def network_refusal(account: Account, address: str) -> errors.Refusal | None:
    """What an account's network rules say to a caller's address, if they refuse it."""
    if is_inside(address):
        if account.reached_from_inside:
            return None
        address = OUTSIDE_IP  # without a private endpoint the public address is asked
    if not account.public:
        return errors.public_access_disabled()
    ip = ip_address(address)
    if not account.open_to_all and not any(ip in network for network in account.networks):
        return errors.address_not_allowed()
    return None


class Callers:
    """Tokens, read once and held to their expiry at each use."""

    def __init__(self, around: Around, reading: Reading, audiences: tuple[str, ...]) -> None:
        self._around = around
        self._reading = reading
        self._audiences = audiences

    def of(self, token: str, *own: str) -> Caller:
        """Whom a token speaks for; it may be for the endpoint's own address as well.

        Raises:
            Unauthenticated: forged, expired, or for another audience.
        """
        caller, expires = self._reading.of(
            ("token", (*self._audiences, *own), token), lambda: self._read(token, own)
        )
        if time.time() >= expires:
            raise Unauthenticated("expired")
        return caller

    def may(self, caller: Caller, scope: str, data_action: str) -> bool:
        """Whether a role allows it. A no is asked anew each time: roles take effect with time."""
        return bool(
            self._reading.of(
                ("may", caller, scope, data_action),
                lambda: allowed(self._around.store, caller, scope, data_action=data_action) or None,
            )
        )

    def _read(self, token: str, own: tuple[str, ...]) -> tuple[Caller, float]:
        audiences = (*self._audiences, *own)
        caller = self._around.identity.caller(f"Bearer {token}", audiences)
        return caller, float(self._around.identity.claims(token)["exp"])


def claimed_address(token: str) -> str:
    """Where even a token that does not hold says it comes from: the network is asked first."""
    try:
        claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
        address = str(claims.get("ipaddr", OUTSIDE_IP))
        ip_address(address)
    except (jwt.InvalidTokenError, ValueError):
        return OUTSIDE_IP
    return address


class Gate:
    """Decides on each request to an account."""

    def __init__(
        self, around: Around, reading: Reading, keys: Callable[[Account], Collection[str]]
    ) -> None:
        self._callers = Callers(around, reading, COGNITIVE_SERVICES)
        self._keys = keys

    def admit(
        self, headers: Mapping[str, str], account: Account, data_action: str, operation: str
    ) -> str:
        """The object id of who asks; empty for a key.

        Raises:
            Refusal: 403 by network or because keys are off, 401 else.
        """
        brought = credential(headers)
        if isinstance(brought, Token):
            return self._admit_token(brought.value, account, data_action, operation)
        if brought and account.reached_from_inside and not account.keys_allowed:
            # A key does not tell where it is used, as tokens here do; it is refused on both sides.
            raise errors.keys_disabled()
        if refusal := network_refusal(account, OUTSIDE_IP):
            raise refusal
        if brought is None:
            raise errors.wrong_key()
        if not account.keys_allowed:
            raise errors.keys_disabled()
        if brought.value not in self._keys(account):
            raise errors.wrong_key()
        return ""

    def _admit_token(self, token: str, account: Account, data_action: str, operation: str) -> str:
        try:
            caller = self._callers.of(token)
        except Unauthenticated:
            raise network_refusal(account, claimed_address(token)) or errors.wrong_token() from None
        if refusal := network_refusal(account, caller.ip):
            raise refusal
        if not self._callers.may(caller, account.id, data_action):
            raise errors.no_data_action(caller.oid, data_action, operation)
        return caller.oid
