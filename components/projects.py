"""Foundry projects of one Azure AI account, each with its traces in Application Insights."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from components.azure import applicationinsights
from components.azure import cognitiveservices as ai
from components.known import known
from components.sections import ProjectSettings
from components.stack import Stack


@dataclass(frozen=True, kw_only=True)
class ProjectsArgs:
    stack: Stack
    account_name: pulumi.Input[str]
    location: str
    projects: Mapping[str, ProjectSettings]
    app_insights: applicationinsights.Component
    after: list[pulumi.Resource]
    """The account's writes so far; each write here waits for the one before it."""


class Projects(pulumi.ComponentResource):
    """Foundry projects connected to Application Insights, so that tracing works at once."""

    writes: list[pulumi.Resource]
    endpoints: dict[str, pulumi.Output[str]]
    """By project: its AI Foundry API."""

    def __init__(
        self, name: str, args: ProjectsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("plumb:index:Projects", name, None, opts)
        self.writes = list(args.after)
        self.endpoints = {}
        insights = args.app_insights
        for key in sorted(args.projects):
            wanted = args.projects[key]
            project = ai.Project(
                f"{name}-{key}",
                resource_group_name=args.stack.resource_group_name,
                account_name=args.account_name,
                project_name=key,
                location=args.location,
                identity={"type": ai.ResourceIdentityType.SYSTEM_ASSIGNED},
                properties={
                    "display_name": wanted.display_name or key,
                    "description": wanted.description,
                },
                tags=args.stack.tags,
                opts=pulumi.ResourceOptions(parent=self, depends_on=self.writes[-1:]),
            )
            self.writes.append(project)
            self.endpoints[key] = project.properties.endpoints.apply(
                lambda endpoints: (endpoints or {}).get("AI Foundry API", "")
            )
            connection = ai.ProjectConnection(
                f"{name}-{key}-insights",
                resource_group_name=args.stack.resource_group_name,
                account_name=args.account_name,
                project_name=known(key, project),
                connection_name=args.stack.names.connection,
                properties=ai.ApiKeyAuthConnectionPropertiesArgs(
                    auth_type="ApiKey",
                    category="AppInsights",  # not in the SDK's enumeration
                    target=insights.id,
                    # Names the component; with local auth off it opens nothing by itself.
                    credentials=ai.ConnectionApiKeyArgs(
                        key=pulumi.Output.secret(insights.connection_string)
                    ),
                    is_shared_to_all=True,
                    metadata={"ApiType": "Azure", "ResourceId": insights.id},
                ),
                opts=pulumi.ResourceOptions(parent=self, depends_on=self.writes[-1:]),
            )
            self.writes.append(connection)
        self.register_outputs({"names": sorted(args.projects)})
