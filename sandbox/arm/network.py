"""Microsoft.Network: virtual networks and subnets."""

import ipaddress
import uuid
from typing import Any

from sandbox.arm.errors import ArmError
from sandbox.arm.kind import Call, Kind, Situation, properties
from sandbox.around import Around
from sandbox.store import Body, Stored, new_etag

NETWORK = "Microsoft.Network/virtualNetworks"
SUBNET = f"{NETWORK}/subnets"
PRIVATE_ENDPOINT = "Microsoft.Network/privateEndpoints"

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def put_network(wanted: Body, stored: Body | None, situation: Situation) -> Body:
    """The network as Azure would store it; its subnets are resources of their own.

    Raises:
        ArmError: 400 InvalidAddressPrefixFormat, or a subnet that does not fit.
    """
    asked = properties(wanted)
    space = asked.get("addressSpace") or {}
    prefixes = [_network(each, situation.id.name) for each in space.get("addressPrefixes") or []]
    if not prefixes:
        raise ArmError(
            400,
            "MissingAddressSpace",
            f"Address space of virtual network {situation.id} is not specified.",
        )
    for each in asked.get("subnets") or []:
        _fits(each["name"], _prefix(properties(each)), prefixes, situation.id.name)
    before = properties(stored)
    return {
        "location": wanted["location"],
        "tags": wanted.get("tags") or {},
        "properties": {
            **asked,
            "addressSpace": space,
            "enableDdosProtection": asked.get("enableDdosProtection", False),
            "flowLogs": [],
            "privateEndpointVNetPolicies": asked.get("privateEndpointVNetPolicies", "Disabled"),
            "provisioningState": "Succeeded",
            "resourceGuid": before.get("resourceGuid", str(uuid.uuid4())),
            "virtualNetworkPeerings": asked.get("virtualNetworkPeerings") or [],
        },
    }


def keep_subnets(around: Around, stored: Stored) -> None:
    """Subnets that came with the network become resources; those it left out go."""
    inline = properties(stored.body).pop("subnets", None)
    if inline is None:
        return
    around.store.put(stored.id, stored.type, stored.body, etag=stored.etag, at=stored.changed_at)
    wanted = {each["name"].lower() for each in inline}
    for each in around.store.children(stored.id, SUBNET):
        if each.body["name"].lower() not in wanted:
            around.store.delete(each.id)
    for each in inline:
        id = f"{stored.id}/subnets/{each['name']}"
        etag = new_etag()
        body = {
            "id": id,
            "name": each["name"],
            "type": SUBNET,
            "etag": f'W/"{etag}"',
            "properties": _subnet(properties(each)),
        }
        around.store.put(id, SUBNET, body, etag=etag)


def show_network(body: Body, call: Call) -> Body:
    subnets = [show_subnet(each.body, call) for each in call.store.children(body["id"], SUBNET)]
    return {**body, "properties": {**properties(body), "subnets": subnets}}


def put_subnet(wanted: Body, stored: Body | None, situation: Situation) -> Body:
    asked = properties(wanted)
    network = situation.store.get(situation.id.parent)
    if network is None:
        raise ArmError(404, "ParentResourceNotFound", "The virtual network is gone.")
    space = properties(network.body)["addressSpace"]["addressPrefixes"]
    mine = _prefix(asked)
    _fits(situation.id.name, mine, [_network(each, "") for each in space], network.body["name"])
    for other in situation.store.children(network.id, SUBNET):
        taken = _network(_prefix(properties(other.body)), other.body["name"])
        wanted_network = _network(mine, situation.id.name)
        if other.id != str(situation.id) and taken.overlaps(wanted_network):
            raise ArmError(
                400,
                "NetcfgSubnetRangesOverlap",
                f"Subnet '{situation.id.name}' is not valid because its IP address range overlaps "
                f"with that of an existing subnet in virtual network '{network.body['name']}'.",
            )
    return {"properties": _subnet(asked)}


def show_subnet(body: Body, call: Call) -> Body:
    inside = [
        {"id": each.id}
        for each in call.store.of_type(PRIVATE_ENDPOINT)
        if properties(each.body)["subnet"]["id"].lower() == body["id"].lower()
    ]
    return {**body, "properties": {**properties(body), "privateEndpoints": inside}}


def _subnet(asked: Body) -> Body:
    return {
        **asked,
        "delegations": asked.get("delegations") or [],
        "ipConfigurationProfiles": [],
        "ipConfigurations": [],
        "privateEndpointNetworkPolicies": asked.get("privateEndpointNetworkPolicies") or "Disabled",
        "privateLinkServiceNetworkPolicies": asked.get("privateLinkServiceNetworkPolicies")
        or "Enabled",
        "provisioningState": "Succeeded",
        "purpose": "",
        "resourceNavigationLinks": [],
        "serviceAssociationLinks": [],
        "serviceEndpoints": asked.get("serviceEndpoints") or [],
    }


def may_delete_subnet(stored: Stored, situation: Situation) -> None:
    for each in situation.store.of_type(PRIVATE_ENDPOINT):
        if properties(each.body)["subnet"]["id"].lower() == stored.id.lower():
            raise _in_use(stored.body["name"], each.id)


def may_delete_network(stored: Stored, situation: Situation) -> None:
    prefix = stored.id.lower() + "/subnets/"
    for each in situation.store.of_type(PRIVATE_ENDPOINT):
        subnet = properties(each.body)["subnet"]["id"]
        if subnet.lower().startswith(prefix):
            raise _in_use(subnet.rpartition("/")[2], each.id)


def _in_use(subnet: str, by: str) -> ArmError:
    return ArmError(
        400,
        "InUseSubnetCannotBeDeleted",
        f"Subnet {subnet} is in use by {by} and cannot be deleted. In order to delete the subnet, "
        "delete all the resources within the subnet.",
    )


def _prefix(asked: Body) -> str:
    prefixes = asked.get("addressPrefixes") or [asked.get("addressPrefix")]
    return str(prefixes[0])


def _network(text: Any, name: str) -> Network:
    try:
        return ipaddress.ip_network(str(text))
    except ValueError:
        raise ArmError(
            400,
            "InvalidCIDRNotation",
            f"The address prefix {text} in resource {name} has an invalid CIDR notation. For the "
            "given prefix length, the address prefix should be aligned.",
        ) from None


def _fits(name: str, prefix: str, space: list[Network], network: str) -> None:
    mine = _network(prefix, name)
    for each in space:
        if mine.network_address in each and mine.broadcast_address in each:
            return
    raise ArmError(
        400,
        "NetcfgSubnetRangeOutsideVnet",
        f"Subnet '{name}' is not valid because its IP address range is outside the IP address "
        f"range of virtual network '{network}'.",
    )


KINDS = (
    Kind(
        type=NETWORK,
        put=put_network,
        may_delete=may_delete_network,
        etag="etag",
        etag_form='W/"{}"',
        tracked=True,
        after_put=keep_subnets,
        shown=show_network,
    ),
    Kind(
        type=SUBNET,
        put=put_subnet,
        may_delete=may_delete_subnet,
        etag="etag",
        etag_form='W/"{}"',
        shown=show_subnet,
    ),
)
