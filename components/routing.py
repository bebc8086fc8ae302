"""Routes: feature flags in App Configuration that say which deployment answers a caller."""

import json
from dataclasses import dataclass
from typing import Any

import pulumi

from components.access import grants
from components.azure import appconfiguration
from components.catalog import FEATURE_FLAG_CONTENT_TYPE, FEATURE_FLAG_PREFIX
from components.grant import give
from components.known import known
from components.sections import RouteSettings, Settings
from components.stack import Stack


@dataclass(frozen=True, kw_only=True)
class RoutingArgs:
    stack: Stack
    settings: Settings
    after: list[pulumi.Resource]
    """What the routes lead to: a caller must not read of a deployment before it is there."""


class Routing(pulumi.ComponentResource):
    """A configuration store with one feature flag a route.

    Pulumi makes the flag; from then on the rollout controller owns its value. Keys are off, so
    the flags are written with the deployer's own token: whoever runs `up` needs App Configuration
    Data Owner on the store, from the stack's `access:` or from above.
    """

    store: appconfiguration.ConfigurationStore
    endpoint: pulumi.Output[str]

    def __init__(
        self, name: str, args: RoutingArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        stack, settings = args.stack, args.settings
        # Inputs, since the gate cannot read routes from flags, whose values are the controller's.
        routes = {key: targets(route, settings) for key, route in settings.routes.items()}
        super().__init__("plumb:index:Routing", name, {"routes": routes}, opts)
        self.store = appconfiguration.ConfigurationStore(
            name,
            resource_group_name=stack.resource_group_name,
            config_store_name=stack.names.configuration_store,
            location=stack.location,
            sku={"name": "standard"},
            disable_local_auth=True,
            enable_purge_protection=stack.protection.protect,
            soft_delete_retention_in_days=7,
            # A caller must learn the route wherever it stands; tokens and roles guard it.
            public_network_access="Enabled",
            data_plane_proxy={
                "authentication_mode": "Pass-through",
                "private_link_delegation": "Disabled",
            },
            tags=stack.tags,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.endpoint = self.store.endpoint
        roles = [
            give(stack, grant, parent=self)
            for grant in grants(settings.access, {"store": {"routes": self.store.id}})
        ]
        for key, route in sorted(settings.routes.items()):
            appconfiguration.KeyValue(
                f"{name}-{key}",
                resource_group_name=stack.resource_group_name,
                config_store_name=known(stack.names.configuration_store, self.store),
                key_value_name=key_value_name(key, stack.name),
                content_type=FEATURE_FLAG_CONTENT_TYPE,
                value=json.dumps(first_value(key, route, settings), sort_keys=True),
                opts=pulumi.ResourceOptions(
                    parent=self,
                    depends_on=[*roles, *args.after],
                    ignore_changes=["value"],
                    protect=False,
                ),
            )
        self.register_outputs({"routes": routes})


def flag_id(route: str) -> str:
    return f"{route}-router"


def key_value_name(route: str, stack: str) -> str:
    """ARM's name of the flag: `/` is escaped as ~2F, the label follows `$`."""
    return f"{FEATURE_FLAG_PREFIX}{flag_id(route)}${stack}".replace("/", "~2F")


def targets(route: RouteSettings, settings: Settings) -> dict[str, Any]:
    """A route with its deployments as `account/deployment`."""
    whole = {"stable": "/".join(settings.target(route.stable))}
    if route.candidate:
        whole["candidate"] = "/".join(settings.target(route.candidate))
    if route.rollback:
        whole["rollback"] = "/".join(settings.target(route.rollback))
    return {**whole, "fallback": ["/".join(settings.target(name)) for name in route.fallback]}


def first_value(key: str, route: RouteSettings, settings: Settings) -> dict[str, Any]:
    """The flag as it is made: everybody on stable, the candidate known but without a share.

    Shape: Microsoft's feature flag schema v2. The seed is written down so that a caller keeps
    its variant while the share grows.
    """
    names = {"stable": route.stable} | ({"candidate": route.candidate} if route.candidate else {})
    variants = []
    for variant, name in names.items():
        account, deployment = settings.target(name)
        wanted = settings.accounts[account].deployments[deployment]
        variants.append(
            {
                "name": variant,
                "configuration_value": {
                    "account": account,
                    "deployment": deployment,
                    "model": wanted.deployed_model,
                    "version": wanted.deployed_version,
                },
            }
        )
    return {
        "id": flag_id(key),
        "enabled": True,
        "conditions": {"client_filters": []},
        "variants": variants,
        "allocation": {
            "default_when_enabled": "stable",
            "default_when_disabled": "stable",
            "percentile": [{"variant": "stable", "from": 0, "to": 100}],
            "seed": f"{key}/r-0000",
        },
        "telemetry": {"enabled": True},
    }
