"""What a type of resource is: how it is decided upon, how late it is, what it can be asked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sandbox.around import Around, Profile
from sandbox.faults import Failure
from sandbox.identity import Caller
from sandbox.ids import ArmId
from sandbox.store import Body, Store, Stored


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What goes over the wire."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Call:
    """One authenticated request to ARM."""

    around: Around
    method: str
    path: str
    query: Mapping[str, str]
    """Names in lower case: $Filter and $filter are one."""
    headers: Mapping[str, str]
    body: Body
    caller: Caller

    @property
    def store(self) -> Store:
        return self.around.store

    @property
    def arm(self) -> str:
        return self.around.settings.arm

    @property
    def api_version(self) -> str:
        return self.query.get("api-version", "")

    def with_body(self, body: Body) -> "Call":
        return replace(self, body=body)


@dataclass(frozen=True, kw_only=True)
class Situation:
    """What a decision about one resource may look at, and may not change."""

    id: ArmId
    now: datetime
    around: Around
    caller: Caller

    @property
    def store(self) -> Store:
        return self.around.store

    @property
    def arm(self) -> str:
        return self.around.settings.arm


Put = Callable[[Body, Body | None, Situation], Body]
"""(wanted, stored) -> the body as Azure would store it once all is done.

`wanted` has no id, name or type; the frame adds them, and etag and systemData where they belong.
"""

Check = Callable[[Stored, Situation], None]
"""Raises where something stands in the way."""

Effect = Callable[[Around, Stored], None]
"""What else changes, in the transaction of the change itself."""

View = Callable[[Stored, Call], Answer]
"""What a resource answers when it is asked for something below it that is no resource."""


def at_once(profile: Profile) -> float:
    return 0


def as_account(profile: Profile) -> float:
    return profile.account_seconds


def as_deployment(profile: Profile) -> float:
    return profile.deployment_seconds


def as_private_endpoint(profile: Profile) -> float:
    return profile.private_endpoint_seconds


def as_other(profile: Profile) -> float:
    return profile.other_seconds


def unopposed(stored: Stored, situation: Situation) -> None:
    """Nothing stands in the way."""


def without_effect(around: Around, stored: Stored) -> None:
    """Nothing else changes."""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One row of the table of resource types."""

    type: str
    put: Put | None
    created: int = 201
    updated: int = 200
    patch: Callable[[Body, Body], Body] | None = None
    """(patch, stored) -> the body to PUT; a merge where there is none."""
    may_delete: Check = unopposed
    fate: Callable[[Body, Body | None, Situation], Failure | None] = lambda *_: None
    """How an accepted write (decided, stored) will fail, if it will."""
    deleted: int = 200
    """Of a delete that is done at once; 202 where it takes time."""
    takes: Callable[[Profile], float] = at_once
    """Seconds a write lasts."""
    delete_takes: Callable[[Profile], float] = at_once
    first_state: str = "Creating"
    """provisioningState while a write lasts, where the type has one."""
    etag: str | None = None
    """The field of the body that repeats it."""
    etag_form: str = '"{}"'
    system_data: bool = False
    tracked: bool = False
    """Stands in a region, which cannot change."""
    locks: bool = False
    """Whether a write occupies the account: Azure answers 409 to a second one meanwhile."""
    after_put: Effect = without_effect
    after_delete: Effect = without_effect
    remove: Callable[[Around, Stored, datetime], None] | None = None
    """Instead of erasing it: hides it, as of a moment."""
    shown: Callable[[Body, Call], Body] | None = None
    """What GET answers, where that differs from what is stored."""
    listed: Callable[[Call, str], list[Body]] | None = None
    """Those that are always there without having been made, under a parent."""
    found: Callable[[Call, str], list[Stored]] | None = None
    """What a list under a scope holds, where that is not what hangs directly under it."""
    actions: Mapping[str, View] = field(default_factory=dict)
    """POST, by name in lower case."""
    views: Mapping[str, View] = field(default_factory=dict)
    """GET, by name in lower case."""
    handler: Callable[[Call, ArmId], Answer] | None = None
    """Answers everything by itself: the type is kept elsewhere."""
    scoped: bool = False
    """Whether it hangs on any id rather than in a group."""


Special = Callable[[Call, Mapping[str, str]], Answer]


@dataclass(frozen=True, kw_only=True)
class Route:
    """A request that is about no single stored resource."""

    method: str
    path: str
    """Segments with {names}, from the root."""
    action: str
    """What a role must allow; nothing where a token suffices."""
    answer: Special


def reads(path: str, action: str, answer: Special) -> Route:
    """A GET that is about no single stored resource."""
    return Route(method="GET", path=path, action=action, answer=answer)


def properties(body: Body | None) -> Body:
    """The `properties` of a body, empty where there is none."""
    found = (body or {}).get("properties")
    return found if isinstance(found, dict) else {}
