"""Logs, metrics and traces: they are kept, in one place, long enough."""

from collections.abc import Iterator
from typing import Final

from components.catalog import (
    ACCOUNT,
    ACCOUNT_CONNECTION,
    APP_INSIGHTS,
    DEPLOYMENT,
    DIAGNOSTIC_SETTING,
    PROJECT,
    PROJECT_CONNECTION,
    WORKSPACE,
)
from policies.limits.observability import RETENTION_DAYS
from policies.rule import Context, Levels, ResourceRule, Rule, StackRule, each
from policies.values import Fields
from policies.world import Finding, Resource, World

RETENTION: Final = "retentionInDays"
CATEGORIES: Final = frozenset({"audit", "requestresponse"})
GROUPS: Final = {"alllogs": CATEGORIES, "audit": frozenset({"audit"})}
"""Which of the needed categories a group of them brings."""


def app_insights_present_and_connected(world: World, ctx: Context) -> Iterator[Finding]:
    if world.of(DEPLOYMENT) and not world.of(APP_INSIGHTS):
        yield Finding(
            None,
            "the stack deploys models and has no Application Insights, so no call leaves a trace. "
            "Fix: an applicationinsights Component with workspaceResourceId, beside the models.",
        )
    connections = _Connections(world)
    yield from each(world.of(PROJECT), connections.missing)


