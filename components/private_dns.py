"""The names under which private accounts answer inside the network."""

import pulumi

from components.azure import privatedns
from components.catalog import PRIVATE_DNS_ZONES
from components.stack import Stack


class PrivateDns(pulumi.ComponentResource):
    """The three private DNS zones under which accounts answer; one set for the whole stack."""

    zones: dict[str, privatedns.PrivateZone]

    def __init__(self, name: str, stack: Stack, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("plumb:index:PrivateDns", name, None, opts)
        self.zones = {
            zone: privatedns.PrivateZone(
                f"{name}-{zone}",
                resource_group_name=stack.resource_group_name,
                private_zone_name=zone,
                location="global",
                tags=stack.tags,
                opts=pulumi.ResourceOptions(parent=self),
            )
            for zone in PRIVATE_DNS_ZONES
        }
        self.register_outputs({})
