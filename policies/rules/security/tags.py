"""Tags: who answers for a resource, who pays, and how secret it is."""

from collections.abc import Iterator
from typing import Final

from components.catalog import (
    ACCOUNT,
    ACTION_GROUP,
    APP_INSIGHTS,
    CONFIGURATION_STORE,
    METRIC_ALERT,
    PRIVATE_ENDPOINT,
    PROJECT,
    RESOURCE_GROUP,
    SCHEDULED_QUERY_RULE,
    WORKBOOK,
    WORKSPACE,
)
from policies.limits import security as limits
from policies.rule import Context, Levels, ResourceRule, Rule
from policies.wording import shown
from policies.world import Finding, Resource


def required_tags(resource: Resource, ctx: Context) -> Iterator[Finding]:
    wanted = ctx.limit(limits.REQUIRED_TAGS)
    missing = sorted(tag for tag in wanted if not resource.fields.is_set(f"tags.{tag}"))
    if missing:
        yield Finding(
            resource,
            f"{resource.label} lacks {_tags(missing)}. Fix: tags: {', '.join(missing)} "
            "(plumbline:platform).",
            "tags",
        )
    environment = resource.fields.text("tags.environment")
    if "environment" in wanted and environment not in (None, ctx.profile):
        yield Finding(
            resource,
            f"{resource.label} says it belongs to {shown(environment)}, and the stack is judged "
            f"as {ctx.profile}. Fix: tags.environment: {ctx.profile}.",
            "tags.environment",
        )


def _tags(names: list[str]) -> str:
    return f"the tag{'s' if len(names) > 1 else ''} {', '.join(names)}"


RULES: Final[list[Rule]] = [
    ResourceRule(
        id="required-tags",
        number=49,
        category="security",
        severity="Medium",
        levels=Levels.of("MMM"),
        description="A resource says who owns it, who pays, which environment it is of and how "
        "secret its data is.",
        why="Whoever finds a resource at night, on a bill or in an audit has nothing else to go "
        "by, and rules for confidential data hold only where data is marked.",
        fix="Set the tags owner, costCenter, environment and dataClassification; environment is "
        "dev, staging or prod, as the stack is.",
        types=frozenset(
            {
                ACCOUNT,
                PROJECT,
                APP_INSIGHTS,
                WORKBOOK,
                WORKSPACE,
                ACTION_GROUP,
                METRIC_ALERT,
                SCHEDULED_QUERY_RULE,
                PRIVATE_ENDPOINT,
                CONFIGURATION_STORE,
                RESOURCE_GROUP,
            }
        ),
        controls=(
            "Azure Policy 871b6d14-10aa-478d-b590-94f262ecfa99",
            "azqr aif-007",
            "Well-Architected SE:03",
        ),
        params=(limits.REQUIRED_TAGS,),
        check=required_tags,
    ),
]
