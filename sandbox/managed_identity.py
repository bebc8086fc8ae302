"""Managed identity over plain http, since the first token can't be asked for with a CA yet."""

import time
from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route, Router
from starlette.types import ASGIApp

from sandbox.around import Around
from sandbox.directory import OUTSIDE_IP, STRANGER, Principal
from sandbox.entra import issuer
from sandbox.faults import Faults
from sandbox.hosts import OnlyOurHost
from sandbox.identity import LIFETIME_SECONDS, Caller
from sandbox.rbac import allowed
from sandbox.token_faults import faulty
from sandbox.unforeseen import Unforeseen

ASSIGN = "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action"
IMDS_PATH = "/metadata/identity/oauth2/token"


def app(around: Around, others: Sequence[BaseRoute] = ()) -> ASGIApp:
    """Two flavours: App Service's, and the virtual machine's; and what else needs no CA.

    A virtual machine's has no secret to tell callers apart, and so its bare path answers as the
    stranger, who may do nothing; a header's secret in front of the path says who it is.
    """

    async def app_service(request: Request, lifetime_seconds: int) -> Response:
        known = around.directory.by_header(request.headers.get("x-identity-header", ""))
        if known is None:
            return _refused(401, "unauthorized", "The X-IDENTITY-HEADER is missing or wrong.")
        return _answer(request, *known, lifetime_seconds)

    async def virtual_machine(request: Request, lifetime_seconds: int) -> Response:
        if request.headers.get("metadata", "").lower() != "true":
            return _refused(400, "invalid_request", "Required metadata header not specified")
        secret = request.path_params.get("secret")
        if secret is None:
            stranger = around.directory.by_oid(STRANGER)
            known = (stranger, OUTSIDE_IP) if stranger else None
        else:
            known = around.directory.by_header(secret)
        if known is None:
            return _refused(400, "invalid_request", "Identity not found")
        return _answer(request, *known, lifetime_seconds)

    def _answer(request: Request, principal: Principal, ip: str, lifetime_seconds: int) -> Response:
        resource = request.query_params.get("resource")
        if not resource:
            return _refused(400, "invalid_request", "The resource is missing.")
        wanted = request.query_params.get("client_id")
        if wanted and wanted.lower() != principal.client_id:
            other = around.directory.by_client_id(wanted)
            if other is None or not _may_wear(around, principal, ip, other):
                return _refused(400, "invalid_request", "Identity not found")
            principal = other
        token = around.identity.token(
            principal,
            resource,
            ip=ip,
            issuer=issuer(around),
            lifetime_seconds=lifetime_seconds,
        )
        return JSONResponse(
            {
                "access_token": token,
                "expires_on": str(int(time.time()) + LIFETIME_SECONDS),
                "expires_in": str(LIFETIME_SECONDS),
                "resource": resource,
                "token_type": "Bearer",
                "client_id": principal.client_id,
            }
        )

    faults = Faults(around.store)
    routes = [
        Route("/msi/token", faulty(faults, app_service)),
        Route(IMDS_PATH, faulty(faults, virtual_machine)),
        Route("/{secret}" + IMDS_PATH, faulty(faults, virtual_machine)),
        *others,
    ]
    return OnlyOurHost(Unforeseen(Router(routes)))


def _may_wear(around: Around, principal: Principal, ip: str, other: Principal) -> bool:
    """Whether somebody could assign an identity to a machine of theirs, and act as it there.

    A person's or an application's is nobody else's.
    """
    resource = around.directory.resource_of(other)
    if resource is None:
        return False
    caller = Caller(
        oid=principal.oid,
        groups=principal.groups,
        audience="",
        ip=ip,
        client_id=principal.client_id,
    )
    return allowed(around.store, caller, resource, action=ASSIGN)


def _refused(status: int, error: str, description: str) -> Response:
    return JSONResponse({"error": error, "error_description": description}, status)
