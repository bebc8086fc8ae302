"""Who may read and write a configuration store: network, then key or token, then role."""

from collections.abc import Callable, Mapping
from typing import Final

from starlette.requests import Request

from sandbox.around import Around
from sandbox.dataplane.authorization import Callers, claimed_address, is_inside
from sandbox.dataplane.errors import Refusal
from sandbox.dataplane.reading import Reading
from sandbox.dataplane.signature import Signature, is_valid, signature
from sandbox.directory import OUTSIDE_IP
from sandbox.identity import APP_CONFIGURATION, Unauthenticated
from sandbox.store import Stored

STORE: Final = "Microsoft.AppConfiguration/configurationStores"

AccessKeys = Callable[[str], Mapping[str, tuple[str, bool]]]
"""The id of a store -> its access keys: id -> secret, and whether it may only read."""


class StoreAccess:
    """Finds a store and decides on each request to it."""

    def __init__(self, around: Around, reading: Reading, keys: AccessKeys) -> None:
        self._store = around.store
        self._settings = around.settings
        self._reading = reading
        self._keys = keys
        self._callers = Callers(around, reading, APP_CONFIGURATION)

    def find(self, name: str) -> Stored:
        found = self._reading.of(("store", name), lambda: self._read(name.lower()))
        if found is None:
            raise Refusal(404, {})
        return found

    def _read(self, name: str) -> Stored | None:
        for stored in self._store.of_type(STORE):
            if stored.id.rpartition("/")[2].lower() == name:
                return stored
        return None

    def authorize(self, request: Request, stored: Stored, body: bytes, right: str) -> None:
        """Network, then who it is, then what they may do.

        Raises:
            Refusal: 401 or 403.
        """
        properties = stored.body["properties"]
        authorization = request.headers.get("authorization", "")
        token = authorization.partition(" ")[2] if authorization.startswith("Bearer ") else ""
        address = claimed_address(token) if token else OUTSIDE_IP
        if properties.get("publicNetworkAccess") == "Disabled" and not is_inside(address):
            raise problem(
                403, "ip-forbidden", "Access to the store from this network is not allowed."
            )
        if signed := signature(authorization):
            self._signed(request, signed, stored, body, right)
            return
        if not token:
            raise unauthorized("Authorization header is missing.")
        try:
            name = stored.body["name"]
            caller = self._callers.of(token, f"{self._settings.arm}/appconfig/{name}")
        except Unauthenticated as refused:
            raise unauthorized(f"The token is not valid: {refused.reason}.") from None
        if not self._callers.may(caller, stored.id, f"{STORE}/{right}"):
            raise Refusal(403, {})

    def _signed(
        self, request: Request, signed: Signature, stored: Stored, body: bytes, right: str
    ) -> None:
        if stored.body["properties"].get("disableLocalAuth"):
            raise unauthorized("Local authentication is disabled for this store.")
        secret, only_reads = self._keys(stored.id).get(signed.credential, ("", True))
        path = signed_path(request)
        if not secret or not is_valid(signed, secret, request.method, path, request.headers, body):
            raise unauthorized("The access key is not valid for this store.")
        if only_reads and not right.endswith("read"):
            raise Refusal(403, {})


def signed_path(request: Request) -> str:
    """Path and query as the client signed them: relative to its endpoint."""
    scope = request.scope
    raw = scope.get("raw_path", scope["path"].encode()).decode()
    path = raw.partition("?")[0].split("/", 3)[3]
    query = scope["query_string"].decode()
    return f"/{path}?{query}" if query else f"/{path}"


def problem(status: int, kind: str, title: str, name: str = "", detail: str = "") -> Refusal:
    """An error as App Configuration writes it."""
    body = {
        "type": f"https://azconfig.io/errors/{kind}",
        "title": title,
        "name": name,
        "detail": detail,
        "status": status,
    }
    return Refusal(status, body)


def unauthorized(why: str) -> Refusal:
    scheme = f'error="invalid_token", error_description="{why}"'
    refusal = Refusal(401, {})
    refusal.headers = {"www-authenticate": f"HMAC-SHA256 {scheme}, Bearer {scheme}"}
    return refusal
