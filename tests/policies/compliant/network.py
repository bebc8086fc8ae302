"""The private way to the account."""

from components import catalog
from tests.policies.compliant.part import ACCOUNT_ID, IN_GROUP, NETWORK_ID, Part, tags

ZONE = "azure-native:privatedns:PrivateZone"
LINK = "azure-native:privatedns:VirtualNetworkLink"
VIRTUAL_NETWORK = "azure-native:network:VirtualNetwork"


def parts(profile):
    zones = {f"zone-{zone.split('.')[1]}": zone for zone in catalog.PRIVATE_DNS_ZONES}
    network = f"{NETWORK_ID}/virtualNetworks/vnet-shop"
    endpoint = {
        **IN_GROUP,
        "privateEndpointName": "pep-shop",
        "location": "swedencentral",
        "subnet": {"id": f"{network}/subnets/private-endpoints"},
        "privateLinkServiceConnections": [
            {"name": "pep-shop", "privateLinkServiceId": ACCOUNT_ID, "groupIds": ["account"]}
        ],
        "tags": tags(profile),
    }
    zone_group = {
        **IN_GROUP,
        "privateEndpointName": "pep-shop",
        "privateDnsZoneGroupName": "default",
        "privateDnsZoneConfigs": [
            {
                "name": zone.replace(".", "-"),
                "privateDnsZoneId": f"{NETWORK_ID}/privateDnsZones/{zone}",
            }
            for zone in zones.values()
        ],
    }
    return {
        "network": Part(
            VIRTUAL_NETWORK,
            {
                **IN_GROUP,
                "virtualNetworkName": "vnet-shop",
                "location": "swedencentral",
                "addressSpace": {"addressPrefixes": ["10.50.0.0/24"]},
                "subnets": [{"name": "private-endpoints", "addressPrefix": "10.50.0.0/25"}],
                "tags": tags(profile),
            },
        ),
        **{
            name: Part(
                ZONE,
                {
                    **IN_GROUP,
                    "privateZoneName": zone,
                    "location": "global",
                    "tags": tags(profile),
                },
            )
            for name, zone in zones.items()
        },
        **{
            name.replace("zone", "link"): Part(
                LINK,
                {
                    **IN_GROUP,
                    "privateZoneName": zone,
                    "virtualNetworkLinkName": "vnet-shop",
                    "virtualNetwork": {"id": network},
                    "registrationEnabled": False,
                    "location": "global",
                    "tags": tags(profile),
                },
                {"privateZoneName": (name,), "virtualNetwork": ("network",)},
            )
            for name, zone in zones.items()
        },
        "endpoint": Part(
            catalog.PRIVATE_ENDPOINT,
            endpoint,
            {"privateLinkServiceConnections": ("account",), "subnet": ("network",)},
        ),
        "zones": Part(
            catalog.PRIVATE_DNS_ZONE_GROUP,
            zone_group,
            {"privateEndpointName": ("endpoint",), "privateDnsZoneConfigs": tuple(zones)},
        ),
    }
