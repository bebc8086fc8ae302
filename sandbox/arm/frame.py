"""Stores, waits, locks and answers, the same for every type of resource."""

import logging
from datetime import datetime

from sandbox.arm import locks, operations
from sandbox.arm.errors import (
    ArmError,
    group_not_found,
    parent_not_found,
    resource_not_found,
)
from sandbox.arm.kind import Answer, Call, Kind, Put, Situation
from sandbox.arm.kinds import KINDS
from sandbox.arm.paging import page, stored_page
from sandbox.around import Around
from sandbox.clock import moment, stamp
from sandbox.faults import Failure
from sandbox.ids import ArmId, parse, segment
from sandbox.regions import region
from sandbox.store import Body, Store, Stored, new_etag

LOG = logging.getLogger("sandbox.arm")
GROUP = "Microsoft.Resources/resourceGroups"


def canonical_scope(store: Store, scope: str) -> str:
    """A scope in the casing it was made with.

    Raises:
        ArmError: 404, there is no such group or resource.
    """
    if stored := store.get(scope):
        return stored.id
    parts = scope.strip("/").split("/")
    if scope.strip("/") == "" or (parts[0].lower() == "providers" and len(parts) == 4):
        return scope.rstrip("/")
    if parts[0].lower() == "subscriptions" and len(parts) == 2:
        return f"/subscriptions/{parts[1].lower()}"
    group = segment(scope, "resourceGroups")
    if group and not store.get("/".join(scope.split("/")[:5])):
        raise group_not_found(group)
    id = parse(scope)
    raise resource_not_found(id) if id else group_not_found(group)


def canonical(store: Store, id: ArmId, kind: Kind) -> ArmId:
    """An id in canonical casing, below a parent that exists.

    Raises:
        ArmError: 404, there is no such scope or parent.
    """
    if stored := store.get(str(id)):
        return parse(stored.id) or id
    namespace, *types = kind.type.split("/")
    scope = canonical_scope(store, id.scope)
    here = ArmId(scope, namespace, tuple(types), id.names)
    if len(types) > 1:
        parent = store.get(here.parent)
        if parent is None:
            raise parent_not_found(here)
        above = parse(parent.id)
        names = above.names if above else id.names[:-1]
        here = ArmId(scope, namespace, tuple(types), (*names, id.name))
    return here


def get(call: Call, kind: Kind, id: ArmId) -> Answer:
    stored = call.store.get(str(id))
    if stored is None:
        always = _always(call, kind, id)
        if always:
            return Answer(status=200, body=always)
        canonical_scope(call.store, id.scope)
        raise resource_not_found(id)
    return Answer(status=200, body=shown(stored, kind, call), headers=_etag(stored, kind))


def head(call: Call, id: ArmId) -> Answer:
    return Answer(status=204 if call.store.get(str(id)) else 404)


def listing(call: Call, kind: Kind, parent: str) -> Answer:
    """Those of a type under a parent; under a subscription, those of all its groups."""
    if kind.found:
        bodies = [shown(each, kind, call) for each in kind.found(call, parent)]
        return page(call, [*(kind.listed(call, parent) if kind.listed else ()), *bodies])
    everywhere = "/" not in parent.strip("/").removeprefix("subscriptions/")
    if not everywhere:
        parent = canonical_scope(call.store, parent)
    return stored_page(
        call,
        [kind.type],
        scope=parent,
        parent=None if everywhere else parent,
        shown=lambda each: shown(each, kind, call),
        always=kind.listed(call, parent) if kind.listed else (),
    )