class _Connections:
    """Which projects hand their traces to an Application Insights of the stack."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._traced = {
            key
            for connection in world.of(PROJECT_CONNECTION, ACCOUNT_CONNECTION)
            if self._leads_to_insights(connection)
            for key in self._joined(connection)
        }

    def missing(self, project: Resource) -> Iterator[Finding]:
        account = self._world.account(project)
        name = (project.fields.text("projectName") or "").lower()
        if self._traced.isdisjoint({project.urn, account, f"{account}/{name}"}):
            yield Finding(
                project,
                f"{project.label} sends its traces nowhere: none of its connections is of "
                "category AppInsights and leads to an Application Insights of this stack. "
                "Fix: a ProjectConnection with category: AppInsights and target: its id.",
            )

    def _leads_to_insights(self, connection: Resource) -> bool:
        if (connection.fields.text("properties.category") or "").lower() != "appinsights":
            return False
        marks = self._world.marks_at(connection, "properties.target", APP_INSIGHTS)
        return any(mark in self._world.by_urn for mark in marks)

    def _joined(self, connection: Resource) -> Iterator[str]:
        """Marks of the project, or of the account all of whose projects share the connection."""
        account = self._world.account(connection)
        if connection.type == ACCOUNT_CONNECTION:
            yield account
            return
        sources = self._world.sources(connection, "projectName", PROJECT)
        if len(sources) == 1:
            yield sources[0].urn
        else:
            yield f"{account}/{(connection.fields.text('projectName') or '').lower()}"


def diagnostics_enabled(world: World, ctx: Context) -> Iterator[Finding]:
    settings: dict[str, list[Resource]] = {}
    for setting in world.of(DIAGNOSTIC_SETTING):
        for mark in world.marks_at(setting, "resourceUri", ACCOUNT):
            settings.setdefault(mark, []).append(setting)
    yield from each(
        world.of(ACCOUNT), lambda account: _unrecorded(account, settings.get(account.urn, []))
    )


def _unrecorded(account: Resource, settings: list[Resource]) -> Iterator[Finding]:
    if not settings:
        yield Finding(
            account,
            f"{account.label} has no diagnostic setting, so nobody can read who called and what "
            "failed. Fix: a monitor DiagnosticSetting with resourceUri: its id, workspaceId, "
            "logs: [{categoryGroup: allLogs, enabled: true}] and "
            "metrics: [{category: AllMetrics, enabled: true}].",
        )
        return
    kept = [setting for setting in settings if setting.fields.is_set("workspaceId")]
    if not kept:
        yield Finding(
            settings[0],
            f"{settings[0].label} sends the logs of {account.label} to no workspace: workspaceId "
            "is unset. Fix: workspaceId: the id of a Log Analytics workspace.",
            "workspaceId",
        )
        return
    lacking = CATEGORIES - {name for setting in kept for name in _categories(setting)}
    if lacking:
        names = " and ".join(
            name for name in ("Audit", "RequestResponse") if name.lower() in lacking
        )
        yield Finding(
            kept[0],
            f"{kept[0].label} does not record {names} of {account.label}. "
            "Fix: logs: [{categoryGroup: allLogs, enabled: true}].",
            "logs",
        )
    if not any(_all_metrics(setting) for setting in kept):
        yield Finding(
            kept[0],
            f"{kept[0].label} does not record the metrics of {account.label}: AllMetrics is not "
            "enabled. Fix: metrics: [{category: AllMetrics, enabled: true}].",
            "metrics",
        )


def _enabled(setting: Resource, key: str) -> Iterator[Fields]:
    return (each for each in setting.fields.items(key) if each.read("enabled") is True)


def _categories(setting: Resource) -> Iterator[str]:
    for entry in _enabled(setting, "logs"):
        yield from GROUPS.get((entry.text("categoryGroup") or "").lower(), ())
        yield (entry.text("category") or "").lower()


def _all_metrics(setting: Resource) -> bool:
    return any(
        (entry.text("category") or "").lower() == "allmetrics"
        for entry in _enabled(setting, "metrics")
    )


def log_retention_minimum(workspace: Resource, ctx: Context) -> Iterator[Finding]:
    days, wanted = workspace.fields.number(RETENTION), ctx.limit(RETENTION_DAYS)
    if days is None or days < wanted:
        kept = f"for {days:g} days" if days is not None else "as long as its price tier says"
        yield Finding(
            workspace,
            f"{workspace.label} keeps logs {kept}; {ctx.profile} needs {wanted:g} days. "
            f"Fix: retentionInDays: {wanted:g} (log_retention_days).",
            RETENTION,
        )


RULES: Final[list[Rule]] = [
    StackRule(
        id="app-insights-present-and-connected",
        number=31,
        category="observability",
        severity="High",
        levels=Levels.of("aMM"),
        description="A stack with models has Application Insights, and every Foundry project "
        "sends its traces there.",
        why="Only the callers' traces show latency percentiles, tokens and cost of each call. "
        "A project without the connection drops its traces without a word.",
        fix="Declare an applicationinsights Component, and for each project a ProjectConnection "
        "with category AppInsights whose target is the component's id.",
        types=frozenset(
            {DEPLOYMENT, APP_INSIGHTS, PROJECT, PROJECT_CONNECTION, ACCOUNT_CONNECTION}
        ),
        controls=("Well-Architected OE:07",),
        check=app_insights_present_and_connected,
    ),
    StackRule(
        id="diagnostics-enabled",
        number=32,
        category="observability",
        severity="High",
        levels=Levels.of("aMM"),
        description="An account sends its logs and metrics to a Log Analytics workspace.",
        why="Azure records nothing by itself: without a diagnostic setting nobody can say "
        "afterwards who called, what was refused, or when it began.",
        fix="Declare a DiagnosticSetting on the account with workspaceId, the log group allLogs "
        "(or the categories Audit and RequestResponse) and the metrics AllMetrics.",
        types=frozenset({ACCOUNT, DIAGNOSTIC_SETTING}),
        controls=(
            "Azure Policy 1b4d1c4e-934c-4703-944c-27c82c06bebb",
            "azqr aif-001",
            "MCSB LT-3",
            "Well-Architected OE:07",
        ),
        check=diagnostics_enabled,
    ),
    ResourceRule(
        id="log-retention-minimum",
        number=33,
        category="observability",
        severity="Medium",
        levels=Levels.of("-aM"),
        description="Logs are kept long enough to find out what happened.",
        why="Misuse and slow decay are noticed weeks later; by then a workspace left at its "
        "default has thrown the traces away.",
        fix="Set retentionInDays of the workspace to the environment's minimum or more.",
        types=frozenset({WORKSPACE}),
        controls=("MCSB LT-6", "Well-Architected OE:07"),
        params=(RETENTION_DAYS,),
        check=log_retention_minimum,
    ),
]
