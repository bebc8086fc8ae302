"""Operations: what is deployed tomorrow is what was tested yesterday."""

from collections.abc import Iterator
from typing import Final

from components.catalog import DEPLOYMENT
from policies.limits import operations as limits
from policies.rule import Context, Levels, ResourceRule, Rule
from policies.wording import listed, shown
from policies.world import Finding, Resource

VERSION: Final = "properties.model.version"
UPGRADE: Final = "properties.versionUpgradeOption"


def model_version_pinned(deployment: Resource, ctx: Context) -> Iterator[Finding]:
    if not deployment.fields.text(VERSION):
        model = shown(deployment.fields.text("properties.model.name"))
        yield Finding(
            deployment,
            f"{deployment.label} takes whatever version of {model} is Azure's default today. "
            "Fix: version: the one that was evaluated, in quotes.",
            VERSION,
        )
    upgrade = deployment.fields.read(UPGRADE)
    allowed = ctx.limit(limits.UPGRADE_OPTIONS)
    if deployment.fields.text(UPGRADE) not in allowed:
        yield Finding(
            deployment,
            f"Azure may change the model under {deployment.label}: versionUpgradeOption is "
            f"{shown(upgrade)}. Fix: versionUpgradeOption: {listed(allowed)}.",
            UPGRADE,
        )


RULES: Final[list[Rule]] = [
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
        params=(limits.UPGRADE_OPTIONS,),
        check=model_version_pinned,
    ),
]
