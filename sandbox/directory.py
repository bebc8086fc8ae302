"""The sandbox's Entra directory: who there is and which groups they are in."""

import json
import secrets
import sqlite3
import uuid
from dataclasses import dataclass

from sandbox.clock import stamp
from sandbox.store import Store

SUBSCRIPTION_ID = "00000000-0000-4000-8000-000000000001"
TENANT_ID = "00000000-0000-4000-8000-0000000000aa"
AI_OPERATORS = "00000000-0000-4000-8000-000000000200"
AI_DEVELOPERS = "00000000-0000-4000-8000-000000000201"
GROUPS = {AI_OPERATORS: "ai-operators", AI_DEVELOPERS: "ai-developers"}

OPERATOR = "00000000-0000-4000-8000-000000000100"
DEVELOPER = "00000000-0000-4000-8000-000000000102"
CORA_APP = "00000000-0000-4000-8000-000000000300"
STRANGER = "00000000-0000-4000-8000-000000000400"

INSIDE_IP = "10.0.0.4"
OUTSIDE_IP = "203.0.113.7"


@dataclass(frozen=True, kw_only=True)
class Principal:
    """Somebody who can have a token. The header's secret also says from which network side."""

    oid: str
    client_id: str
    name: str
    kind: str
    """User, ServicePrincipal or ManagedIdentity."""
    groups: frozenset[str]
    inside_header: str
    outside_header: str
    client_secret: str
    created_at: str


def _person(number: int) -> tuple[str, str]:
    """An object id, and the client id of a managed identity that stands for them."""
    return (
        f"00000000-0000-4000-8000-000000000{number}",
        f"00000000-0000-4000-8000-000000000{number + 1}",
    )


PEOPLE: tuple[tuple[str, str, str, str, set[str]], ...] = (
    ("operator", OPERATOR, "00000000-0000-4000-8000-000000000101", "User", {AI_OPERATORS}),
    ("developer", DEVELOPER, "00000000-0000-4000-8000-000000000103", "User", {AI_DEVELOPERS}),
    ("cora-app", CORA_APP, "00000000-0000-4000-8000-000000000301", "ServicePrincipal", set()),
    ("stranger", STRANGER, "00000000-0000-4000-8000-000000000401", "ServicePrincipal", set()),
    # Who approves of a release: they sign in, and Azure lets them do nothing.
    ("product-owner", *_person(110), "User", set()),
    ("security-officer", *_person(112), "User", set()),
    ("responsible-ai-lead", *_person(114), "User", set()),
)
NAMES = tuple(name for name, *_ in PEOPLE)


class Directory:
    """Principals, kept in the store with their secrets."""

    def __init__(self, store: Store) -> None:
        self._store = store
        for name, oid, client_id, kind, groups in PEOPLE:
            if not self.by_oid(oid):
                self.add(name, kind, oid=oid, client_id=client_id, groups=frozenset(groups))

    def add(
        self,
        name: str,
        kind: str = "ServicePrincipal",
        *,
        oid: str | None = None,
        client_id: str | None = None,
        groups: frozenset[str] = frozenset(),
        resource_id: str | None = None,
    ) -> Principal:
        """A new principal with fresh secrets; one of a resource goes when the resource goes."""
        made = Principal(
            oid=oid or str(uuid.uuid4()),
            client_id=client_id or str(uuid.uuid4()),
            name=name,
            kind=kind,
            groups=groups,
            inside_header=secrets.token_urlsafe(32),
            outside_header=secrets.token_urlsafe(32),
            client_secret=secrets.token_urlsafe(32),
            created_at=stamp(self._store.clock.now()),
        )
        self._store.execute(
            "INSERT INTO principals VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                made.oid,
                made.client_id,
                made.name,
                made.kind,
                made.inside_header,
                made.outside_header,
                made.client_secret,
                json.dumps(sorted(made.groups)),
                made.created_at,
                resource_id.lower() if resource_id else None,
            ),
        )
        return made

    def by_oid(self, oid: str) -> Principal | None:
        return self._one("oid = ?", oid.lower())

    def by_client_id(self, client_id: str) -> Principal | None:
        return self._one("client_id = ?", client_id.lower())

    def by_name(self, name: str) -> Principal | None:
        return self._one("name = ?", name)

    def by_header(self, secret: str) -> tuple[Principal, str] | None:
        """Whom a managed identity's header stands for, and the address it calls from."""
        if inside := self._one("inside_header = ?", secret):
            return inside, INSIDE_IP
        if outside := self._one("outside_header = ?", secret):
            return outside, OUTSIDE_IP
        return None

    def of_resource(self, resource_id: str) -> Principal | None:
        """The identity that a resource brought with it."""
        return self._one("resource_lc = ?", resource_id.lower())

    def resource_of(self, principal: Principal) -> str | None:
        """The id, in lower case, of the resource that brought a principal with it."""
        rows = self._store.execute(
            "SELECT resource_lc FROM principals WHERE oid = ?", (principal.oid,)
        )
        return rows[0]["resource_lc"] if rows else None

    def everyone(self) -> list[Principal]:
        return [_principal(row) for row in self._store.execute("SELECT * FROM principals")]

    def knows(self, oid: str) -> bool:
        """Whether somebody or some group has this object id."""
        return oid.lower() in GROUPS or self.by_oid(oid) is not None

    def remove_of_resource(self, resource_id: str) -> None:
        self._store.execute("DELETE FROM principals WHERE resource_lc = ?", (resource_id.lower(),))

    def _one(self, condition: str, value: str) -> Principal | None:
        rows = self._store.execute(f"SELECT * FROM principals WHERE {condition}", (value,))
        return _principal(rows[0]) if rows else None


def _principal(row: sqlite3.Row) -> Principal:
    return Principal(
        oid=row["oid"],
        client_id=row["client_id"],
        name=row["name"],
        kind=row["kind"],
        groups=frozenset(json.loads(row["groups"])),
        inside_header=row["inside_header"],
        outside_header=row["outside_header"],
        client_secret=row["client_secret"],
        created_at=row["created_at"],
    )
