"""Microsoft.Resources/tags: the tags of anything, apart from the rest of it."""

from typing import Any

from sandbox.arm import locks
from sandbox.arm.errors import ArmError, bad_request, resource_not_found
from sandbox.arm.kind import Answer, Call, Kind, properties
from sandbox.directory import SUBSCRIPTION_ID
from sandbox.ids import ArmId
from sandbox.store import OF_THE_CLOUD, Body

TYPE = "Microsoft.Resources/tags"
SUBSCRIPTION = f"/subscriptions/{SUBSCRIPTION_ID}"
OF_SUBSCRIPTION = f"{OF_THE_CLOUD}subscription_tags"
"""Setting: a subscription is no stored resource."""

MOST = 50
OPERATIONS = ("Merge", "Replace", "Delete")


def handle(call: Call, id: ArmId) -> Answer:
    """GET, PUT, PATCH or DELETE the tags of a resource, a group or the subscription.

    Raises:
        ArmError: 404, nothing is there; 400, no such operation or too many tags.
    """
    if id.name.lower() != "default":
        raise resource_not_found(id)
    before = _tags(call, id)
    if call.method in ("GET", "HEAD"):
        return _shown(id, before)
    locks.writable(call.store, id.scope)
    if call.method == "DELETE":
        _keep(call, id, {})
        return Answer(status=200)
    given = properties(call.body).get("tags") or {}
    if not isinstance(given, dict) or not all(isinstance(each, str) for each in given.values()):
        raise bad_request("The tags must be an object of strings.")
    after = given if call.method == "PUT" else _patched(before, given, call.body.get("operation"))
    if len(after) > MOST:
        raise ArmError(
            400,
            "InvalidTagCount",
            f"The number of tags '{len(after)}' exceeds the maximum '{MOST}' for '{id.scope}'.",
        )
    _keep(call, id, after)
    return _shown(id, after)


def _patched(before: Body, given: Body, operation: Any) -> Body:
    if operation not in OPERATIONS:
        raise bad_request(
            f"The operation '{operation}' on tags is not valid. Allowed values are "
            f"{', '.join(OPERATIONS)}."
        )
    if operation == "Merge":
        return {**before, **given}
    if operation == "Replace":
        return given
    return {key: value for key, value in before.items() if given.get(key) != value}


def _tags(call: Call, id: ArmId) -> Body:
    if id.scope.lower() == SUBSCRIPTION:
        found: Body = call.around.settings.get(OF_SUBSCRIPTION, {})
        return found
    stored = call.store.get(id.scope)
    if stored is None:
        raise resource_not_found(id)
    tags: Body = stored.body.get("tags") or {}
    return tags


def _keep(call: Call, id: ArmId, tags: Body) -> None:
    stored = call.store.get(id.scope)
    if stored is None:
        call.around.settings.set(OF_SUBSCRIPTION, tags)
        return
    call.store.put(stored.id, stored.type, {**stored.body, "tags": tags}, etag=stored.etag)


def _shown(id: ArmId, tags: Body) -> Answer:
    body = {"id": str(id), "name": "default", "type": TYPE, "properties": {"tags": tags}}
    return Answer(status=200, body=body)


KINDS = (Kind(type=TYPE, put=None, handler=handle, scoped=True),)
