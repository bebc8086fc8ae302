"""Logs, traces and a page to look at: one place for the whole stack."""

import json
from dataclasses import dataclass

import pulumi

from components.azure import applicationinsights, operationalinsights
from components.sections import ObservabilitySettings
from components.stack import Stack
from components.workbook import contents


@dataclass(frozen=True, kw_only=True)
class ObservabilityArgs:
    stack: Stack
    settings: ObservabilitySettings


class Observability(pulumi.ComponentResource):
    """A workspace, Application Insights on top of it, and a workbook; Entra tokens only."""

    workspace: operationalinsights.Workspace
    app_insights: applicationinsights.Component

    def __init__(
        self, name: str, args: ObservabilityArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("plumb:index:Observability", name, None, opts)
        stack, wanted = args.stack, args.settings
        protection = stack.protection
        cap = wanted.daily_cap_gb
        self.workspace = operationalinsights.Workspace(
            name,
            resource_group_name=stack.resource_group_name,
            workspace_name=stack.names.workspace,
            location=stack.location,
            sku={"name": "PerGB2018"},
            retention_in_days=wanted.log_retention_days,
            workspace_capping={"daily_quota_gb": cap} if cap else None,
            features={"disable_local_auth": True},
            tags=stack.tags,
            opts=pulumi.ResourceOptions(
                parent=self, protect=protection.protect, retain_on_delete=protection.retain_logs
            ),
        )
        self.app_insights = applicationinsights.Component(
            name,
            resource_group_name=stack.resource_group_name,
            resource_name_=stack.names.app_insights,
            location=stack.location,
            kind="web",
            application_type="web",
            workspace_resource_id=self.workspace.id,
            disable_local_auth=True,
            tags=stack.tags,
            opts=pulumi.ResourceOptions(
                parent=self,
                additional_secret_outputs=["connection_string", "instrumentation_key"],
            ),
        )
        applicationinsights.Workbook(
            name,
            resource_group_name=stack.resource_group_name,
            resource_name_=stack.names.guid("workbook"),
            location=stack.location,
            kind="shared",
            category="workbook",
            display_name=f"{stack.names.workload} {stack.name}: models in production",
            source_id=self.app_insights.id,
            serialized_data=json.dumps(contents(wanted.objectives), sort_keys=True),
            tags=stack.tags,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({})
