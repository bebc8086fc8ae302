"""The HTTP face of Azure OpenAI: finds the account, applies the rules, writes the answer."""

import asyncio
import json
import random
import re
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from sandbox.around import Around, Profile
from sandbox.clock import stamp
from sandbox.dataplane import errors, model_list, sse
from sandbox.dataplane.account import Account, Accounts, Deployment, ready
from sandbox.dataplane.authorization import Gate
from sandbox.dataplane.errors import Refusal
from sandbox.dataplane.events import Event, Events
from sandbox.dataplane.inference import Asked, Models, Operation, Served, spills
from sandbox.dataplane.reading import Reading
from sandbox.faults import Fault, Faults

API_VERSION: Final = re.compile(r"\d{4}-\d{2}-\d{2}(-preview)?|preview|latest|v1")

EVENTS_BEFORE_CUT: Final = 4
"""What still arrives of a stream that a fault cuts: the start of the text, no finish_reason."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request to a model, as far as it got."""

    request: Request
    operation: Operation
    account: Account
    principal: str
    api_version: str | None
    body: bytes
    id: str
    now: datetime
    started: float
    """Seconds on a clock that only measures."""


class Endpoint:
    """All accounts of the sandbox under one address."""

    def __init__(
        self,
        around: Around,
        reading: Reading,
        keys: Callable[[Account], Collection[str]],
        events: Events,
    ) -> None:
        self._around = around
        self._reading = reading
        self._accounts = Accounts(around.store, reading)
        self._gate = Gate(around, reading, keys)
        self._models = Models()
        self._events = events
        self._faults = Faults(around.store)

    async def infer(self, request: Request, operation: Operation) -> ASGIApp:
        """The answer to one request for a chat completion or an embedding, or Azure's refusal."""
        started = time.perf_counter()
        body = await request.body()
        self._reading.renew()
        id = request_id()
        try:
            account = self._account(request)
            call = Call(
                request=request,
                operation=operation,
                account=account,
                principal=self._gate.admit(
                    request.headers, account, operation.data_action, operation.path
                ),
                api_version=request.query_params.get("api-version"),
                body=body,
                id=id,
                now=self._around.clock.now(),
                started=started,
            )
            name = request.path_params.get("deployment") or named_model(body)
            fault = self._fault(call, name)
            if fault and fault.action == "delay":
                await asyncio.sleep(fault.seconds)
                self._reading.renew()
            served, spilled = self._served(call, name, fault)
        except Refusal as refusal:
            return _refused(refusal, id)
        return await self._answered(call, served, spilled, fault)

    async def models(self, request: Request) -> Response:
        """The models that the account's region has, or one of them."""
        self._reading.renew()
        id = request_id()
        try:
            account = self._account(request)
            self._gate.admit(request.headers, account, model_list.DATA_ACTION, "GET /openai/models")
            wanted = request.path_params.get("model")
            body = model_list.one(account.location, wanted) if wanted else None
            if wanted and body is None:
                raise errors.resource_not_found()
        except Refusal as refusal:
            return _refused(refusal, id)
        answer = body or model_list.body(account.location)
        return Response(sse.dumps(answer), headers=_headers(id, account))

    async def unknown(self, request: Request) -> Response:
        """A path that Azure OpenAI does not have, or that the sandbox does not answer."""
        return _refused(errors.resource_not_found(), request_id())

    def _account(self, request: Request) -> Account:
        account = self._accounts.find(request.path_params["subdomain"])
        if account is None:
            raise errors.resource_not_found()
        version = request.query_params.get("api-version")
        needs_version = "/openai/v1/" not in request.scope["path"]
        if needs_version if version is None else not API_VERSION.fullmatch(version):
            raise errors.resource_not_found()
        return account

    def _fault(self, call: Call, deployment: str) -> Fault | None:
        if self._reading.of("faults", lambda: len(self._faults.all()) + 1) == 1:
            return None
        return self._faults.take(
            "data",
            call.request.method,
            call.request.url.path,
            principal=call.principal,
            deployment=deployment,
        )

    def _served(self, call: Call, name: str, fault: Fault | None) -> tuple[Served, str]:
        """The answer, and the deployment from which it spilled over, if it did."""
        deployment = self._deployment(call, name)
        try:
            return self._serve(call, deployment, fault), ""
        except Refusal as refusal:
            self._record_refusal(call, deployment, refusal)
            target = spills(deployment, call.request.headers, refusal)
            if not target:
                raise
            first = refusal
        spilled = {
            "x-ms-spillover-from-deployment": deployment.name,
            "x-ms-spillover-error": str(first.status),
        }
        try:
            served = self._serve(call, self._deployment(call, target), self._fault(call, target))
        except Refusal as second:
            # The caller sees the second answer; the headers tell it from a direct one.
            if other := self._accounts.deployment(call.account, target):
                self._record_refusal(call, other, second, spilled=True)
            second.headers |= spilled
            raise
        served.headers.update(spilled)
        return served, deployment.name

    def _deployment(self, call: Call, name: str) -> Deployment:
        found = self._accounts.deployment(call.account, name)
        delay = self._profile.deployment_seconds + self._profile.deploy_delay_seconds
        if found is None or not ready(found, call.now, delay):
            raise errors.deployment_not_found()
        if found.retires and call.now >= found.retires:
            raise errors.model_retired(found.model, found.version)
        return found

    def _serve(self, call: Call, deployment: Deployment, fault: Fault | None) -> Served:
        if fault and fault.action == "answer":
            raise Refusal(
                fault.status,
                {"error": {"code": fault.code, "message": fault.message}},
                fault.headers,
            )
        return self._models.serve(
            Asked(
                account=call.account,
                deployment=deployment,
                operation=call.operation,
                body=call.body,
                api_version=call.api_version,
                now=call.now.timestamp(),
                latency_scale=self._profile.latency_scale,
            )
        )

    @property
    def _profile(self) -> Profile:
        return self._reading.of("profile", lambda: self._around.settings.profile)

    async def _answered(
        self, call: Call, served: Served, spilled_from: str, fault: Fault | None
    ) -> ASGIApp:
        headers = {
            **_headers(call.id, call.account),
            **served.headers,
            "x-ms-deployment-name": served.deployment.name,
        }
        action = fault.action if fault else ""
        first_ms = [0.0]

        def first() -> None:
            first_ms[0] = _milliseconds(call)

        def end() -> None:
            served.finish(self._around.clock.now().timestamp())
            self._record(call, served, first_ms[0], bool(spilled_from))

        if not isinstance(served.body, bytes):
            events = served.body
            if action in ("drop", "cut_stream"):
                events = islice(events, EVENTS_BEFORE_CUT)
            return sse.Stream(events, served.delay, headers, first, end)
        delay = served.delay.first_seconds + served.delay.gap_seconds * served.used.completion
        if delay:
            await asyncio.sleep(delay)
        first()
        end()
        if action == "drop":
            return sse.Dropped(served.body, headers)
        return Response(served.body, headers=headers, media_type="application/json")

    def _record(self, call: Call, served: Served, first_ms: float, spilled: bool) -> None:
        self._events.add(
            Event(
                at=stamp(call.now),
                account_lc=call.account.id.lower(),
                deployment=served.deployment.name,
                model=served.deployment.model,
                version=served.deployment.version,
                operation=call.operation.name,
                status=200,
                stream=not isinstance(served.body, bytes),
                prompt_tokens=served.used.prompt,
                cached_tokens=served.used.cached,
                completion_tokens=served.used.completion,
                ttft_ms=first_ms,
                ttlt_ms=_milliseconds(call),
                rate_cost=served.cost,
                utilisation=served.utilisation,
                is_spillover=spilled,
                filtered=served.filtered,
                principal=call.principal,
                correlation_id=call.id,
            )
        )

    def _record_refusal(
        self, call: Call, deployment: Deployment, refusal: Refusal, *, spilled: bool = False
    ) -> None:
        code = (refusal.body.get("error") or {}).get("code")
        self._events.add(
            Event(
                at=stamp(call.now),
                account_lc=call.account.id.lower(),
                deployment=deployment.name,
                model=deployment.model,
                version=deployment.version,
                operation=call.operation.name,
                status=refusal.status,
                stream=False,
                ttlt_ms=_milliseconds(call),
                is_spillover=spilled,
                filtered=code == "content_filter",
                principal=call.principal,
                correlation_id=call.id,
            )
        )


def named_model(body: bytes) -> str:
    """The deployment that a body names, where the path names none.

    Raises:
        Refusal: 400.
    """
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        raise errors.not_json() from None
    name = told.get("model") if isinstance(told, dict) else None
    if not isinstance(name, str) or not name:
        raise errors.wrong_request(
            "Missing required parameter: 'model'.", "model", "missing_required_parameter"
        )
    return name


def request_id() -> str:
    digits = f"{random.getrandbits(128):032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def _milliseconds(call: Call) -> float:
    return (time.perf_counter() - call.started) * 1000


def _headers(id: str, account: Account) -> dict[str, str]:
    return {"x-request-id": id, "apim-request-id": id, "x-ms-region": account.region}


def _refused(refusal: Refusal, id: str) -> Response:
    return Response(
        sse.dumps(refusal.body),
        refusal.status,
        {"x-request-id": id, "apim-request-id": id, **refusal.headers},
        "application/json",
    )
