"""The HTTP face of Log Analytics and of Application Insights' ingestion."""

import asyncio
import json
from datetime import datetime
from typing import Any, Final

from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from sandbox.arm.errors import ArmError
from sandbox.arm.frame import canonical_scope
from sandbox.arm.kind import properties
from sandbox.arm.operationalinsights import WORKSPACE
from sandbox.around import Around
from sandbox.identity import Unauthenticated
from sandbox.rbac import allowed
from sandbox.store import Stored
from sandbox.telemetry import ingestion
from sandbox.telemetry.kql.answer import Answer
from sandbox.telemetry.kql.refusal import Refused
from sandbox.telemetry.logs import Reach, ask, reach_of
from sandbox.telemetry.periods import NoPeriod, interval

PUBLIC: Final = ("https://api.loganalytics.io", "https://api.loganalytics.azure.com")
QUERY_WORKSPACE: Final = "Microsoft.OperationalInsights/workspaces/query/read"
QUERY_RESOURCE: Final = "Microsoft.Insights/logs/read"
MOST_REQUESTS: Final = 100
"""Of one batch."""


class Asked(BaseModel):
    query: str
    timespan: str | None = None
    workspaces: list[str] | None = None
    """Further ones, by customer id, by ARM id or by name."""


class BatchItem(BaseModel):
    id: str
    workspace: str
    body: dict[str, Any]


class Batch(BaseModel):
    requests: list[BatchItem]


class QueryError(Exception):
    """What is answered instead of rows."""

    def __init__(self, status: int, body: dict[str, Any]):
        super().__init__(body)
        self.status = status
        self.body = body


def refused(status: int, code: str, message: str) -> QueryError:
    return QueryError(status, {"error": {"message": message, "code": code}})


def routes(around: Around) -> list[BaseRoute]:
    """Both faces, each under its prefix."""

    async def by_workspace(request: Request) -> Response:
        return await _queried(around, request, workspace=request.path_params["workspace"])

    async def by_resource(request: Request) -> Response:
        return await _queried(around, request, resource="/" + request.path_params["resource"])

    async def batch(request: Request) -> Response:
        return await _batch(around, request)

    async def track(request: Request) -> Response:
        raw = await request.body()
        said = ingestion.track(around, raw, request.headers)
        return JSONResponse(said.body, said.status)

    return [
        Mount(
            "/loganalytics/v1",
            routes=[
                Route("/$batch", batch, methods=["POST"]),
                Route("/workspaces/{workspace}/query", by_workspace, methods=["GET", "POST"]),
                Route("/{resource:path}/query", by_resource, methods=["GET", "POST"]),
            ],
        ),
        Mount(
            "/appinsights",
            routes=[
                # Azure's own exporters put a slash too many before the version.
                Route(f"{slashes}{version}/track", track, methods=["POST"])
                for slashes in ("/", "//")
                for version in ("v2", "v2.1")
            ],
        ),
    ]


async def _queried(
    around: Around, request: Request, *, workspace: str = "", resource: str = ""
) -> Response:
    try:
        if request.method == "GET":
            wire: Any = dict(request.query_params)
        else:
            wire = await _json(request)
        asked = _asked(wire)
        authorization = request.headers.get("authorization")
        reach = _reach(around, authorization, asked, workspace=workspace, resource=resource)
        around.flush()
        # Beside the loop: a long question must not stop those who wait for an answer.
        body = await asyncio.to_thread(_answer, around, asked, reach, around.clock.now())
    except QueryError as error:
        return JSONResponse(error.body, error.status)
    return JSONResponse(body)


