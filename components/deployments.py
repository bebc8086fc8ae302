"""The models that one Azure AI account serves."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from components.azure import cognitiveservices as ai
from components.sections import DeploymentSettings
from components.stack import Stack


@dataclass(frozen=True, kw_only=True)
class ModelDeploymentsArgs:
    stack: Stack
    account_name: pulumi.Input[str]
    deployments: Mapping[str, DeploymentSettings]  # plain: it decides how many resources exist
    after: list[pulumi.Resource]
    """The account's writes so far; each write here waits for the one before it."""


class ModelDeployments(pulumi.ComponentResource):
    """Model deployments, each pinned to one version of its model.

    Azure answers 409 RequestConflict to two writes at once on one account, so they are made
    one after another; and 400 InsufficientQuota when the region has too little left.
    """

    writes: list[pulumi.Resource]
    by_name: dict[str, ai.Deployment]

    def __init__(
        self, name: str, args: ModelDeploymentsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("plumb:index:ModelDeployments", name, None, opts)
        self.writes = list(args.after)
        self.by_name = {}
        for key in in_order(args.deployments):
            wanted = args.deployments[key]
            self.by_name[key] = ai.Deployment(
                f"{name}-{key}",
                resource_group_name=args.stack.resource_group_name,
                account_name=args.account_name,
                deployment_name=key,  # callers send this name, so no random suffix
                sku={"name": wanted.sku, "capacity": wanted.capacity},
                properties=properties(wanted),
                tags=args.stack.tags,
                opts=pulumi.ResourceOptions(
                    parent=self,
                    depends_on=self.writes[-1:],
                    ignore_changes=["sku.capacity"] if wanted.autoscaled else None,
                    # Azure takes these only with a new deployment, and the name must be free.
                    replace_on_changes=[
                        "sku.name",
                        "properties.model.name",
                        "properties.model.format",
                    ],
                    delete_before_replace=True,
                ),
            )
            self.writes.append(self.by_name[key])
        self.register_outputs({"names": sorted(args.deployments)})


def properties(wanted: DeploymentSettings) -> ai.DeploymentPropertiesArgsDict:
    model: ai.DeploymentModelArgsDict = {
        "format": wanted.format,
        "name": wanted.deployed_model,
        "version": wanted.deployed_version,
    }
    if wanted.publisher:
        model["publisher"] = wanted.publisher
    if wanted.fine_tuned and wanted.fine_tuned.source:
        model["source"] = wanted.fine_tuned.source
    own: ai.DeploymentPropertiesArgsDict = {
        "model": model,
        "rai_policy_name": wanted.content_filter,
        "version_upgrade_option": ai.DeploymentModelVersionUpgradeOption.NO_AUTO_UPGRADE,
    }
    if wanted.spillover:
        own["spillover_deployment_name"] = wanted.spillover
    return own


def in_order(deployments: Mapping[str, DeploymentSettings]) -> list[str]:
    """By name, and what spills over after what it spills to."""
    return sorted(deployments, key=lambda key: (deployments[key].spillover is not None, key))