def put(call: Call, kind: Kind, id: ArmId, *, failure: Failure | None = None) -> Answer:
    if kind.put is None:
        raise ArmError(405, "MethodNotAllowed", f"{kind.type} cannot be written.")
    around, store = call.around, call.store
    here = canonical(store, id, kind)
    stored = store.get(str(here))
    _precondition(call, stored)
    locks.not_going(around, here)
    locks.writable(store, str(here))
    account = operations.account_of(here, kind)
    if account and operations.occupied(around, account):
        raise operations.busy(account)
    situation = Situation(id=here, now=around.clock.now(), around=around, caller=call.caller)
    wanted = {key: value for key, value in call.body.items() if key not in ("id", "name", "type")}
    if kind.tracked:
        _stays(wanted, stored, here)
    decided = _decided(kind.put, wanted, stored, situation)
    failure = failure or kind.fate(decided, stored.body if stored else None, situation)
    final = _finished(decided, kind, here, stored, situation)
    status = kind.updated if stored else kind.created
    if kind.remove and stored is None:
        # Back with all beneath it at once: a restore that fails later must not lose it.
        store.restore(str(here))
    seconds = kind.takes(around.settings.profile)
    if not seconds and failure is None:
        written = apply_put(around, str(here), final)
        return Answer(status=status, body=shown(written, kind, call), headers=_etag(written, kind))
    begun = operations.pending(final, kind.first_state)
    written = store.put(str(here), kind.type, begun, etag=_raw_etag(final, kind))
    operation = operations.begin(
        around,
        action="put",
        id=str(here),
        final=final,
        seconds=seconds,
        error=failure.error if failure else None,
        locks=account,
    )
    headers = operations.headers(call, operation, str(here), location=False)
    return Answer(
        status=status,
        body=shown(written, kind, call),
        headers={**_etag(written, kind), **headers},
    )


def patch(call: Call, kind: Kind, id: ArmId, *, failure: Failure | None = None) -> Answer:
    stored = call.store.get(str(id))
    if stored is None:
        canonical_scope(call.store, id.scope)
        raise resource_not_found(id)
    changed = (kind.patch or merged)(call.body, stored.body)
    return put(call.with_body(changed), kind, id, failure=failure)


def delete(call: Call, kind: Kind, id: ArmId, *, failure: Failure | None = None) -> Answer:
    around, store = call.around, call.store
    stored = store.get(str(id))
    if stored is None:
        canonical_scope(store, id.scope)
        return Answer(status=204)
    here = parse(stored.id) or id
    _precondition(call, stored)
    locks.unlocked(store, stored.id)
    account = operations.account_of(here, kind)
    if account and operations.occupied(around, account):
        raise operations.busy(account)
    kind.may_delete(
        stored, Situation(id=here, now=around.clock.now(), around=around, caller=call.caller)
    )
    seconds = kind.delete_takes(around.settings.profile)
    if not seconds and failure is None:
        apply_delete(around, stored.id, around.clock.now())
        return Answer(
            status=kind.deleted, body=stored.body if kind.scoped and kind.deleted == 200 else None
        )
    store.put(stored.id, stored.type, operations.pending(stored.body, "Deleting"), etag=stored.etag)
    operation = operations.begin(
        around,
        action="delete",
        id=stored.id,
        final={},
        seconds=seconds,
        error=failure.error if failure else None,
        locks=account,
    )
    return Answer(status=202, headers=operations.headers(call, operation, stored.id, location=True))


def apply_put(around: Around, id: str, final: Body, at: str | None = None) -> Stored:
    """A write takes effect."""
    here = parse(id)
    kind = KINDS[here.type.lower()] if here else KINDS[GROUP.lower()]
    written = around.store.put(id, kind.type, final, etag=_raw_etag(final, kind), at=at)
    kind.after_put(around, written)
    return written


def apply_delete(around: Around, id: str, at: datetime) -> None:
    """A delete takes effect, on what hangs beneath as well, the deepest first."""
    stored = around.store.get(id)
    if stored is None:
        return
    operations.cancel(around, id, at)
    kind = KINDS.get(stored.type.lower())
    if kind and kind.remove:
        kind.remove(around, stored, at)
        return
    for each in around.store.beneath(id):
        # First, with all that they keep: a deleted account's deployments still hold quota.
        beneath = KINDS.get(each.type.lower())
        if beneath and beneath.remove:
            beneath.remove(around, each, at)
    below = sorted(around.store.beneath(id), key=lambda each: each.id.count("/"))
    for each in reversed(below):
        if around.store.get(each.id):
            _erase(around, each)
    _erase(around, stored)


