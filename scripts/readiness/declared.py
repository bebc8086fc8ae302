"""What a stack declares today: the identities that its evidence must be about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pulumi

from components import evidence_file, settings
from components.canonical import built_in_filter_hash, filter_hash
from components.catalog import ACCOUNT, DEPLOYMENT
from components.evidence_kinds import Identity
from components.profiles import Profile
from components.sections import Settings
from components.stack_file import PROJECT, UnreadableStackFile, open_stack_file
from policies.deployed import CAPACITY, FILTER, MODEL, SKU, VERSION
from policies.proof import EVIDENCE, filter_of
from policies.serving import serving
from policies.world import Resource, World
from scripts.checking import mocked

Key = tuple[str, str]
"""(account, deployment), by the names that the stack file gives them."""


class Undeclared(Exception):
    """The stack cannot be read, or does not declare what was asked for."""


class EvidenceUnreadable(Undeclared):
    """The program reads the evidence too, and cannot."""


@dataclass(frozen=True, kw_only=True)
class Declared:
    """A stack, as far as evidence is concerned."""

    stack: str
    root: Path
    settings: Settings
    identities: Mapping[Key, Identity]
    """Of every deployment."""
    serving: Sequence[Key]
    """The deployments that answer callers."""

    @property
    def file(self) -> Path:
        return self.root / self.settings.readiness.evidence

    @property
    def profile(self) -> Profile:
        return self.settings.profile_of(self.stack)

    @property
    def locks(self) -> Path:
        return self.root / ".plumb" / "locks"

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
        EvidenceUnreadable: its evidence cannot be read.
    """
    wanted = settings_of(stack, root)
    try:
        evidence_file.read(root / wanted.readiness.evidence)
        config = open_stack_file(stack, root).config
        world = mocked.run(root / "__main__.py", PROJECT, stack, config)
    except evidence_file.UnreadableEvidence as error:
        raise EvidenceUnreadable(str(error)) from None
    except (mocked.ProgramFails, pulumi.RunError) as error:
        raise Undeclared(f"Pulumi.{stack}.yaml: {error}") from None
    keys = {each.urn: _key(world, each) for each in world.of(DEPLOYMENT)}
    prompts = {
        (each.fields.text("subject.account"), each.fields.text("subject.deployment")): each
        for each in world.of(EVIDENCE)
    }
    return Declared(
        stack=stack,
        root=root,
        settings=wanted,
        identities={
            key: _identity(world, world.by_urn[urn], key, prompts[key], git_sha)
            for urn, key in keys.items()
        },
        serving=sorted(keys[each.urn] for each in serving(world)),
    )


def _identity(
    world: World, deployment: Resource, key: Key, evidence: Resource, git_sha: str | None
) -> Identity:
    fields, filter = deployment.fields, str(deployment.fields.text(FILTER))
    policy = filter_of(world, deployment)
    held = policy.inputs.get("properties") if policy else None
    return Identity.model_validate(
        {
            "account": key[0],
            "deployment": key[1],
            "model": fields.text(MODEL),
            "version": fields.text(VERSION),
            "sku": fields.text(SKU),
            "capacity": fields.number(CAPACITY),
            "filter": filter,
            "filterSha256": filter_hash(held)
            if isinstance(held, Mapping)
            else built_in_filter_hash(filter),
            "promptSha256": evidence.fields.text("current.promptSha256"),
            "region": _account(world, deployment).fields.text("location"),
            "gitSha": git_sha,
        }
    )


def _key(world: World, deployment: Resource) -> Key:
    return _account(world, deployment).name, str(deployment.fields.text("deploymentName"))


def _account(world: World, resource: Resource) -> Resource:
    account = world.target(resource, "accountName", ACCOUNT)
    if account is None:
        raise Undeclared(f"'{resource.name}' stands in no account of this stack")
    return account
