"""What a deployment is called and what it serves: both stay."""

import re
from collections.abc import Iterator
from typing import Final

from components.catalog import DEPLOYMENT
from policies.deployed import MODEL, VERSION
from policies.limits.operations import UPGRADE_OPTIONS
from policies.rule import Context, Levels, ResourceRule, Rule
from policies.wording import listed, shown
from policies.world import Finding, Resource

NAME: Final = "deploymentName"
UPGRADE: Final = "properties.versionUpgradeOption"

VERSIONED: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*-(v[0-9]+|[0-9]{8}|reserved)")


def deployment_naming(deployment: Resource, ctx: Context) -> Iterator[Finding]:
    name = deployment.fields.read(NAME)
    if not (isinstance(name, str) and VERSIONED.fullmatch(name)):
        yield Finding(
            deployment,
            f"the deployment name of {deployment.label} is {shown(name)}, which does not say what "
            "it is for and which version of that it is. Fix: deploymentName: a purpose and a "
            "version in lower case, such as chat-v3, chat-20261101 or chat-reserved.",
            NAME,
        )


def model_version_pinned(deployment: Resource, ctx: Context) -> Iterator[Finding]:
    if not deployment.fields.text(VERSION):
        model = shown(deployment.fields.text(MODEL))
        yield Finding(
            deployment,
            f"{deployment.label} takes whatever version of {model} is Azure's default today. "
            "Fix: version: the one that was evaluated, in quotes.",
            VERSION,
        )
    upgrade = deployment.fields.read(UPGRADE)
    allowed = ctx.limit(UPGRADE_OPTIONS)
    if deployment.fields.text(UPGRADE) not in allowed:
        yield Finding(
            deployment,
            f"Azure may change the model under {deployment.label}: versionUpgradeOption is "
            f"{shown(upgrade)}. Fix: versionUpgradeOption: {listed(allowed)}.",
            UPGRADE,
        )


RULES: Final[list[Rule]] = [
    ResourceRule(
        id="deployment-naming",
        number=39,
        category="operations",
        severity="Low",
        levels=Levels.of("aMM"),
        description="A deployment is named for its purpose and its version.",
        why="Blue and green are roles that change hands, and a name without a version is "
        "overwritten by the next model: then there is nothing beside it to compare with or to "
        "go back to.",
        fix="Name it <purpose>-v<N>, <purpose>-<yyyymmdd> or <purpose>-reserved, in lower case; "
        "callers use the route, so a new version needs no change of theirs.",
        types=frozenset({DEPLOYMENT}),
        check=deployment_naming,
    ),
    ResourceRule(
        id="model-version-pinned",
        number=40,
        category="operations",
        severity="High",
        levels=Levels.of("aMM"),
        description="A deployment names one version of its model, and keeps it.",
        why="A new version answers differently. Unpinned, it arrives unannounced, without "
        "evaluation, and there is nothing to roll back to.",
        fix="Set model.version, and versionUpgradeOption: NoAutoUpgrade.",
        types=frozenset({DEPLOYMENT}),
        controls=("Well-Architected OE:11",),
        params=(UPGRADE_OPTIONS,),
        check=model_version_pinned,
    ),
]
