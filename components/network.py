"""Private reach of an Azure AI account: endpoint, names, and a network where none exists."""

import ipaddress
from dataclasses import dataclass

import pulumi

from components.account import AiAccount
from components.azure import network, privatedns
from components.known import known
from components.private_dns import PrivateDns
from components.sections import AccountSettings
from components.stack import Stack


@dataclass(frozen=True, kw_only=True)
class NetworkArgs:
    stack: Stack
    account: AiAccount
    settings: AccountSettings
    dns: PrivateDns
    after: list[pulumi.Resource]
    """Every other write to the account: until all are through, Azure refuses the endpoint."""


class Network(pulumi.ComponentResource):
    """A private endpoint with its DNS records, in a subnet that is given or made here.

    Azure answers AccountProvisioningStateInvalid to an endpoint of an account that is being
    written to, so it comes last.
    """

    writes: list[pulumi.Resource]

    def __init__(
        self, name: str, args: NetworkArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("plumb:index:Network", name, None, opts)
        stack = args.stack
        self.writes = list(args.after)
        own = pulumi.ResourceOptions(parent=self)
        virtual_network_id, subnet_id = self._subnet(name, args)
        for zone_name, zone in args.dns.zones.items():
            privatedns.VirtualNetworkLink(
                f"{name}-{zone_name}",
                resource_group_name=stack.resource_group_name,
                private_zone_name=known(zone_name, zone),
                virtual_network_link_name=stack.names.virtual_network(name),
                location="global",
                registration_enabled=False,
                virtual_network={"id": virtual_network_id},
                tags=stack.tags,
                opts=own,
            )
        endpoint_name = stack.names.private_endpoint(name)
        endpoint = network.PrivateEndpoint(
            name,
            resource_group_name=stack.resource_group_name,
            private_endpoint_name=endpoint_name,
            location=args.settings.location,
            subnet={"id": subnet_id},
            private_link_service_connections=[
                {
                    "name": endpoint_name,
                    "private_link_service_id": args.account.account.id,
                    "group_ids": ["account"],
                }
            ],
            tags=stack.tags,
            opts=pulumi.ResourceOptions(parent=self, depends_on=self.writes),
        )
        group = network.PrivateDnsZoneGroup(
            name,
            resource_group_name=stack.resource_group_name,
            private_endpoint_name=known(endpoint_name, endpoint),
            private_dns_zone_group_name="default",
            private_dns_zone_configs=[
                {"name": zone_name.replace(".", "-"), "private_dns_zone_id": zone.id}
                for zone_name, zone in args.dns.zones.items()
            ],
            opts=own,
        )
        self.writes += [endpoint, group]
        self.register_outputs({})

    def _subnet(self, name: str, args: NetworkArgs) -> tuple[pulumi.Input[str], pulumi.Input[str]]:
        given = args.settings.network.private_endpoint_subnet
        if given:
            return given.rpartition("/subnets/")[0], given
        wanted = args.settings.network.virtual_network
        assert wanted, "called for accounts with a private endpoint only"
        virtual_network = network.VirtualNetwork(
            name,
            resource_group_name=args.stack.resource_group_name,
            virtual_network_name=args.stack.names.virtual_network(name),
            location=args.settings.location,
            address_space={"address_prefixes": [wanted.address_space]},
            # Inside the network: as a resource of its own, the next write of the network drops it.
            subnets=[
                {
                    "name": "private-endpoints",
                    "address_prefix": first_half(wanted.address_space),
                    "private_endpoint_network_policies": "Disabled",
                }
            ],
            tags=args.stack.tags,
            opts=pulumi.ResourceOptions(parent=self),
        )
        return virtual_network.id, virtual_network.id.apply(
            lambda id: f"{id}/subnets/private-endpoints"
        )


def first_half(address_space: str) -> str:
    return str(next(ipaddress.ip_network(address_space).subnets()))
