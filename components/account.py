"""An Azure AI account: what model deployments live in."""

from dataclasses import dataclass

import pulumi

from components.azure import cognitiveservices as ai
from components.azure import monitor
from components.known import known
from components.sections import AccountSettings
from components.stack import Stack


@dataclass(frozen=True, kw_only=True)
class AiAccountArgs:
    stack: Stack
    settings: AccountSettings
    workspace_id: pulumi.Input[str]
    """Where its logs and metrics go."""


class AiAccount(pulumi.ComponentResource):
    """An Azure AI account that takes Entra tokens only: its API keys are off.

    A name that was deleted within the last 48 hours is refused by Azure
    (409 FlagMustBeSetForRestore): restore or purge it, as docs/operations.md shows.
    """

    account: ai.Account
    name: pulumi.Output[str]
    """Known at preview."""
    endpoint: pulumi.Output[str]
    principal_id: pulumi.Output[str | None]

    def __init__(
        self, name: str, args: AiAccountArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("plumb:index:AiAccount", name, None, opts)
        stack, wanted = args.stack, args.settings
        self.account = ai.Account(
            name,
            resource_group_name=stack.resource_group_name,
            account_name=wanted.subdomain,  # people look for it by this name
            location=wanted.location,
            kind="AIServices",
            sku={"name": "S0"},
            identity={"type": ai.ResourceIdentityType.SYSTEM_ASSIGNED},
            properties={
                "custom_sub_domain_name": wanted.subdomain,
                "disable_local_auth": True,
                "allow_project_management": bool(wanted.projects),
                "restrict_outbound_network_access": bool(wanted.network.outbound_hosts),
                "allowed_fqdn_list": list(wanted.network.outbound_hosts),
                **network_access(wanted),
            },
            tags=stack.tags,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.name = known(wanted.subdomain, self.account)
        self.endpoint = self.account.properties.endpoint
        self.principal_id = self.account.identity.apply(
            lambda own: own.principal_id if own else None
        )
        monitor.DiagnosticSetting(
            name,
            name=stack.names.diagnostic_setting(name),
            resource_uri=self.account.id,
            workspace_id=args.workspace_id,
            logs=[{"category_group": "allLogs", "enabled": True}],
            metrics=[{"category": "AllMetrics", "enabled": True}],
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({"name": self.name, "endpoint": self.endpoint})


def network_access(wanted: AccountSettings) -> ai.AccountPropertiesArgsDict:
    """Who may reach the public endpoint. Without an IP list `public` means everybody."""
    network = wanted.network
    closed = bool(network.allowed_ips) or not network.public
    return {
        "public_network_access": "Enabled" if network.public else "Disabled",
        "network_acls": {
            "bypass": "AzureServices",
            "default_action": "Deny" if closed else "Allow",
            "ip_rules": [{"value": address} for address in network.allowed_ips],
            "virtual_network_rules": [],
        },
    }
