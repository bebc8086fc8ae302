"""What a stack declares today: the identities that its evidence must be about."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pulumi

from components import evidence_file, settings
from components.canonical import built_in_filter_hash, filter_hash
from components.catalog import ACCOUNT, DEPLOYMENT, RAI_POLICY
from components.evidence_kinds import Identity
from components.profiles import Profile
from components.sections import Settings
from components.stack_file import PROJECT, UnreadableStackFile, open_stack_file
from policies.world import Resource, World
from scripts import mocked

EVIDENCE = "plumb:index:Evidence"

Key = tuple[str, str]
"""(account, deployment), by the names that the stack file gives them."""


class Undeclared(Exception):
    """The stack cannot be read, or does not declare what was asked for."""


@dataclass(frozen=True, kw_only=True)
class Declared:
    """A stack, as far as evidence is concerned."""

    stack: str
    root: Path
    settings: Settings
    identities: Mapping[Key, Identity]

    @property
    def file(self) -> Path:
        return self.root / self.settings.readiness.evidence

    @property
    def profile(self) -> Profile:
        return self.settings.profile_of(self.stack)

    @property
    def locks(self) -> Path:
        return self.root / ".plumb" / "locks"

    @property
    def serving(self) -> list[Key]:
        """What answers callers: on a route, or in place of one that is full."""
        return sorted(set(_serving(self.settings))) or sorted(self.identities)

    def identity(self, account: str, deployment: str) -> Identity:
        """Of one deployment.

        Raises:
            Undeclared: the stack has none of that name.
        """
        found = self.identities.get((account, deployment))
        if found is None:
            there = ", ".join("/".join(key) for key in sorted(self.identities))
            raise Undeclared(
                f"{self.stack} declares no {account}/{deployment}. Fix: one of {there}"
            )
        return found


def settings_of(stack: str, root: Path) -> Settings:
    """A stack's settings, from its file alone.

    Raises:
        Undeclared: they cannot be read.
    """
    try:
        file = open_stack_file(stack, root)
        return settings.parse(file.config, stack, file)
    except (UnreadableStackFile, settings.WrongStackFile) as error:
        raise Undeclared(str(error)) from None


def declared(stack: str, root: Path, git_sha: str | None) -> Declared:
    """A stack as its program declares it.

    Raises:
        Undeclared: its file or the program is wrong.
        UnreadableEvidence: the program reads that too, and cannot.
    """
    wanted = settings_of(stack, root)
    evidence_file.read(root / wanted.readiness.evidence)
    try:
        config = open_stack_file(stack, root).config
        world = mocked.run(root / "__main__.py", PROJECT, stack, config)
    except (mocked.ProgramFails, pulumi.RunError) as error:
        raise Undeclared(f"Pulumi.{stack}.yaml: {error}") from None
    found = {key: identity for key, identity in _identities(world, git_sha)}
    return Declared(stack=stack, root=root, settings=wanted, identities=found)


def _identities(world: World, git_sha: str | None) -> Iterator[tuple[Key, Identity]]:
    deployments = {
        (_account(world, each).name, str(each.fields.text("deploymentName"))): each
        for each in world.of(DEPLOYMENT)
    }
    for evidence in world.of(EVIDENCE):
        account = evidence.fields.text("subject.account")
        name = evidence.fields.text("subject.deployment")
        if not account or not name:
            continue
        resource = deployments[account, name]
        filter = str(resource.fields.text("properties.raiPolicyName"))
        yield (
            (account, name),
            Identity.model_validate(
                {
                    "account": account,
                    "deployment": name,
                    "model": resource.fields.text("properties.model.name"),
                    "version": resource.fields.text("properties.model.version"),
                    "sku": resource.fields.text("sku.name"),
                    "capacity": resource.fields.number("sku.capacity"),
                    "filter": filter,
                    "filterSha256": _filter_hash(world, resource, filter),
                    "promptSha256": evidence.fields.text("current.promptSha256"),
                    "region": _account(world, resource).fields.text("location"),
                    "gitSha": git_sha,
                }
            ),
        )


def _account(world: World, resource: Resource) -> Resource:
    account = world.target(resource, "accountName", ACCOUNT)
    if account is None:
        raise Undeclared(f"'{resource.name}' stands in no account of this stack")
    return account


def _filter_hash(world: World, deployment: Resource, name: str) -> str:
    account = world.account(deployment)
    for policy in world.of(RAI_POLICY):
        if policy.fields.text("raiPolicyName") == name and world.account(policy) == account:
            held = policy.inputs.get("properties")
            return filter_hash(held if isinstance(held, Mapping) else {})
    return built_in_filter_hash(name)


def _serving(wanted: Settings) -> Iterator[Key]:
    for route in wanted.routes.values():
        for name in (route.stable, route.candidate, *route.fallback):
            if name:
                account, deployment = wanted.target(name)
                yield account, deployment
                spillover = wanted.accounts[account].deployments[deployment].spillover
                if spillover:
                    yield account, spillover
