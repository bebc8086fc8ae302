"""From a request's path to what it is about: who asks, may they, and who answers."""

import json
import re
from collections.abc import Mapping
from itertools import chain
from typing import Any

from sandbox.arm import frame, operations, resources, routes
from sandbox.arm.errors import ArmError, bad_request, resource_not_found
from sandbox.arm.kind import Answer, Call, Kind
from sandbox.arm.kinds import KINDS
from sandbox.around import Around
from sandbox.directory import SUBSCRIPTION_ID, TENANT_ID
from sandbox.faults import Failure
from sandbox.identity import ARM, Caller, Unauthenticated
from sandbox.ids import ArmId, parse
from sandbox.rbac import allowed
from sandbox.store import Body
from sandbox.telemetry import metric_views

VERBS = {"GET": "read", "HEAD": "read", "PUT": "write", "PATCH": "write", "DELETE": "delete"}

METHODS = (*VERBS, "POST")

VERSION = re.compile(r"20\d\d-\d\d-\d\d(?:-[a-z.0-9]+)?", re.IGNORECASE)

LARGEST = 4 * 1024 * 1024
"""Bytes of a body, as ARM takes them; the status of its refusal is unverified."""

DEEPEST = 100
"""Levels of a body. What is deeper could be written, and then break each list it stands in."""


def answer(
    around: Around,
    *,
    method: str,
    path: str,
    query: Mapping[str, str],
    headers: Mapping[str, str],
    raw: bytes,
    failure: Failure | None = None,
) -> tuple[Answer, str]:
    """What ARM says to a request, and who asked (an object id, or nothing).

    Effect and rows commit together, or not at all.
    """
    caller: Caller | None = None
    try:
        lower = {key.lower(): value for key, value in query.items()}
        caller = authenticated(around, headers.get("authorization"))
        _versioned(lower.get("api-version", ""))
        call = Call(
            around=around,
            method=method,
            path=path,
            query=lower,
            headers=headers,
            body=_body(raw),
            caller=caller,
        )
        with around.store.transaction():
            return dispatch(call, failure), caller.oid
    except ArmError as error:
        said = Answer(status=error.status, body=error.body(), headers=error.headers)
        return said, caller.oid if caller else ""


def _versioned(version: str) -> None:
    """Any date will do: one type is called with many, and all answer alike."""
    if not version:
        raise ArmError(
            400,
            "MissingApiVersionParameter",
            "The api-version query parameter (?api-version=) is required for all requests.",
        )
    if not VERSION.fullmatch(version):
        raise ArmError(
            400,
            "InvalidApiVersionParameter",
            f"The api-version '{version}' is invalid. The supported versions are "
            f"'{','.join(resources.API_VERSIONS)}'.",
        )


def authenticated(around: Around, authorization: str | None) -> Caller:
    """Whom the token speaks for.

    Raises:
        ArmError: 401, with the challenge that clients read.
    """
    own = around.settings.arm
    try:
        return around.identity.caller(authorization, (own, *ARM))
    except Unauthenticated as error:
        raise unauthenticated(error.reason, own) from None


def unauthenticated(reason: str, own: str) -> ArmError:
    """401 with the challenge that clients read."""
    code, message = {
        "missing": (
            "AuthenticationFailed",
            "Authentication failed. The 'Authorization' header is missing.",
        ),
        "expired": ("ExpiredAuthenticationToken", "The access token expiry has passed."),
        "audience": (
            "InvalidAuthenticationTokenAudience",
            "The access token has been obtained for wrong audience or resource. It should "
            f"exactly match with one of the allowed audiences '{own}','{ARM[0]}'.",
        ),
    }.get(reason, ("InvalidAuthenticationToken", "The access token is invalid."))
    challenge = (
        f'Bearer authorization_uri="{own}/{TENANT_ID}", error="invalid_token", '
        f'error_description="{message}"'
    )
    return ArmError(401, code, message, headers={"WWW-Authenticate": challenge})


def dispatch(call: Call, failure: Failure | None = None) -> Answer:
    parts = [part for part in call.path.split("/") if part]
    if len(parts) > 1 and parts[0].lower() == "subscriptions":
        _known_subscription(parts[1])
    found = routes.match(call.method, parts)
    if found:
        route, names = found
        if route.action:
            authorize(call, route.action, _scope(call.path))
        return route.answer(call, names)
    if "operations" in parts[-2:-1] or "operationresults" in parts[-2:-1]:
        return _operation(call, parts)
    if len(parts) == 4 and parts[2].lower() == "resourcegroups":
        return _group(call, parts[3], failure)
    return _resource(call, parts, failure)


def authorize(call: Call, action: str, scope: str) -> None:
    """Raises 403 unless a role of the caller allows the action at the scope or above."""
    if allowed(call.store, call.caller, scope, action=action):
        return
    raise ArmError(
        403,
        "AuthorizationFailed",
        f"The client '{call.caller.client_id}' with object id '{call.caller.oid}' does not have "
        f"authorization to perform action '{action}' over scope '{scope}' or the scope is "
        "invalid. If access was recently granted, please refresh your credentials.",
    )


def _operation(call: Call, parts: list[str]) -> Answer:
    about = operations.about(call.around, parts[-1])
    id = parse(about)
    type = id.type if id else "Microsoft.Resources/subscriptions/resourceGroups"
    authorize(call, f"{type}/read", about)
    if parts[-2].lower() == "operations":
        return operations.status(call, parts[-1])
    return operations.result(call, parts[-1])


def _group(call: Call, name: str, failure: Failure | None) -> Answer:
    verb = VERBS.get(call.method)
    if verb is None:
        raise ArmError(405, "MethodNotAllowed", f"{call.method} is not allowed here.")
    authorize(call, f"Microsoft.Resources/subscriptions/resourceGroups/{verb}", call.path)
    return resources.group(call, name, failure)


