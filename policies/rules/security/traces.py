"""Traces: where they are kept, and who may write them."""

from collections.abc import Iterator
from typing import Final

from components.catalog import APP_INSIGHTS
from policies.rule import Context, Levels, ResourceRule, Rule
from policies.wording import shown
from policies.world import Finding, Resource

WORKSPACE_ID: Final = "workspaceResourceId"
LOCAL_AUTH: Final = "disableLocalAuth"


def app_insights_workspace_based(component: Resource, ctx: Context) -> Iterator[Finding]:
    if not component.fields.is_set(WORKSPACE_ID):
        yield Finding(
            component,
            f"{component.label} keeps its traces apart from all other logs, in a way Azure has "
            "retired: workspaceResourceId is unset. Fix: workspaceResourceId: the id of the log "
            "workspace.",
            WORKSPACE_ID,
        )


def app_insights_entra_ingestion(component: Resource, ctx: Context) -> Iterator[Finding]:
    disabled = component.fields.read(LOCAL_AUTH)
    if disabled is not True:
        yield Finding(
            component,
            f"whoever has the connection string of {component.label} may write its telemetry: "
            f"disableLocalAuth is {shown(disabled)}, not true. Fix: disableLocalAuth: true, and "
            "the role Monitoring Metrics Publisher for who writes.",
            LOCAL_AUTH,
        )


RULES: Final[list[Rule]] = [
    ResourceRule(
        id="app-insights-workspace-based",
        number=29,
        category="observability",
        severity="Medium",
        levels=Levels.of("aMM"),
        description="Application Insights writes into a log workspace.",
        why="Traces, platform logs and audit can be asked in one query only where they lie "
        "together; the classic kind was retired in 2024 and takes no retention of its own.",
        fix="Set workspaceResourceId to the id of a Log Analytics workspace.",
        types=frozenset({APP_INSIGHTS}),
        controls=("Azure Policy d550e854-df1a-4de9-bf44-cd894b39a95e", "PSRule AZR-000069"),
        check=app_insights_workspace_based,
    ),
    ResourceRule(
        id="app-insights-entra-ingestion",
        number=30,
        category="observability",
        severity="Medium",
        levels=Levels.of("-aM"),
        description="Only who holds a role may write traces.",
        why="A connection string is in every client that was ever configured. With it anybody can "
        "write false errors and latencies, on which alerts fire and rollouts turn back.",
        fix="Set disableLocalAuth: true and give Monitoring Metrics Publisher on the component to "
        "whoever sends telemetry.",
        types=frozenset({APP_INSIGHTS}),
        controls=(
            "Azure Policy 199d5677-e4d9-4264-9465-efe1839c06bd",
            "PSRule AZR-000484",
            "MCSB IM-1",
            "Well-Architected SE:05",
        ),
        check=app_insights_entra_ingestion,
    ),
]
