"""Who is who, and what they may do. Never how they prove it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sandbox.arm.kind import properties
from sandbox.directory import GROUPS, Principal
from sandbox.ids import parse
from sandbox.roles import ROLES
from sandbox.store import Stored


@dataclass(frozen=True, kw_only=True)
class Granted:
    """One role at one place."""

    role: str
    scope: str
    id: str
    """Of the scope."""
    through: str
    """The group it was given to; nothing if to the person."""


@dataclass(frozen=True, kw_only=True)
class Person:
    name: str
    kind: str
    oid: str
    client_id: str
    groups: tuple[str, ...]
    resource: str
    """The id of what it is the identity of; nothing if it is nobody's."""
    roles: tuple[Granted, ...]


def people(
    principals: Iterable[tuple[Principal, str]], assignments: Iterable[Stored]
) -> list[Person]:
    """In the order they came, each with every role that holds for them.

    A principal comes with the id of the resource it is the identity of, if it is one's.
    """
    held: dict[str, list[tuple[str, str]]] = {}
    for each in assignments:
        given = properties(each.body)
        oid = str(given.get("principalId") or "").lower()
        role = str(given.get("roleDefinitionId") or "").rpartition("/")[2].lower()
        known = ROLES.get(role)
        held.setdefault(oid, []).append(
            (known.name if known else role, str(given.get("scope") or ""))
        )
    return [
        Person(
            name=each.name,
            kind=each.kind,
            oid=each.oid,
            client_id=each.client_id,
            groups=tuple(GROUPS.get(group, group) for group in sorted(each.groups)),
            resource=resource,
            roles=tuple(_granted(each, held)),
        )
        for each, resource in sorted(principals, key=lambda pair: (pair[0].created_at, pair[0].oid))
    ]


def _granted(
    principal: Principal, held: Mapping[str, Iterable[tuple[str, str]]]
) -> Iterable[Granted]:
    for oid in (principal.oid, *sorted(principal.groups)):
        through = "" if oid == principal.oid else GROUPS.get(oid, oid)
        for role, scope in sorted(held.get(oid.lower(), ())):
            yield Granted(role=role, scope=place(scope), id=scope, through=through)


def place(scope: str) -> str:
    """A scope as a person names it."""
    parsed = parse(scope)
    if parsed:
        return parsed.name
    parts = scope.strip("/").split("/")
    return parts[3] if len(parts) > 3 else "the subscription" if scope.strip("/") else "the tenant"
