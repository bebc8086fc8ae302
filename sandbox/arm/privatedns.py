"""Microsoft.Network/privateDnsZones and their links to networks."""

import uuid

from sandbox.arm.errors import ArmError
from sandbox.arm.kind import Call, Kind, Situation, as_other, properties
from sandbox.arm.network import PRIVATE_ENDPOINT
from sandbox.store import Body, Stored

ZONE = "Microsoft.Network/privateDnsZones"
LINK = f"{ZONE}/virtualNetworkLinks"
RECORD = f"{ZONE}/A"


def put_zone(wanted: Body, stored: Body | None, situation: Situation) -> Body:
    return {
        "location": "global",
        "tags": wanted.get("tags") or {},
        "properties": {
            "internalId": properties(stored).get("internalId", uuid.uuid4().hex),
            "maxNumberOfRecordSets": 25000,
            "maxNumberOfVirtualNetworkLinks": 1000,
            "maxNumberOfVirtualNetworkLinksWithRegistration": 100,
            "numberOfRecordSets": 1,
            "numberOfVirtualNetworkLinks": 0,
            "numberOfVirtualNetworkLinksWithRegistration": 0,
            "provisioningState": "Succeeded",
        },
    }


def show_zone(body: Body, call: Call) -> Body:
    links = [properties(each.body) for each in call.store.children(body["id"], LINK)]
    counted = {
        "numberOfVirtualNetworkLinks": len(links),
        "numberOfVirtualNetworkLinksWithRegistration": len(
            [each for each in links if each["registrationEnabled"]]
        ),
    }
    return {**body, "properties": {**properties(body), **counted}}


def put_link(wanted: Body, stored: Body | None, situation: Situation) -> Body:
    """A network that asks a zone.

    Raises:
        ArmError: 400, there is no such network; 409, it is linked already.
    """
    asked = properties(wanted)
    network = (asked.get("virtualNetwork") or {}).get("id")
    if not network or situation.store.get(network) is None:
        raise ArmError(
            400,
            "BadRequest",
            f"The virtual network '{network}' of the virtual network link does not exist.",
        )
    for each in situation.store.children(situation.id.parent, LINK):
        other = properties(each.body)["virtualNetwork"]["id"]
        if each.id != str(situation.id) and other.lower() == network.lower():
            raise ArmError(
                409,
                "Conflict",
                f"A virtual network cannot be linked to multiple zones with overlapping "
                f"namespaces. You tried to link virtual network with '{situation.id.names[0]}' and "
                f"'{situation.id.names[0]}' zones.",
            )
    return {
        "location": "global",
        "tags": wanted.get("tags") or {},
        "properties": {
            "virtualNetwork": {"id": network},
            "registrationEnabled": asked.get("registrationEnabled", False),
            "resolutionPolicy": asked.get("resolutionPolicy") or "Default",
            "provisioningState": "Succeeded",
            "virtualNetworkLinkState": "Completed",
        },
    }


def records(call: Call, zone_id: str) -> list[Body]:
    """The A records of a zone: those that private endpoints keep in it."""
    groups = call.store.of_type(f"{PRIVATE_ENDPOINT}/privateDnsZoneGroups")
    return [
        {
            "id": f"{zone_id}/A/{each['recordSetName']}",
            "name": each["recordSetName"],
            "type": RECORD,
            "properties": {
                "fqdn": f"{each['fqdn']}.",
                "ttl": each["ttl"],
                "aRecords": [{"ipv4Address": address} for address in each["ipAddresses"]],
                "isAutoRegistered": False,
            },
        }
        for group in groups
        for config in properties(group.body)["privateDnsZoneConfigs"]
        if properties(config)["privateDnsZoneId"].lower() == zone_id.lower()
        for each in properties(config)["recordSets"]
    ]


def may_delete_zone(stored: Stored, situation: Situation) -> None:
    if situation.store.children(stored.id, LINK):
        raise ArmError(
            409,
            "CannotDeleteResource",
            "Can not delete resource before nested resources are deleted.",
        )


KINDS = (
    Kind(
        type=ZONE,
        put=put_zone,
        may_delete=may_delete_zone,
        takes=as_other,
        etag="etag",
        system_data=True,
        shown=show_zone,
    ),
    Kind(type=RECORD, put=None, listed=records),
    Kind(type=LINK, put=put_link, takes=as_other, etag="etag", system_data=True),
)
