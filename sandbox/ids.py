"""ARM ids: what they are made of and whom they hang under."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ArmId:
    """One resource: a scope, a namespace, and its types and names in turn.

    The scope is all before the last /providers/: a group, a subscription, another resource, or
    nothing at all for the tenant.
    """

    scope: str
    namespace: str
    types: tuple[str, ...]
    names: tuple[str, ...]

    @property
    def type(self) -> str:
        return "/".join((self.namespace, *self.types))

    @property
    def name(self) -> str:
        return self.names[-1]

    @property
    def parent(self) -> str:
        """The id that this one hangs under: its parent resource, else its scope."""
        if len(self.names) == 1:
            return self.scope
        return str(ArmId(self.scope, self.namespace, self.types[:-1], self.names[:-1]))

    @property
    def root(self) -> str:
        """The id of the top resource of this one, itself where it has no parent resource."""
        return str(ArmId(self.scope, self.namespace, self.types[:1], self.names[:1]))

    @property
    def subscription(self) -> str:
        return segment(self.scope, "subscriptions")

    @property
    def group(self) -> str:
        return segment(self.scope, "resourceGroups")

    def __str__(self) -> str:
        pairs = "/".join(part for pair in zip(self.types, self.names, strict=True) for part in pair)
        return f"{self.scope}/providers/{self.namespace}/{pairs}"


def segment(id: str, kind: str) -> str:
    """The name that follows a kind in an id, e.g. the group after resourceGroups; else nothing."""
    parts = id.split("/")
    lower = [part.lower() for part in parts]
    if kind.lower() not in lower[:-1]:
        return ""
    return parts[lower.index(kind.lower()) + 1]


def parse(id: str) -> ArmId | None:
    """The parts of a resource's id; None for a scope that is no resource of a provider."""
    at = id.lower().rfind("/providers/")
    if at < 0:
        return None
    namespace, *rest = id[at + len("/providers/") :].strip("/").split("/")
    if not rest or len(rest) % 2:
        return None
    return ArmId(id[:at].rstrip("/"), namespace, tuple(rest[::2]), tuple(rest[1::2]))


def parent_of(id: str) -> str:
    """What an id hangs under: a group under its subscription, a subscription under the tenant."""
    parsed = parse(id)
    if parsed:
        return parsed.parent
    return "/".join(id.rstrip("/").split("/")[:-2])


def within(id: str, scope: str) -> bool:
    """Whether an id is a scope or lies beneath it; nothing and "/" are the tenant."""
    inner, outer = id.lower().rstrip("/"), scope.lower().rstrip("/")
    return inner == outer or inner.startswith(outer + "/") or not outer