def settle(around: Around) -> None:
    """Bring the store up to the clock."""

    def put_due(around: Around, id: str, final: Body, at: str) -> None:
        apply_put(around, id, final, at)

    def delete_due(around: Around, id: str, at: str) -> None:
        apply_delete(around, id, moment(at))

    operations.settle(around, put_due, delete_due)
    around.store.purge_due()


def shown(stored: Stored, kind: Kind, call: Call) -> Body:
    return kind.shown(stored.body, call) if kind.shown else stored.body


def merged(patch: Body, stored: Body) -> Body:
    """A PATCH's body over what is there; null takes away."""
    result = dict(stored)
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, dict) and isinstance(result.get(key), dict):
            result[key] = merged(value, result[key])
        else:
            result[key] = value
    return result


def _erase(around: Around, stored: Stored) -> None:
    around.store.delete(stored.id)
    kind = KINDS.get(stored.type.lower())
    if kind:
        kind.after_delete(around, stored)


def _decided(put: Put, wanted: Body, stored: Stored | None, situation: Situation) -> Body:
    try:
        return put(wanted, stored.body if stored else None, situation)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        # A list where an object belongs, and the like: Azure fails to deserialize those.
        LOG.warning("PUT %s", situation.id, exc_info=True)  # or it is a mistake of ours
        raise ArmError(
            400,
            "InvalidRequestContent",
            f"The request content was invalid and could not be deserialized: '{error}'.",
        ) from None


def _stays(wanted: Body, stored: Stored | None, id: ArmId) -> None:
    there = region(stored.body.get("location", "")) if stored else ""
    if not wanted.get("location") and not there:
        raise ArmError(
            400, "LocationRequired", "The location property is required for this definition."
        )
    wanted["location"] = region(wanted.get("location") or there)
    if there and there.lower() != wanted["location"].lower():
        raise ArmError(
            409,
            "InvalidResourceLocation",
            f"The resource '{id.name}' already exists in location '{there}' in resource group "
            f"'{id.group}'. A resource with the same name cannot be created in location "
            f"'{wanted['location']}'. Please select a new resource name.",
        )


def _finished(
    decided: Body, kind: Kind, id: ArmId, stored: Stored | None, situation: Situation
) -> Body:
    final: Body = {"id": str(id), "name": id.name, "type": kind.type, **decided}
    if kind.etag:
        final[kind.etag] = kind.etag_form.format(new_etag())
    if kind.system_data:
        who = situation.around.directory.by_oid(situation.caller.oid)
        by = "User" if who and who.kind == "User" else "Application"
        now = stamp(situation.now)
        before = stored.body.get("systemData", {}) if stored else {}
        final["systemData"] = {
            "createdBy": before.get("createdBy", situation.caller.oid),
            "createdByType": before.get("createdByType", by),
            "createdAt": before.get("createdAt", now),
            "lastModifiedBy": situation.caller.oid,
            "lastModifiedByType": by,
            "lastModifiedAt": now,
        }
    return final


def _precondition(call: Call, stored: Stored | None) -> None:
    wanted = call.headers.get("if-match", "").removeprefix("W/").strip('"')
    absent = call.headers.get("if-none-match", "").strip('"')
    failed = (wanted and (stored is None or wanted not in ("*", stored.etag))) or (
        absent and stored is not None and absent in ("*", stored.etag)
    )
    if failed:
        raise ArmError(
            412,
            "PreconditionFailed",
            "The condition specified using HTTP conditional header(s) is not met.",
        )


def _always(call: Call, kind: Kind, id: ArmId) -> Body | None:
    if not kind.listed:
        return None
    found = kind.listed(call, id.parent)
    return next((each for each in found if str(each.get("name")).lower() == id.name.lower()), None)


def _etag(stored: Stored, kind: Kind) -> dict[str, str]:
    return {"ETag": kind.etag_form.format(stored.etag)} if kind.etag else {}


def _raw_etag(body: Body, kind: Kind) -> str | None:
    if not kind.etag:
        return None
    return str(body[kind.etag]).removeprefix("W/").strip('"')
