"""Microsoft.CognitiveServices/accounts/raiBlocklists and their items."""

import re
from typing import Any

from sandbox.arm import operations
from sandbox.arm.cognitiveservices import names
from sandbox.arm.errors import ArmError, bad_request, invalid
from sandbox.arm.kind import Answer, Call, Kind, Situation, as_deployment, properties
from sandbox.store import Body, Stored


def put(wanted: Body, stored: Body | None, situation: Situation) -> Body:
    return {
        "tags": wanted.get("tags") or {},
        "properties": {"description": properties(wanted).get("description") or ""},
    }


def put_item(wanted: Body, stored: Body | None, situation: Situation) -> Body:
    return {"tags": wanted.get("tags") or {}, "properties": item(properties(wanted))}


def item(asked: Body) -> Body:
    """One term or expression.

    Raises:
        ArmError: 400, it has no pattern, or one that is no expression (texts unverified).
    """
    pattern = asked.get("pattern")
    if not isinstance(pattern, str) or not pattern:
        raise invalid("The pattern of blocklist item is not provided.")
    is_regex = asked.get("isRegex", False) is True
    if is_regex:
        try:
            re.compile(pattern)
        except re.error:
            raise invalid(f"The pattern '{pattern}' is not a valid regular expression.") from None
    if len(pattern) > 1000:
        raise invalid("The pattern of blocklist item is longer than 1000 characters.")
    return {"pattern": pattern, "isRegex": is_regex}


def may_delete(stored: Stored, situation: Situation) -> None:
    """A list that a policy names stays (code unverified)."""
    for policy in situation.store.children(situation.id.parent, names.RAI_POLICY):
        for used in properties(policy.body).get("customBlocklists") or []:
            if used["blocklistName"].lower() == stored.body["name"].lower():
                raise ArmError(
                    409,
                    "RaiBlocklistInUse",
                    f"The RaiBlocklist '{stored.body['name']}' is used by RaiPolicy "
                    f"'{policy.body['name']}' and cannot be deleted.",
                )


def add_items(blocklist: Stored, call: Call) -> Answer:
    """Many items in one write."""
    _free(blocklist, call)
    asked = call.body.get("value", [])
    if not isinstance(asked, list):
        raise bad_request("The request body must be a list of blocklist items.")
    for each in asked:
        _write(blocklist, each, call)
    return Answer(status=200, body=blocklist.body)


def _write(blocklist: Stored, asked: Any, call: Call) -> None:
    name = asked.get("name") if isinstance(asked, dict) else None
    if not name:
        raise invalid("The name of blocklist item is not provided.")
    id = f"{blocklist.id}/raiBlocklistItems/{name}"
    body = {
        "id": id,
        "name": name,
        "type": names.RAI_BLOCKLIST_ITEM,
        "tags": {},
        "properties": item(properties(asked)),
    }
    stored = call.store.put(id, names.RAI_BLOCKLIST_ITEM, body)
    call.store.put(id, stored.type, {**body, "etag": f'"{stored.etag}"'}, etag=stored.etag)


def delete_items(blocklist: Stored, call: Call) -> Answer:
    _free(blocklist, call)
    for name in call.body.get("value", []):
        call.store.delete(f"{blocklist.id}/raiBlocklistItems/{name}")
    return Answer(status=204)


def _free(blocklist: Stored, call: Call) -> None:
    account = blocklist.id.rsplit("/", 2)[0]
    if operations.occupied(call.around, account):
        raise operations.busy(account)


KINDS = (
    Kind(
        type=names.RAI_BLOCKLIST,
        put=put,
        may_delete=may_delete,
        deleted=204,
        delete_takes=as_deployment,
        etag="etag",
        system_data=True,
        locks=True,
        actions={"addraiblocklistitems": add_items, "deleteraiblocklistitems": delete_items},
    ),
    Kind(
        type=names.RAI_BLOCKLIST_ITEM,
        put=put_item,
        deleted=204,
        delete_takes=as_deployment,
        etag="etag",
        system_data=True,
        locks=True,
    ),
)
