"""What rules are shown: the resources of a stack, and which of them means which."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from components.catalog import ACCOUNT
from policies.arm import is_named, last_name, own_name
from policies.values import Fields, Need, Object, Unknown, Value

STACK: Final = "pulumi:pulumi:Stack"


@dataclass(frozen=True, kw_only=True)
class Resource:
    """One registered resource: what it is asked to be, and where those values come from."""

    urn: str
    type: str
    """Without API version, in today's module."""
    name: str
    """Its logical name."""
    inputs: Object
    protected: bool = False
    parent: str = ""
    dependencies: frozenset[str] = frozenset()
    comes_from: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Input -> URNs of the resources its value is read from; known even where the value is not."""
    secrets: frozenset[str] = field(default=frozenset(), repr=False)
    """What was marked secret. No message may show it."""

    @cached_property
    def fields(self) -> Fields:
        return Fields(self.inputs)

    @property
    def stack(self) -> str:
        """The stack that it stands in."""
        return self.urn.removeprefix("urn:pulumi:").partition("::")[0]

    @property
    def label(self) -> str:
        """How findings call it: no two resources of one type share this name."""
        return f"'{self.name}'"


@dataclass(frozen=True)
class Missed:
    """A rule that needed a value nobody knows yet."""

    rule: str
    urn: str
    path: str


@dataclass(frozen=True)
class Finding:
    """What is wrong, with both values; then "Fix:" and what to do."""

    resource: Resource | None
    """None: the stack as a whole."""
    message: str
    path: str = ""
    """The input at fault, by its name on the wire; it leads to the line of YAML."""


class World:
    """Every resource of a stack, by URN, so that no rule depends on the order of registration."""

    def __init__(
        self,
        resources: Iterable[Resource],
        missed: Iterable[Missed] = (),
        unseen: Iterable[str] = (),
    ) -> None:
        """`missed` is for the guard; `unseen` are URNs of which only the outputs are known."""
        self.resources = tuple(sorted(resources, key=lambda resource: resource.urn))
        self.missed = tuple(missed)
        self.unseen = frozenset(unseen)

    @property
    def stack(self) -> str:
        """Its name, for commands."""
        return (self.resources[0].stack if self.resources else "") or "STACK"

    @cached_property
    def by_urn(self) -> dict[str, Resource]:
        return {resource.urn: resource for resource in self.resources}

    @cached_property
    def _by_type(self) -> dict[str, list[Resource]]:
        found: dict[str, list[Resource]] = {}
        for resource in self.resources:
            found.setdefault(resource.type, []).append(resource)
        return found

    def of(self, *types: str) -> list[Resource]:
        return [resource for type in types for resource in self._by_type.get(type, ())]

    @cached_property
    def _by_name(self) -> dict[tuple[str, str | None], list[Resource]]:
        found: dict[tuple[str, str | None], list[Resource]] = {}
        for resource in self.resources:
            key = resource.type, own_name(resource.type, resource.inputs)
            found.setdefault(key, []).append(resource)
        return found

    @cached_property
    def secrets(self) -> frozenset[str]:
        return frozenset().union(*(resource.secrets for resource in self.resources))

    def sources(self, resource: Resource, key: str, type: str) -> list[Resource]:
        """The resources of a type that one top-level input reads its value from."""
        urns = sorted(resource.comes_from.get(key, ()))
        found = [self.by_urn[urn] for urn in urns if urn in self.by_urn]
        return [source for source in found if source.type == type]

    def target(self, resource: Resource, key: str, type: str) -> Resource | None:
        """The resource of a type that one input names; None if it is not of this stack.

        Where the value comes from decides, then the name or ARM id itself, then, while that is
        unknown, the parents, then what the resource waits for.

        Raises:
            Need: only the value will tell what is meant.
        """
        value = resource.fields.peek(key)
        known = value if isinstance(value, str) else None
        sources = [
            source
            for source in self.sources(resource, key.partition(".")[0], type)
            if self._means(resource, known, source) is not False
        ]
        if len(sources) == 1:
            return sources[0]
        if known is not None:
            return self._named(resource, known, type)
        if len(sources) > 1:
            raise Need(key)
        if value is None:
            return None
        around = self._around(resource, key.partition(".")[0], [type])
        return self.by_urn[around.pop()] if around else None

    def marks_at(self, resource: Resource, path: str, *types: str) -> set[str]:
        """What an input means that is a name or an id, or a list of them, each by a mark.

        The mark of a resource of this stack is its URN, of any other its id in lower case.

        Raises:
            Need: only the value will tell what is meant.
        """
        return self.marks(resource, path.partition(".")[0], resource.fields.many(path), *types)

    def marks(self, resource: Resource, key: str, values: Sequence[Value], *types: str) -> set[str]:
        """The same of values that stand somewhere within one top-level input."""
        sources = [source for type in types for source in self.sources(resource, key, type)]
        found: set[str] = set()
        for text in (value for value in values if isinstance(value, str)):
            named = [each for type in types if (each := self._named(resource, text, type))]
            maybe = [each for each in sources if self._means(resource, text, each) is not False]
            found |= {each.urn for each in named or maybe} or {text.lower().rstrip("/")}
        if any(isinstance(value, Unknown) for value in values):
            found |= {source.urn for source in sources} - found or self._around(
                resource, key, types
            )
        return found

    def _around(self, resource: Resource, key: str, types: Sequence[str]) -> set[str]:
        """What an unknown value may mean that is read from none of these types."""
        if any(urn in self.by_urn for urn in resource.comes_from.get(key, ())):
            return set()  # it means something of another type
        for type in types:
            meant = self._above(resource, type) or self._awaited(resource, key, type)
            if meant is not None:
                return {meant.urn}
        raise Need(key)

    def _named(self, resource: Resource, reference: str, type: str) -> Resource | None:
        called = self._by_name.get((type, last_name(reference)), ())
        meant = [each for each in called if self._means(resource, reference, each)]
        if len(meant) > 1:  # of one name, in groups whose names are still to come
            group = resource.comes_from.get("resourceGroupName")
            meant = [each for each in meant if each.comes_from.get("resourceGroupName") == group]
            if len(meant) != 1:
                raise Need("resourceGroupName")
        return meant[0] if meant else None

    def _means(self, resource: Resource, reference: str | None, other: Resource) -> bool | None:
        if reference is None:
            return None
        group = resource.fields.peek("resourceGroupName")
        known = group if isinstance(group, str | Unknown) else None
        return is_named(other.type, other.inputs, reference, known)

    def _above(self, resource: Resource, type: str) -> Resource | None:
        above = self.by_urn.get(resource.parent)
        while above is not None and above.type != type:
            above = self.by_urn.get(above.parent)
        return above

    def _awaited(self, resource: Resource, key: str, type: str) -> Resource | None:
        awaited = [each for each in self.of(type) if each.urn in resource.dependencies]
        if len(awaited) > 1:
            raise Need(key)
        return awaited[0] if awaited else None

    def account(self, child: Resource) -> str:
        """A mark that the children of one account share, be the account of this stack or not."""
        account = self.target(child, "accountName", ACCOUNT)
        if account is not None:
            return account.urn
        group = child.fields.peek("resourceGroupName")
        within = group.lower() if isinstance(group, str) else ""
        return f"{within}/{child.fields.text('accountName') or ''}".lower()
