"""What a stack tells its callers and commands: docs/outputs.md, and no secret."""

from collections.abc import Mapping
from typing import Any, Final

import pulumi

from components.account import AiAccount
from components.observability import Observability
from components.projects import Projects
from components.routing import Routing, flag_id, targets
from components.sections import DeploymentSettings, Settings
from components.stack import Stack

CONTRACT_VERSION: Final = "1"


def export(
    stack: Stack,
    settings: Settings,
    accounts: Mapping[str, AiAccount],
    projects: Mapping[str, Projects],
    routing: Routing,
    observability: Observability,
) -> None:
    """Exports the contract; every key is there in every stack."""
    pulumi.export("contract_version", CONTRACT_VERSION)
    pulumi.export("profile", stack.profile)
    pulumi.export("resource_group", stack.names.resource_group)
    pulumi.export(
        "accounts",
        {
            key: {
                "name": settings.accounts[key].subdomain,
                "id": account.account.id,
                "location": settings.accounts[key].location,
                "endpoint": account.endpoint,
                "principal_id": account.principal_id,
                "projects": projects[key].endpoints if key in projects else {},
                "deployments": {
                    name: deployment(wanted)
                    for name, wanted in settings.accounts[key].deployments.items()
                },
            }
            for key, account in accounts.items()
        },
    )
    pulumi.export(
        "routes",
        {
            key: {
                "flag": flag_id(key),
                "strategy": route.strategy,
                "steps_percent": route.steps_percent,
                "bake_hours": route.bake_hours,
                **targets(route, settings),
            }
            for key, route in settings.routes.items()
        },
    )
    pulumi.export(
        "routing",
        {
            "store": stack.names.configuration_store,
            "endpoint": routing.endpoint,
            "label": stack.name,
        },
    )
    pulumi.export(
        "observability",
        {
            "workspace_id": observability.workspace.id,
            "workspace_customer_id": observability.workspace.customer_id,
            "app_insights_id": observability.app_insights.id,
        },
    )


def deployment(wanted: DeploymentSettings) -> dict[str, Any]:
    """A deployment as declared: what a measurement of it must agree with."""
    return {
        "model": wanted.deployed_model,
        "version": wanted.deployed_version,
        "format": wanted.format,
        "sku": wanted.sku,
        "capacity": wanted.capacity,
        "content_filter": wanted.content_filter,
        "spillover": wanted.spillover or "",
    }
