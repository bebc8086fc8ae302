"""Whether somebody may do something: role assignments at or above a scope."""

import re
from collections.abc import Iterator
from datetime import timedelta
from functools import cache

from sandbox.around import Settings
from sandbox.clock import moment
from sandbox.identity import Caller
from sandbox.ids import within
from sandbox.roles import ROLES, Role
from sandbox.store import Store

ROLE_ASSIGNMENT = "Microsoft.Authorization/roleAssignments"


def allowed(
    store: Store,
    caller: Caller,
    scope: str,
    *,
    action: str | None = None,
    data_action: str | None = None,
) -> bool:
    """Whether a role of the caller or of its groups allows an action, a data action, or both."""
    roles = list(roles_of(store, caller, scope))
    if action and not any(permits(role.actions, role.not_actions, action) for role in roles):
        return False
    return not data_action or any(
        permits(role.data_actions, role.not_data_actions, data_action) for role in roles
    )


def permits(yes: tuple[str, ...], no: tuple[str, ...], action: str) -> bool:
    """One role's word on one action, in any casing."""
    return any(_pattern(each).fullmatch(action) for each in yes) and not any(
        _pattern(each).fullmatch(action) for each in no
    )


def roles_of(store: Store, caller: Caller, scope: str) -> Iterator[Role]:
    """The roles in force that somebody, or a group of theirs, has at a scope or above it."""
    delay = timedelta(seconds=Settings(store).profile.rbac_delay_seconds)
    in_force = store.clock.now() - delay
    who = {caller.oid, *caller.groups}
    for assignment in store.of_type(ROLE_ASSIGNMENT):
        properties = assignment.body["properties"]
        if (
            properties["principalId"] in who
            and within(scope, properties["scope"])
            and moment(properties["createdOn"]) <= in_force
        ):
            role = ROLES.get(properties["roleDefinitionId"].rpartition("/")[2].lower())
            if role:
                yield role


@cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(re.escape(text).replace(r"\*", ".*"), re.IGNORECASE)
