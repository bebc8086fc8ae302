"""Which deployments answer callers: those that a route leads to, and what takes their overflow."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from components.catalog import ACCOUNT, DEPLOYMENT
from policies.deployed import SPILLOVER
from policies.values import Fields, Need, Unknown, Value
from policies.world import Resource, World

ROUTING: Final = "plumb:index:Routing"

Part = Literal["stable", "candidate", "fallback"]


@dataclass(frozen=True)
class Target:
    """One of the places that a route leads to."""

    part: Part
    name: str
    """As the route has it: `account/deployment`, or the deployment alone."""
    deployment: Resource | None
    """None: nothing of that name is deployed, or several are."""


@dataclass(frozen=True)
class Route:
    """A name for callers, and where it leads. The flag's own value is the rollout's, not ours."""

    name: str
    declared: Resource
    """The resource that declares it."""
    path: str
    targets: tuple[Target, ...]

    @property
    def stable(self) -> Target | None:
        return next((each for each in self.targets if each.part == "stable"), None)


class Deployments:
    """The deployments of a stack, by the names that routes and evidence have for them."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._by_name: dict[str, list[Resource]] = {}
        self._by_account: dict[tuple[str, str], list[Resource]] = {}
        """By any name of the account and their own."""
        self._unplaced: set[str] = set()
        """Names of those whose account nobody knows yet."""
        self._unnamed = False
        for deployment in world.of(DEPLOYMENT):
            name = deployment.fields.peek("deploymentName")
            if isinstance(name, str):
                self._add(deployment, name.lower())
            elif isinstance(name, Unknown):
                self._unnamed = True

    def _add(self, deployment: Resource, name: str) -> None:
        self._by_name.setdefault(name, []).append(deployment)
        try:
            accounts = {*account_names(self._world, deployment), self._world.account(deployment)}
        except Need:
            self._unplaced.add(name)
            return
        for account in accounts:
            self._by_account.setdefault((account, name), []).append(deployment)

    def called(self, name: str) -> Resource | None:
        """The deployment of `account/deployment`; without an account, the only one of that name.

        Raises:
            Need: it may be one of which not all is known yet.
        """
        account, slash, own = name.lower().rpartition("/")
        if slash:
            return self._one(account, own)
        found = self._by_name.get(own, ())
        if not found and self._unnamed:
            raise Need("deploymentName")
        return found[0] if len(found) == 1 else None

    def spillover(self, deployment: Resource) -> Resource | None:
        """What answers in the same account when a deployment is full; None if it names nothing.

        Raises:
            Need: the name is unknown, or may be that of one of which not all is known yet.
        """
        name = deployment.fields.text(SPILLOVER)
        return self._one(self._world.account(deployment), name.lower()) if name else None

    def _one(self, account: str, name: str) -> Resource | None:
        found = self._by_account.get((account, name), ())
        if not found and self._unnamed:
            raise Need("deploymentName")
        if not found and name in self._unplaced:
            raise Need("accountName")
        return found[0] if len(found) == 1 else None


@lru_cache(maxsize=1)
def deployments_of(world: World) -> Deployments:
    """The same for every rule that asks."""
    return Deployments(world)


def account_names(world: World, deployment: Resource) -> frozenset[str]:
    """What routes and evidence may call the account of a deployment, in lower case.

    Its logical name, which is the key in the stack file, or its name in Azure.

    Raises:
        Need: nobody can tell yet which account it is.
    """
    account = world.target(deployment, "accountName", ACCOUNT)
    if account is None:
        return frozenset({(deployment.fields.text("accountName") or "").lower()})
    own = account.fields.peek("accountName")
    return frozenset({account.name.lower(), *([own.lower()] if isinstance(own, str) else [])})


@lru_cache(maxsize=1)
def routes(world: World) -> tuple[Route, ...]:
    """Every route that the stack declares.

    Raises:
        Need: where one leads is unknown.
    """
    deployments = deployments_of(world)
    return tuple(
        Route(name, declared, route.path, tuple(_targets(deployments, route)))
        for declared in world.of(ROUTING)
        for name, route in _declared(declared)
    )


def _declared(routing: Resource) -> Iterator[tuple[str, Fields]]:
    held = routing.fields.read("routes")
    if not isinstance(held, Mapping):
        # Whatever it was meant to be, it leads nowhere, and nobody is to take that for no route.
        yield from [] if held is None else [("routes", Fields({}, "routes"))]
        return
    for name, route in sorted(held.items()):
        if isinstance(route, Unknown):
            raise Need(f"routes.{name}")
        yield name, Fields(route if isinstance(route, Mapping) else {}, f"routes.{name}")


def _targets(deployments: Deployments, route: Fields) -> Iterator[Target]:
    yield _target(deployments, "stable", route.read("stable"))
    if route.is_set("candidate"):
        yield _target(deployments, "candidate", route.read("candidate"))
    fallback = route.read("fallback")
    listed = fallback if isinstance(fallback, list) else [] if fallback is None else [fallback]
    for place, name in enumerate(listed):
        if isinstance(name, Unknown):
            raise Need(route.at(f"fallback[{place}]"))
        yield _target(deployments, "fallback", name)


def _target(deployments: Deployments, part: Part, name: Value) -> Target:
    text = name if isinstance(name, str) else ""
    return Target(part, text, deployments.called(text) if text else None)


@lru_cache(maxsize=1)
def serving(world: World) -> tuple[Resource, ...]:
    """The deployments that callers reach: by a route, or as the overflow of one that is reached.

    All of them where the stack declares no route.

    Raises:
        Need: where a route leads is unknown.
    """
    declared = routes(world)
    if not declared:
        return tuple(world.of(DEPLOYMENT))
    deployments = deployments_of(world)
    reached = [each.deployment for route in declared for each in route.targets if each.deployment]
    spilled = [spilled for each in reached if (spilled := deployments.spillover(each))]
    found = {each.urn: each for each in [*reached, *spilled]}
    return tuple(found[urn] for urn in sorted(found))
