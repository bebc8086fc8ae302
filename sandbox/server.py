"""One application on the HTTPS listener: control API, Entra, data planes, and ARM for the rest."""

import asyncio
import sqlite3
import uuid
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox import control, entra, unforeseen
from sandbox.arm import misled, router
from sandbox.arm.frame import settle
from sandbox.arm.kind import Answer
from sandbox.around import Around
from sandbox.crash import struck
from sandbox.dropped import Dropped
from sandbox.faults import Failure, Fault, Faults
from sandbox.hosts import OnlyOurHost
from sandbox.telemetry import activity


def app(
    around: Around,
    faults: Faults,
    secret: str,
    data_planes: Sequence[BaseRoute] = (),
    orders: Sequence[control.Order] = (),
) -> ASGIApp:
    """The whole of the sandbox but managed identity and the provider."""

    async def arm(request: Request) -> Response:
        began = datetime.now(UTC)
        raw = await request.body()
        path = request.url.path
        fault = faults.take("arm", request.method, path)
        if fault and fault.action == "delay":
            await asyncio.sleep(fault.seconds)
        told = misled.told(fault, path, raw, around.settings.arm) if fault else None
        if told:
            said, who = told, ""
        else:
            try:
                with struck(around.store, fault):
                    said, who = router.answer(
                        around,
                        method=request.method,
                        path=path,
                        query=dict(request.query_params),
                        headers={key.lower(): value for key, value in request.headers.items()},
                        raw=raw,
                        failure=_failure(fault),
                    )
            except Exception as error:
                _journal(around, request, Answer(status=unforeseen.status(error)), "", began)
                raise
        _journal(around, request, said, who, began)
        # Of a full disk the answer tells, where it matters.
        with suppress(sqlite3.OperationalError):
            activity.note(around, request.method, path, said, who)
        if fault and fault.action == "drop":
            return Dropped()
        return _response(request, said)

    async def up_to_date(scope: Scope, receive: Receive, send: Send) -> None:
        settle(around)
        await inner(scope, receive, send)

    inner = Router(
        [
            control.routes(around, faults, secret, orders),
            *data_planes,
            *entra.routes(around),
            Route("/{path:path}", arm, methods=list(router.METHODS)),
        ]
    )
    return OnlyOurHost(unforeseen.Unforeseen(up_to_date))


def _failure(fault: Fault | None) -> Failure | None:
    if fault is None or fault.action != "operation_failed":
        return None
    return Failure({"code": fault.code, "message": fault.message})


def _response(request: Request, said: Answer) -> Response:
    headers = {
        "x-ms-request-id": str(uuid.uuid4()),
        "x-ms-correlation-request-id": request.headers.get(
            "x-ms-correlation-request-id", str(uuid.uuid4())
        ),
        "Cache-Control": "no-cache",
        **said.headers,
    }
    for echoed in ("x-ms-client-request-id",):
        if echoed in request.headers:
            headers[echoed] = request.headers[echoed]
    if said.body is None or request.method == "HEAD":
        return Response(status_code=said.status, headers=headers)
    return JSONResponse(said.body, said.status, headers)


def _journal(around: Around, request: Request, said: Answer, who: str, began: datetime) -> None:
    around.journal.append(
        {
            "method": request.method,
            "id": request.url.path,
            "api_version": request.query_params.get("api-version"),
            "status": said.status,
            "code": _code(said),
            "principal": who,
            "start": began.isoformat(),
            "end": datetime.now(UTC).isoformat(),
        }
    )


def _code(said: Answer) -> str | None:
    if said.status < 400 or not isinstance(said.body, dict):
        return None
    code: str | None = (said.body.get("error") or {}).get("code")
    return code
