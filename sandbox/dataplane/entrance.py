"""Where every request to an account comes in: found, admitted, and answered or refused."""

import asyncio
import random
import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from sandbox.around import Around
from sandbox.crash import struck
from sandbox.dataplane import errors, incoming, sse
from sandbox.dataplane.account import Account, Accounts
from sandbox.dataplane.authorization import Gate
from sandbox.dataplane.errors import Refusal
from sandbox.dataplane.latency import NONE, Delay
from sandbox.dataplane.operations import Errand
from sandbox.dataplane.reading import Reading
from sandbox.faults import Fault, Faults

ANSWERED: Final = ("answer", "expired")
"""What a fault may say in place of the service."""

API_VERSION: Final = re.compile(r"\d{4}-\d{2}-\d{2}(-preview)?|preview|latest|v1")


@dataclass(frozen=True, kw_only=True)
class Visit:
    """An admitted request that no model answers."""

    request: Request
    account: Account
    principal: str
    body: bytes
    failure: dict[str, str] | None = None
    """How the work that is begun by this request is to end, where a fault says so."""

    @property
    def query(self) -> dict[str, str]:
        return dict(self.request.query_params)

    @property
    def is_v1(self) -> bool:
        return is_v1(self.request)

    def named(self, part: str) -> str:
        """A part of the path."""
        return str(self.request.path_params[part])

    def json(self) -> Any:
        """The body as an object.

        Raises:
            Refusal: 400.
        """
        try:
            told = incoming.parsed(self.body)
        except ValueError:
            raise errors.not_json() from None
        if not isinstance(told, dict):
            raise errors.not_json()
        return told


@dataclass(frozen=True, kw_only=True)
class Told:
    """What goes back to a visit."""

    body: Any = None
    """Bytes go out as they are."""
    status: int = 200
    media_type: str = "application/json"
    location: str = ""
    """Path below /openai of what was made."""
    events: Iterable[bytes] | None = None
    """A stream, in the place of a body."""
    at_once: int = 0
    """Events that need not be waited for any more."""
    pace: Delay = NONE


Handler = Callable[[Visit], Told]


class Way(NamedTuple):
    """One method on one path below /openai or /openai/v1."""

    method: str
    path: str
    errand: Errand
    handler: Handler


class Entrance:
    """All accounts of the sandbox under one address."""

    def __init__(
        self, around: Around, reading: Reading, keys: Callable[[Account], Collection[str]]
    ) -> None:
        self.accounts = Accounts(around.store, reading)
        self.gate = Gate(around, reading, keys)
        self._reading = reading
        self._store = around.store
        self._faults = Faults(around.store)

    def account(self, request: Request) -> Account:
        """Whom a request is for.

        Raises:
            Refusal: 404, no such account, or no api-version where one belongs.
        """
        account = self.accounts.find(request.path_params["subdomain"])
        if account is None:
            raise errors.resource_not_found()
        version = request.query_params.get("api-version")
        if not is_v1(request) if version is None else not API_VERSION.fullmatch(version):
            raise errors.resource_not_found()
        return account

    def fault(self, request: Request, principal: str, deployment: str = "") -> Fault | None:
        """What the sandbox was told to do wrong with this request."""
        if self._reading.of("faults", lambda: len(self._faults.all()) + 1) == 1:
            return None
        return self._faults.take(
            "data",
            request.method,
            request.url.path,
            principal=principal,
            deployment=deployment,
        )

    async def attend(self, request: Request, errand: Errand, handler: Handler) -> ASGIApp:
        """A visit from its admission to its answer."""
        id = request_id()
        try:
            body = await incoming.body(request, incoming.LARGEST_UPLOAD)
            self._reading.renew()
            account = self.account(request)
            principal = self.gate.admit(request.headers, account, errand.data_action, errand.path)
            fault = self.fault(request, principal)
            if fault and fault.action == "delay":
                await asyncio.sleep(fault.seconds)
                self._reading.renew()
            if fault and fault.action in ANSWERED:
                raise ordered(fault)
            visit = Visit(
                request=request,
                account=account,
                principal=principal,
                body=body,
                failure=_failure(fault),
            )
            with struck(self._store, fault):
                told = handler(visit)
        except Refusal as refusal:
            return refused(refusal, id)
        headers = answer_headers(id, account)
        if told.location:
            base = str(request.url).partition("/openai/")[0]
            headers["location"] = f"{base}/openai/{told.location}"
        if told.events is not None:
            return sse.Stream(told.events, told.at_once, told.pace, headers)
        content = told.body if isinstance(told.body, bytes) else sse.dumps(told.body)
        if fault and fault.action == "drop":
            return sse.Dropped(content, headers)
        return Response(content, told.status, headers, told.media_type)

    async def unknown(self, request: Request) -> Response:
        """A path that Azure OpenAI does not have, or that the sandbox does not answer."""
        return refused(errors.resource_not_found(), request_id())


def is_v1(request: Request) -> bool:
    """Whether a request is on the path that needs no api-version."""
    return "/openai/v1/" in request.scope["path"]


def ordered(fault: Fault) -> Refusal:
    """The answer that a fault prescribes."""
    if fault.action == "expired":
        return errors.wrong_token()
    told = {"error": {"code": fault.code, "message": fault.message}}
    return Refusal(fault.status, told, fault.headers)


def _failure(fault: Fault | None) -> dict[str, str] | None:
    if fault is None or fault.action != "operation_failed":
        return None
    return {"code": fault.code, "message": fault.message}


def request_id() -> str:
    digits = f"{random.getrandbits(128):032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def answer_headers(id: str, account: Account) -> dict[str, str]:
    return {"x-request-id": id, "apim-request-id": id, "x-ms-region": account.region}


def refused(refusal: Refusal, id: str) -> Response:
    return Response(
        sse.dumps(refusal.body),
        refusal.status,
        {"x-request-id": id, "apim-request-id": id, **refusal.headers},
        "application/json",
    )
