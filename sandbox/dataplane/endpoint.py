"""One request to a model, from its admission to its row among the events."""

import asyncio
import time
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Final

from pydantic_core import from_json
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from sandbox.around import Around, Profile
from sandbox.crash import struck
from sandbox.dataplane import errors, incoming, sse
from sandbox.dataplane.account import Account, Deployment, ready
from sandbox.dataplane.call import HUNG_UP, Call
from sandbox.dataplane.entrance import (
    ANSWERED,
    Entrance,
    answer_headers,
    ordered,
    refused,
    request_id,
)
from sandbox.dataplane.errors import Refusal
from sandbox.dataplane.events import Events
from sandbox.dataplane.inference import Asked, Served, spills
from sandbox.dataplane.models import Models
from sandbox.dataplane.operations import RESPONSES, Operation
from sandbox.dataplane.quality import Mind, mind
from sandbox.dataplane.reading import Reading
from sandbox.dataplane.variants import variants
from sandbox.faults import Fault

TOKENS_BEFORE_CUT: Final = 2
"""What still arrives of a stream that a fault cuts: the start of the text, no finish_reason."""


class Endpoint:
    """Inference: everything that a deployment answers."""

    def __init__(
        self,
        around: Around,
        reading: Reading,
        entrance: Entrance,
        models: Models,
        events: Events,
    ) -> None:
        self._around = around
        self._reading = reading
        self._entrance = entrance
        self._accounts = entrance.accounts
        self._models = models
        self._events = events

    async def infer(self, request: Request, operation: Operation) -> ASGIApp:
        """What a model answers to one request, or Azure's refusal."""
        started = time.perf_counter()
        id = request_id()
        try:
            body = await incoming.body(request, incoming.LARGEST)
            self._reading.renew()
            account = self._entrance.account(request)
        except Refusal as refusal:
            return refused(refusal, id)  # nobody's metrics have a row for it
        name = principal = ""  # whom a request is for is not looked at before it is let in
        now = self._around.clock.now()

        call_of = partial(
            Call,
            request=request,
            operation=operation,
            account=account,
            body=body,
            id=id,
            now=now,
            started=started,
        )
        try:
            principal = self._entrance.gate.admit(
                request.headers, account, operation.data_action, operation.path
            )
            name = request.path_params.get("deployment") or named_model(body)
            fault = self._entrance.fault(request, principal, name)
            if fault and fault.action == "delay":
                await asyncio.sleep(fault.seconds)
                self._reading.renew()
            deployment = self._deployment(account, name, now)
        except Refusal as refusal:
            self._note(call_of(principal=principal), refusal, name)
            return refused(refusal, id)
        call = call_of(principal=principal)
        try:
            served, spilled = self._served(call, deployment, fault)
        except Refusal as refusal:
            return refused(refusal, id)
        return await self._answered(call, served, spilled, fault)

    def _served(
        self, call: Call, deployment: Deployment, fault: Fault | None
    ) -> tuple[Served, str]:
        """The answer, and the deployment from which it spilled over, if it did."""
        try:
            return self._serve(call, deployment, fault), ""
        except Refusal as refusal:
            self._note(call, refusal, deployment.name)
            # Responses do not spill over.
            spilling = call.operation is not RESPONSES
            target = spilling and spills(deployment, call.request.headers, refusal)
            if not target:
                raise
            first = refusal
        spilled = {
            "x-ms-spillover-from-deployment": deployment.name,
            "x-ms-spillover-error": str(first.status),
        }
        try:
            other = self._deployment(call.account, target, call.now)
            fault = self._entrance.fault(call.request, call.principal, target)
            served = self._serve(call, other, fault)
        except Refusal as second:
            # The caller sees the second answer; the headers tell it from a direct one.
            self._note(call, second, target, spilled=True)
            second.headers |= spilled
            raise
        served.headers.update(spilled)
        return served, deployment.name

    def _note(self, call: Call, refusal: Refusal, name: str, *, spilled: bool = False) -> None:
        """The row of a request that was refused, by a deployment or on the way to one."""
        found = self._accounts.deployment(call.account, name) if name else None
        self._events.add(call.refused(refusal, found, name, spilled=spilled))

    def _deployment(self, account: Account, name: str, now: datetime) -> Deployment:
        """The deployment of a name, if it answers by now.

        Raises:
            Refusal: 404, 410.
        """
        found = self._accounts.deployment(account, name)
        delay = self._profile.deployment_seconds + self._profile.deploy_delay_seconds
        if found is None or not ready(found, now, delay):
            raise errors.deployment_not_found()
        if found.retires and now >= found.retires:
            raise errors.model_retired(found.model, found.version)
        return found

    def _serve(self, call: Call, deployment: Deployment, fault: Fault | None) -> Served:
        if fault and fault.action in ANSWERED:
            raise ordered(fault)
        if fault and fault.action == "retired":
            raise errors.model_retired(deployment.model, deployment.version)
        asked = self._asked(call.account, deployment, call.operation, call.body, call.api_version)
        if fault and fault.action == "worse":
            asked = replace(asked, mind=asked.mind.worse(fault.share, fault.dimensions))
        with struck(self._around.store, fault):
            return self._models.serve(asked)

    def in_batch(self, account: Account, name: str, operation: Operation, body: bytes) -> Served:
        """The answer to one request of a batch; no limit by the minute holds it up.

        Raises:
            Refusal: what the deployment says to the request.
        """
        deployment = self._deployment(account, name, self._around.clock.now())
        asked = self._asked(account, deployment, operation, body, None)
        return self._models.serve(replace(asked, enqueued=True, latency_scale=0.0))

    def _asked(
        self,
        account: Account,
        deployment: Deployment,
        operation: Operation,
        body: bytes,
        api_version: str | None,
    ) -> Asked:
        return Asked(
            account=account,
            deployment=deployment,
            operation=operation,
            body=body,
            api_version=api_version,
            now=self._around.clock.now().timestamp(),
            latency_scale=self._profile.latency_scale,
            mind=self._mind(account, deployment),
            variants=self._reading.of("variants", lambda: variants(self._around.settings)),
        )

    def _mind(self, account: Account, deployment: Deployment) -> Mind:
        name = account.id.rpartition("/")[2]
        return self._reading.of(
            ("mind", account.id, deployment.name),
            lambda: mind(self._around.settings, name, deployment.name, deployment.model),
        )

    @property
    def _profile(self) -> Profile:
        return self._reading.of("profile", lambda: self._around.settings.profile)

    async def _answered(
        self, call: Call, served: Served, spilled_from: str, fault: Fault | None
    ) -> ASGIApp:
        headers = {
            **answer_headers(call.id, call.account),
            **served.headers,
            "x-ms-deployment-name": served.deployment.name,
        }
        action = fault.action if fault else ""
        first_ms = [0.0]

        def first() -> None:
            first_ms[0] = call.milliseconds

        def end() -> None:
            served.finish(self._around.clock.now().timestamp())
            self._events.add(call.answered(served, first_ms[0], spilled=bool(spilled_from)))

        def gone(told: int) -> None:
            if served.stop is None:
                end()
                return
            used = served.stop(self._around.clock.now().timestamp(), told)
            part = replace(served, used=used)
            self._events.add(
                call.answered(part, first_ms[0], spilled=bool(spilled_from), status=HUNG_UP)
            )

        if not isinstance(served.body, bytes):
            events = served.body
            if action in ("drop", "cut_stream"):
                events = sse.cut_off(events, served.lead + TOKENS_BEFORE_CUT)
            return sse.Stream(events, served.lead, served.delay, headers, first, end, gone)
        delay = served.delay.first_seconds + served.delay.gap_seconds * served.used.completion
        if delay:
            await asyncio.sleep(delay)
        first()
        end()
        if action == "drop":
            return sse.Dropped(served.body, headers)
        return Response(served.body, headers=headers, media_type="application/json")


def named_model(body: bytes) -> str:
    """The deployment that a body names, where the path names none.

    Raises:
        Refusal: 400.
    """
    try:
        told = from_json(body)
    except ValueError:
        raise errors.not_json() from None
    name = told.get("model") if isinstance(told, dict) else None
    if not isinstance(name, str) or not name:
        raise errors.wrong_request(
            "Missing required parameter: 'model'.", "model", "missing_required_parameter"
        )
    return name
