"""What holds a write or a delete up: locks, and a group that is on its way out."""

from collections.abc import Iterator

from sandbox.arm import operations
from sandbox.arm.errors import ArmError, group_being_deleted
from sandbox.arm.kind import properties
from sandbox.around import Around
from sandbox.ids import ArmId, parse, within
from sandbox.store import Store

LOCK = "Microsoft.Authorization/locks"


def not_going(around: Around, id: ArmId) -> None:
    """Raises 409 ResourceGroupBeingDeleted while the group of an id is on its way out."""
    if id.group:
        group = "/".join(str(id).split("/")[:5])
        if operations.under_way(around, group):
            raise group_being_deleted(id.group)


def writable(store: Store, id: str) -> None:
    """Raises 409 ScopeLocked where a lock at or above is read-only; locks themselves can change."""
    if _is_lock(id):
        return
    holding = [scope for scope in _locked(store, level="ReadOnly") if within(id, scope)]
    if holding:
        raise scope_locked("write", id, holding)


def unlocked(store: Store, id: str) -> None:
    """Raises 409 ScopeLocked where a lock at, above or beneath forbids a delete."""
    if _is_lock(id):
        return
    holding = [scope for scope in _locked(store) if within(id, scope) or within(scope, id)]
    if holding:
        raise scope_locked("delete", id, holding)


def _is_lock(id: str) -> bool:
    here = parse(id)
    return here is not None and here.type.lower() == LOCK.lower()


def _locked(store: Store, level: str | None = None) -> Iterator[str]:
    """What the locks are on; those of a level, if one is named."""
    for lock in store.of_type(LOCK):
        here = parse(lock.id)
        if here and level in (None, properties(lock.body).get("level")):
            yield here.scope


def scope_locked(verb: str, id: str, scopes: list[str]) -> ArmError:
    named = ",".join(f"'{scope}'" for scope in scopes)
    return ArmError(
        409,
        "ScopeLocked",
        f"The scope '{id}' cannot perform {verb} operation because following scope(s) are "
        f"locked: {named}. Please remove the lock and try again.",
    )
