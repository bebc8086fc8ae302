"""Protection: what cannot be made again is not deleted by accident."""

from collections.abc import Iterator
from typing import Final

from components.catalog import ACCOUNT, CONFIGURATION_STORE, WORKSPACE
from policies.rule import Context, Levels, ResourceRule, Rule
from policies.world import Finding, Resource


def production_resources_protected(resource: Resource, ctx: Context) -> Iterator[Finding]:
    if not resource.protected:
        yield Finding(
            resource,
            f"a destroy, or a rename, would delete {resource.label}: protect is false. "
            "Fix: the resource option protect: true (profile: prod sets it).",
        )


RULES: Final[list[Rule]] = [
    ResourceRule(
        id="production-resources-protected",
        number=46,
        category="operations",
        severity="High",
        levels=Levels.of("--M"),
        description="Accounts, logs and routes of production are protected from deletion.",
        why="A renamed resource is deleted and made anew. An account takes its deployments and its "
        "quota with it and keeps its name locked for 48 hours; logs do not come back at all.",
        fix="Set protect: true in the resource's options; in this project profile: prod does. To "
        "delete one on purpose, unprotect it first: pulumi state unprotect URN.",
        types=frozenset({ACCOUNT, WORKSPACE, CONFIGURATION_STORE}),
        check=production_resources_protected,
    ),
]
