"""Entra's own endpoints: tokens for clients with a secret, and what clients look up first."""

from secrets import compare_digest
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.around import Around
from sandbox.directory import OUTSIDE_IP, SUBSCRIPTION_ID, TENANT_ID, Principal
from sandbox.faults import Faults
from sandbox.identity import LIFETIME_SECONDS, Unauthenticated
from sandbox.token_faults import faulty

FEDERATION_AUDIENCE = "api://azureadtokenexchange"


class Refused(Exception):
    """What OAuth answers with: an error and an AADSTS text."""

    def __init__(self, status: int, error: str, description: str) -> None:
        super().__init__(description)
        self.status = status
        self.error = error


def routes(around: Around) -> list[Route]:
    faults = Faults(around.store)

    def configuration(request: Request) -> Response:
        tenant = request.path_params["tenant"]
        base = f"{around.settings.arm}/{tenant}"
        return JSONResponse(
            {
                "issuer": issuer(around),
                "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
                "token_endpoint": f"{base}/oauth2/v2.0/token",
                "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
                "jwks_uri": f"{base}/discovery/v2.0/keys",
                "token_endpoint_auth_methods_supported": ["client_secret_post"],
                "response_types_supported": ["code", "token"],
                "subject_types_supported": ["pairwise"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "tenant_region_scope": "EU",
                "cloud_instance_name": "sandbox",
            }
        )

    def keys(request: Request) -> Response:
        return JSONResponse(around.identity.jwks())

    async def token(request: Request, lifetime_seconds: int) -> Response:
        form = dict(parse_qsl((await request.body()).decode(errors="replace")))
        try:
            principal = client(around, form)
            resource = _resource(form)
        except Refused as refused:
            return JSONResponse(
                {"error": refused.error, "error_description": str(refused)}, refused.status
            )
        return JSONResponse(
            {
                "token_type": "Bearer",
                "expires_in": LIFETIME_SECONDS,
                "ext_expires_in": LIFETIME_SECONDS,
                "access_token": around.identity.token(
                    principal,
                    resource,
                    ip=OUTSIDE_IP,
                    issuer=issuer(around),
                    lifetime_seconds=lifetime_seconds,
                ),
            }
        )

    def metadata(request: Request) -> Response:
        version = request.query_params.get("api-version", "")
        cloud = _cloud(around.settings.arm)
        return JSONResponse(cloud if version >= "2022-09-01" else [cloud])

    openid = "/.well-known/openid-configuration"
    return [
        Route("/metadata/endpoints", metadata),
        Route("/{tenant}" + openid, configuration),
        Route("/{tenant}/v2.0" + openid, configuration),
        Route("/{tenant}/discovery/v2.0/keys", keys),
        Route("/{tenant}/oauth2/v2.0/token", faulty(faults, token), methods=["POST"]),
        Route("/{tenant}/oauth2/token", faulty(faults, token), methods=["POST"]),
    ]


def issuer(around: Around) -> str:
    return f"{around.settings.arm}/{TENANT_ID}/v2.0"


def client(around: Around, form: dict[str, str]) -> Principal:
    """Who a token request comes from.

    Raises:
        Refused: 401 invalid_client, 400 for another grant.
    """
    if form.get("grant_type") != "client_credentials":
        raise Refused(
            400,
            "unsupported_grant_type",
            "AADSTS70003: The app requested an unsupported grant type "
            f"'{form.get('grant_type', '')}'.",
        )
    principal = around.directory.by_client_id(form.get("client_id", ""))
    if principal is None:
        raise Refused(
            400,
            "unauthorized_client",
            f"AADSTS700016: Application with identifier '{form.get('client_id', '')}' was not "
            "found in the directory 'Plumbline sandbox'.",
        )
    if "client_assertion" in form:
        if not _vouched(around, form["client_assertion"], principal):
            raise Refused(
                401,
                "invalid_client",
                "AADSTS700027: Client assertion failed signature validation.",
            )
    elif not compare_digest(
        form.get("client_secret", "").encode(), principal.client_secret.encode()
    ):
        raise Refused(401, "invalid_client", "AADSTS7000215: Invalid client secret provided.")
    return principal


def _vouched(around: Around, assertion: str, principal: Principal) -> bool:
    """Workload identity: a token of ours for the exchange, for the same principal."""
    try:
        claims = around.identity.claims(assertion)
    except Unauthenticated:
        return False
    return (claims["aud"], claims["oid"]) == (FEDERATION_AUDIENCE, principal.oid)


def _resource(form: dict[str, str]) -> str:
    for scope in form.get("scope", "").split():
        if "/" in scope:
            return scope
    if form.get("resource"):
        return form["resource"]
    raise Refused(
        400,
        "invalid_request",
        "AADSTS900144: The request body must contain the following parameter: 'scope'.",
    )


def _cloud(arm: str) -> dict[str, Any]:
    return {
        "portal": arm,
        "authentication": {
            "loginEndpoint": arm,
            "audiences": [arm, "https://management.core.windows.net/"],
            "tenant": TENANT_ID,
            "identityProvider": "AAD",
        },
        "media": arm,
        "graphAudience": f"{arm}/graph",
        "graph": f"{arm}/graph",
        "name": "Sandbox",
        "suffixes": {
            "acrLoginServer": "azurecr.invalid",
            "keyVaultDns": "vault.invalid",
            "storage": "storage.invalid",
            "sqlServerHostname": "database.invalid",
        },
        "batch": f"{arm}/batch",
        "resourceManager": arm,
        "vmImageAliasDoc": f"{arm}/aliases.json",
        "activeDirectoryDataLake": f"{arm}/datalake",
        "sqlManagement": arm,
        "microsoftGraphResourceId": f"{arm}/graph/",
        "appInsightsResourceId": f"{arm}/appinsights",
        "appInsightsTelemetryChannelResourceId": f"{arm}/appinsights",
        "logAnalyticsResourceId": f"{arm}/loganalytics",
        "attestationResourceId": f"{arm}/attestation",
        "synapseAnalyticsResourceId": f"{arm}/synapse",
        "ossrDbmsResourceId": f"{arm}/ossrdbms",
        "gallery": arm,
        "subscription": SUBSCRIPTION_ID,
    }
