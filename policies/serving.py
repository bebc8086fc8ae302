"""Which deployments answer callers: those that a route leads to, and what takes their overflow."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
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
        self._unnamed: Resource | None = None
        for deployment in world.of(DEPLOYMENT):
            name = deployment.fields.peek("deploymentName")
            if isinstance(name, str):
                self._by_name.setdefault(name.lower(), []).append(deployment)
            elif isinstance(name, Unknown):
                self._unnamed = deployment

    def called(self, name: str) -> Resource | None:
        """The deployment of `account/deployment`; without an account, the only one of that name.

        Raises:
            Need: it may be one whose name is not known yet.
        """
        account, slash, own = name.rpartition("/")
        found = [
            each
            for each in self._by_name.get(own.lower(), ())
            if not slash or account.lower() in account_names(self._world, each)
        ]
        if not found and self._unnamed:
            raise Need("deploymentName")
        return found[0] if len(found) == 1 else None

    def spillover(self, deployment: Resource) -> Resource | None:
        """What answers in the same account when a deployment is full; None if it names nothing.

        Raises:
            Need: the name is unknown, or may be that of a deployment whose name is.
        """
        name = deployment.fields.text(SPILLOVER)
        if name is None:
            return None
        account = self._world.account(deployment)
        found = [
            each
            for each in self._by_name.get(name.lower(), ())
            if self._world.account(each) == account
        ]
        if not found and self._unnamed:
            raise Need("deploymentName")
        return found[0] if found else None


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


def routes(world: World) -> list[Route]:
    """Every route that the stack declares.

    Raises:
        Need: where one leads is unknown.
    """
    deployments = Deployments(world)
    return [
        Route(name, declared, route.path, tuple(_targets(deployments, route)))
        for declared in world.of(ROUTING)
        for name, route in _declared(declared)
    ]


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


def serving(world: World) -> list[Resource]:
    """The deployments that callers reach: by a route, or as the overflow of one that is reached.

    All of them where the stack declares no route.

    Raises:
        Need: where a route leads is unknown.
    """
    declared = routes(world)
    if not declared:
        return world.of(DEPLOYMENT)
    deployments = Deployments(world)
    reached = [each.deployment for route in declared for each in route.targets if each.deployment]
    spilled = [spilled for each in reached if (spilled := deployments.spillover(each))]
    found = {each.urn: each for each in [*reached, *spilled]}
    return [found[urn] for urn in sorted(found)]