async def _batch(around: Around, request: Request) -> Response:
    """Many questions at once; each has an answer of its own."""
    try:
        asked = Batch.model_validate(await _json(request))
        if len(asked.requests) > MOST_REQUESTS:
            raise _argument(f"{len(asked.requests)} requests in a batch; at most {MOST_REQUESTS}")
    except ValidationError as error:
        return JSONResponse(_argument(_first(error)).body, 400)
    except QueryError as error:
        return JSONResponse(error.body, error.status)
    around.flush()
    authorization, responses = request.headers.get("authorization"), []
    for each in asked.requests:
        try:
            one = _asked(each.body)
            reach = _reach(around, authorization, one, workspace=each.workspace)
            body = await asyncio.to_thread(_answer, around, one, reach, around.clock.now())
            responses.append({"id": each.id, "status": 200, "body": body})
        except QueryError as error:
            responses.append({"id": each.id, "status": error.status, "body": error.body})
    return JSONResponse({"responses": responses})


def _answer(around: Around, asked: Asked, reach: Reach, now: datetime) -> dict[str, Any]:
    try:
        window = interval(asked.timespan, now) if asked.timespan else None
        return body_of(ask(around, asked.query, reach, now=now, window=window))
    except NoPeriod as error:
        raise _argument(str(error)) from None
    except Refused as error:
        raise QueryError(400, error.body()) from None


def body_of(answer: Answer) -> dict[str, Any]:
    """An answer as the wire has it; a cut one says so beside its rows."""
    columns = [{"name": column.name, "type": column.type} for column in answer.columns]
    body: dict[str, Any] = {
        "tables": [{"name": "PrimaryResult", "columns": columns, "rows": answer.rows}]
    }
    if answer.cut:
        body["error"] = {
            "code": "PartialError",
            "message": "There were some errors when processing your query.",
            "details": [{"code": "ResultTruncated", "message": "The result was truncated."}],
        }
    return body


def _reach(
    around: Around,
    authorization: str | None,
    asked: Asked,
    *,
    workspace: str = "",
    resource: str = "",
) -> Reach:
    """What a question may look at.

    Raises:
        QueryError: 401, 403, or 404 for a workspace that there is not.
    """
    own = f"{around.settings.arm}/loganalytics"
    try:
        caller = around.identity.caller(authorization, (own, *PUBLIC))
    except Unauthenticated as error:
        raise refused(
            401,
            "AuthorizationRequiredError" if error.reason == "missing" else "InvalidTokenError",
            "Valid authentication was not provided",
        ) from None
    if resource:
        try:
            scope = canonical_scope(around.store, resource)
        except ArmError as error:
            raise refused(404, "ResourceNotFoundError", str(error)) from None
        found, scopes, action = reach_of(around.store, scope), [scope], QUERY_RESOURCE
    else:
        wanted = [_workspace(around, each) for each in (workspace, *(asked.workspaces or ()))]
        scopes, action = [each.id for each in wanted], QUERY_WORKSPACE
        found = Reach(workspaces=tuple(each.id.lower() for each in wanted))
    if not all(allowed(around.store, caller, scope, action=action) for scope in scopes):
        raise refused(
            403,
            "InsufficientAccessError",
            "The provided credentials have insufficient access to perform the requested operation",
        )
    return found


def _workspace(around: Around, wanted: str) -> Stored:
    for each in around.store.of_type(WORKSPACE):
        called = (each.id, each.body["name"], properties(each.body).get("customerId"))
        if wanted.lower() in (str(name).lower() for name in called):
            return each
    raise refused(404, "WorkspaceNotFoundError", f"The workspace '{wanted}' could not be found")


def _asked(wire: object) -> Asked:
    try:
        return Asked.model_validate(wire)
    except ValidationError as error:
        raise _argument(_first(error)) from None


def _first(error: ValidationError) -> str:
    first = error.errors()[0]
    return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"


async def _json(request: Request) -> Any:
    try:
        return json.loads(await request.body())
    except (ValueError, RecursionError):
        raise _argument("the body is no JSON") from None


def _argument(message: str) -> QueryError:
    said = {"code": "InvalidArgument", "message": message}
    wrong = {"message": "The request had some invalid properties", "code": "BadArgumentError"}
    return QueryError(400, {"error": {**wrong, "innererror": said}})