def _resource(call: Call, parts: list[str], failure: Failure | None) -> Answer:
    lower = [part.lower() for part in parts]
    if "providers" not in lower:
        raise ArmError(
            404,
            "InvalidResourcePath",
            f"The request path '{call.path}' names neither a resource nor a list of resources.",
        )
    at = len(lower) - 1 - lower[::-1].index("providers")
    scope = "/" + "/".join(parts[:at]) if at else ""
    namespace, segments = parts[at + 1] if at + 1 < len(parts) else "", parts[at + 2 :]
    if not namespace or not segments:
        raise resources.invalid_namespace(namespace)
    if len(segments) % 2 == 0:
        id = ArmId(scope, namespace, tuple(segments[::2]), tuple(segments[1::2]))
        return _one(call, id, failure)
    return _below(call, scope, namespace, segments)


def _one(call: Call, id: ArmId, failure: Failure | None) -> Answer:
    kind = KINDS.get(id.type.lower())
    verb = VERBS.get(call.method)
    if kind is None:
        raise _unknown(call, id)
    if verb is None:
        raise ArmError(405, "MethodNotAllowed", f"{call.method} is not allowed on {kind.type}.")
    authorize(call, f"{kind.type}/{verb}", str(id))
    if kind.handler:
        return kind.handler(call, id)
    if call.method == "GET":
        return frame.get(call, kind, id)
    if call.method == "HEAD":
        return frame.head(call, id)
    if call.method == "PUT":
        return frame.put(call, kind, id, failure=failure)
    if call.method == "PATCH":
        return frame.patch(call, kind, id, failure=failure)
    return frame.delete(call, kind, id, failure=failure)


def _below(call: Call, scope: str, namespace: str, segments: list[str]) -> Answer:
    """A list, a question or an action: a path that ends in a word instead of a name."""
    types, names = segments[::2], segments[1::2]
    extension = metric_views.VIEWS.get("/".join((namespace, *segments)).lower())
    if extension and call.method == "GET":
        authorize(call, "/".join((namespace, *segments, "read")), scope)
        extended = call.store.get(scope)
        if extended is None:
            raise _missing(scope)
        return extension(extended, call)
    kind = KINDS.get("/".join((namespace, *types)).lower())
    parent = str(ArmId(scope, namespace, tuple(types[:-1]), tuple(names))) if names else scope
    if kind and call.method == "GET":
        authorize(call, f"{kind.type}/read", parent)
        if names and call.store.get(parent) is None:
            raise _missing(parent)
        return frame.listing(call, kind, parent)
    above: Kind | None = KINDS.get("/".join((namespace, *types[:-1])).lower()) if names else None
    word = types[-1].lower()
    if above is None:
        raise _unknown(call, ArmId(scope, namespace, tuple(types), tuple(names)))
    table = above.actions if call.method == "POST" else above.views
    if word not in table or call.method not in ("GET", "POST"):
        raise _unknown(call, ArmId(scope, namespace, tuple(types), tuple(names)))
    verb = f"{types[-1]}/action" if call.method == "POST" else f"{types[-1]}/read"
    authorize(call, f"{above.type}/{verb}", parent)
    stored = call.store.get(parent)
    if stored is None:
        raise _missing(parent)
    return table[word](stored, call)


def _missing(id: str) -> ArmError:
    parsed = parse(id)
    return resource_not_found(parsed) if parsed else bad_request(f"'{id}' is no resource.")


def _unknown(call: Call, id: ArmId) -> ArmError:
    known = {name.lower() for name in resources.namespaces()}
    if id.namespace.lower() not in known:
        return resources.invalid_namespace(id.namespace)
    return resources.invalid_type(id, call.api_version)


def _known_subscription(id: str) -> None:
    if id.lower() != SUBSCRIPTION_ID:
        raise ArmError(404, "SubscriptionNotFound", f"The subscription '{id}' could not be found.")


def _scope(path: str) -> str:
    """What a role must cover for a request about no stored resource."""
    parts = path.strip("/").split("/")
    if parts[0].lower() != "subscriptions":
        return "/"
    if len(parts) > 3 and parts[2].lower() == "resourcegroups":
        return "/" + "/".join(parts[:4])
    return "/" + "/".join(parts[:2])


def _body(raw: bytes) -> Body:
    if not raw:
        return {}
    if len(raw) > LARGEST:
        raise ArmError(
            413,
            "RequestContentTooLarge",
            "The request content size exceeds the maximum size of 4 MB.",
        )
    try:
        body: Any = json.loads(raw)
        # NaN and half a surrogate pair can be read, but never be sent in an answer.
        json.dumps(body, allow_nan=False, ensure_ascii=False).encode()
    except RecursionError:
        raise _undeserializable("it is nested too deeply") from None
    except ValueError as error:
        raise _undeserializable(str(error)) from None
    if _deeper_than(DEEPEST, body):
        raise _undeserializable("it is nested too deeply")
    if isinstance(body, list):
        return {"value": body}
    if not isinstance(body, dict):
        raise _undeserializable("an object is expected")
    return body


def _deeper_than(levels: int, body: Any) -> bool:
    level = [body]
    for _ in range(levels):
        objects = [each.values() for each in level if isinstance(each, dict)]
        level = list(chain(*objects, *(each for each in level if isinstance(each, list))))
        if not level:
            return False
    return True


def _undeserializable(why: str) -> ArmError:
    return ArmError(
        400,
        "InvalidRequestContent",
        f"The request content was invalid and could not be deserialized: '{why}'.",
    )
