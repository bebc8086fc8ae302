"""Microsoft.AppConfiguration/configurationStores/keyValues: ARM's door to the data plane.

There is one copy of a key-value, the data plane's: what is written here is read there.
"""

import json
import re

from sandbox.arm.errors import ArmError, bad_request, parent_not_found, resource_not_found
from sandbox.arm.kind import Answer, Call, Kind, properties
from sandbox.arm.private_endpoints import STORE
from sandbox.dataplane.key_values import KeyValue, KeyValues
from sandbox.ids import ArmId
from sandbox.rbac import allowed
from sandbox.store import Body, Stored

TYPE = f"{STORE}/keyValues"
VERBS = {"GET": "read", "HEAD": "read", "PUT": "write", "DELETE": "delete"}
ESCAPE = re.compile(r"~([0-9A-Fa-f]{2})")


def key_and_label(name: str) -> tuple[str, str]:
    """The two that a name joins with $; ~2F and its like stand for what a path can't hold."""
    key, _, label = name.partition("$")
    return _plain(key), _plain(label)


def _plain(text: str) -> str:
    return ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)


def handle(call: Call, id: ArmId) -> Answer:
    """GET, PUT or DELETE one key-value through the store's proxy.

    Raises:
        ArmError: 409, keys are off and the proxy would use them; 403, no role on the data.
    """
    if call.method not in VERBS:
        raise ArmError(405, "MethodNotAllowed", f"{call.method} is not allowed on a key-value.")
    store = call.store.get(id.parent)
    if store is None:
        raise parent_not_found(id)
    _pass(call, store)
    items = KeyValues(call.store)
    key, label = key_and_label(id.name)
    found = items.get(store.id, key, label)
    if call.method == "PUT":
        written = items.put(store.id, _wanted(call.body, key, label, found, id))
        return Answer(status=200, body=_shown(store.id, id.name, written))
    if found is None:
        if call.method == "DELETE":
            return Answer(status=204)
        raise resource_not_found(id)
    if call.method == "DELETE":
        _unlocked(found, id)
        items.delete(store.id, found)
        return Answer(status=200)
    return Answer(status=200, body=_shown(store.id, id.name, found))


def _pass(call: Call, store: Stored) -> None:
    settings = properties(store.body)
    if settings["dataPlaneProxy"]["authenticationMode"] == "Local":
        if settings.get("disableLocalAuth"):
            raise ArmError(
                409,
                "Conflict",
                "The operation cannot be performed because the configuration store is using local "
                "authentication mode and local authentication is disabled. To enable access to "
                "data plane resources while local authentication is disabled, please use "
                "pass-through authentication mode.",
            )
        return
    right = f"{TYPE}/{VERBS[call.method]}"
    if not allowed(call.store, call.caller, store.id, data_action=right):
        raise ArmError(
            403,
            "Forbidden",
            f"The client with object id '{call.caller.oid}' has no permission to perform action "
            f"'{right}' on '{store.id}'. Grant it App Configuration Data Owner.",
        )


def _wanted(body: Body, key: str, label: str, found: KeyValue | None, id: ArmId) -> KeyValue:
    asked = properties(body)
    if found:
        _unlocked(found, id)
    value, content_type = asked.get("value"), asked.get("contentType")
    tags = asked.get("tags") or {}
    for name, given in (("value", value), ("contentType", content_type)):
        if given is not None and not isinstance(given, str):
            raise bad_request(f"The {name} of key-value '{id.name}' must be a string.")
    if not isinstance(tags, dict):
        raise bad_request(f"The tags of key-value '{id.name}' must be an object.")
    return KeyValue(
        key=key,
        label=label,
        value=value,
        content_type=content_type,
        tags=json.dumps(tags),
        etag="",
        locked=False,
        last_modified="",
    )


def _unlocked(found: KeyValue, id: ArmId) -> None:
    if found.locked:
        raise ArmError(
            409, "Conflict", f"The key-value '{id.name}' is locked and cannot be changed."
        )


def _shown(store_id: str, name: str, item: KeyValue) -> Body:
    return {
        "id": f"{store_id}/keyValues/{name}",
        "name": name,
        "type": TYPE,
        "properties": {
            "key": item.key,
            "label": item.label or None,
            "value": item.value,
            "contentType": item.content_type,
            "eTag": item.etag,
            "lastModified": item.last_modified,
            "locked": item.locked,
            "tags": json.loads(item.tags),
        },
    }


KINDS = (Kind(type=TYPE, put=None, handler=handle),)
