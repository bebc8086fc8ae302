"""Microsoft.Network/privateEndpoints, their DNS zone groups, and what they leave on the target."""

import ipaddress
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sandbox.arm import operations
from sandbox.arm.cognitiveservices import names
from sandbox.arm.errors import ArmError
from sandbox.arm.kind import Kind, Situation, as_private_endpoint, properties
from sandbox.arm.network import PRIVATE_ENDPOINT, SUBNET
from sandbox.arm.privatedns import ZONE
from sandbox.around import Around
from sandbox.clock import moment
from sandbox.store import Body, Stored, new_etag

ZONE_GROUP = f"{PRIVATE_ENDPOINT}/privateDnsZoneGroups"
STORE = "Microsoft.AppConfiguration/configurationStores"
GROUP_OF = {names.ACCOUNT.lower(): "account", STORE.lower(): "configurationStores"}
ACCOUNT_ZONES = ("cognitiveservices.azure.com", "openai.azure.com", "services.ai.azure.com")
RESERVED_ADDRESSES = 4


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a write to one endpoint depends on besides itself."""

    id: str
    subnet: Body | None
    network_location: str
    target: Body | None
    target_busy: bool
    target_settled: datetime | None
    """When the network's view of the target will have caught up with it."""
    now: datetime
    taken: frozenset[str]
    """Addresses of the subnet that other endpoints have."""


def put(wanted: Body, stored: Body | None, facts: Facts) -> Body:
    """The endpoint as Azure would store it.

    Raises:
        ArmError: 400 AccountProvisioningStateInvalid right after a write to the account
            (azurerm#31712); 400 InvalidResourceReference.
    """
    asked = properties(wanted)
    subnet_id = (asked.get("subnet") or {}).get("id")
    if facts.subnet is None or facts.network_location != wanted["location"]:
        raise _reference(str(subnet_id), facts.id)
    links = asked.get("privateLinkServiceConnections") or []
    manual = asked.get("manualPrivateLinkServiceConnections") or []
    if len(links) + len(manual) != 1:
        raise ArmError(
            400,
            "InvalidRequestFormat",
            f"Private endpoint {facts.id} must have exactly one private link service connection.",
        )
    link = (links or manual)[0]
    target_id = properties(link).get("privateLinkServiceId")
    if facts.target is None:
        raise _reference(str(target_id), facts.id)
    _check_target(link, facts)
    address = _address(stored, facts)
    nic = f"{facts.id.rsplit('/', 2)[0]}/networkInterfaces/{facts.id.rpartition('/')[2]}.nic"
    before = properties(stored).get("networkInterfaces")
    state = {"status": "Approved", "description": "Auto-Approved", "actionsRequired": "None"}
    if manual:
        state = {**state, "status": "Pending", "description": ""}
    connected = {
        "id": f"{facts.id}/privateLinkServiceConnections/{link['name']}",
        "name": link["name"],
        "type": f"{PRIVATE_ENDPOINT}/privateLinkServiceConnections",
        "etag": f'W/"{new_etag()}"',
        "properties": {
            **properties(link),
            "provisioningState": "Succeeded",
            "privateLinkServiceConnectionState": state,
        },
    }
    return {
        "location": wanted["location"],
        "tags": wanted.get("tags") or {},
        "properties": {
            **asked,
            "provisioningState": "Succeeded",
            "resourceGuid": properties(stored).get("resourceGuid", str(uuid.uuid4())),
            "subnet": {"id": facts.subnet["id"]},
            "privateLinkServiceConnections": [] if manual else [connected],
            "manualPrivateLinkServiceConnections": [connected] if manual else [],
            "networkInterfaces": before or [{"id": f"{nic}.{uuid.uuid4()}"}],
            "customDnsConfigs": _dns(facts.target, address),
            "customNetworkInterfaceName": asked.get("customNetworkInterfaceName") or "",
            "ipConfigurations": asked.get("ipConfigurations") or [],
            "applicationSecurityGroups": asked.get("applicationSecurityGroups") or [],
        },
    }


def _check_target(link: Body, facts: Facts) -> None:
    target = facts.target or {}
    group = GROUP_OF[target["type"].lower()]
    if properties(link).get("groupIds") != [group]:
        raise ArmError(
            400,
            "InvalidGroupIds",
            f"The group ids {properties(link).get('groupIds')} of private endpoint {facts.id} are "
            f"not valid. Supported group ids: {group}.",
        )
    if target["type"] != names.ACCOUNT:
        return
    settling = facts.target_settled is not None and facts.now < facts.target_settled
    if facts.target_busy or settling:
        raise ArmError(
            400,
            "AccountProvisioningStateInvalid",
            "Call to Microsoft.CognitiveServices/accounts failed. Error message: Account "
            f"{target['id']} in state Accepted",
        )
    if not properties(target).get("customSubDomainName"):
        # Text unverified.
        raise ArmError(
            400,
            "BadRequest",
            "Call to Microsoft.CognitiveServices/accounts failed. Error message: Account "
            f"{target['id']} has no custom subdomain name.",
        )


def _reference(missing: str, by: str) -> ArmError:
    return ArmError(
        400,
        "InvalidResourceReference",
        f"Resource {missing} referenced by resource {by} was not found. Please make sure that the "
        "referenced resource exists, and that both resources are in the same region.",
    )


def _address(stored: Body | None, facts: Facts) -> str:
    configs = properties(stored).get("customDnsConfigs")
    if configs:
        return str(configs[0]["ipAddresses"][0])
    subnet = properties(facts.subnet)
    prefix = (subnet.get("addressPrefixes") or [subnet.get("addressPrefix")])[0]
    for number, host in enumerate(ipaddress.ip_network(prefix).hosts(), start=1):
        if number >= RESERVED_ADDRESSES and str(host) not in facts.taken:
            return str(host)
    raise ArmError(
        400,
        "SubnetIsFull",
        f"Subnet {(facts.subnet or {})['name']} with address prefix {prefix} does not have enough "
        "capacity for 1 IP addresses.",
    )


def _dns(target: Body, address: str) -> list[Body]:
    if target["type"] == names.ACCOUNT:
        host = properties(target).get("customSubDomainName", target["name"])
        zones = ACCOUNT_ZONES if target["kind"] == "AIServices" else ACCOUNT_ZONES[1:2]
    else:
        host, zones = target["name"], ("azconfig.io",)
    return [{"fqdn": f"{host}.{zone}", "ipAddresses": [address]} for zone in zones]


def decide(wanted: Body, stored: Body | None, situation: Situation) -> Body:
    store, asked = situation.store, properties(wanted)
    subnet = store.get((asked.get("subnet") or {}).get("id") or "-")
    if subnet and subnet.type != SUBNET:
        subnet = None
    network = store.get(subnet.id.rsplit("/", 2)[0]) if subnet else None
    target = store.get(_target_id(asked) or "-")
    if target and target.type.lower() not in GROUP_OF:
        target = None
    delay = situation.around.settings.profile.network_delay_seconds
    is_account = target is not None and target.type == names.ACCOUNT
    others = [
        address
        for each in store.of_type(PRIVATE_ENDPOINT)
        for config in properties(each.body)["customDnsConfigs"]
        for address in config["ipAddresses"]
        if each.id != str(situation.id)
    ]
    return put(
        wanted,
        stored,
        Facts(
            id=str(situation.id),
            subnet=subnet.body if subnet else None,
            network_location=network.body["location"] if network else "",
            target=target.body if target else None,
            target_busy=is_account and operations.occupied(situation.around, target.id)
            if target
            else False,
            target_settled=moment(target.changed_at) + timedelta(seconds=delay)
            if target and is_account
            else None,
            now=situation.now,
            taken=frozenset(others),
        ),
    )


def _target_id(asked: Body) -> str | None:
    for key in ("privateLinkServiceConnections", "manualPrivateLinkServiceConnections"):
        for link in asked.get(key) or []:
            id: str | None = properties(link).get("privateLinkServiceId")
            return id
    return None


def connect(around: Around, stored: Stored) -> None:
    """The target shows who is connected to it."""
    target = around.store.get(_target_id(properties(stored.body)) or "-")
    if target is None:
        return
    name = f"{stored.body['name']}.connection"
    type = f"{target.type}/privateEndpointConnections"
    id = f"{target.id}/privateEndpointConnections/{name}"
    ours = properties(stored.body)
    links = [
        *ours["privateLinkServiceConnections"],
        *ours["manualPrivateLinkServiceConnections"],
    ]
    etag = new_etag()
    body: Body = {
        "id": id,
        "name": name,
        "type": type,
        "properties": {
            "privateEndpoint": {"id": stored.id},
            "privateLinkServiceConnectionState": links[0]["properties"][
                "privateLinkServiceConnectionState"
            ],
            "provisioningState": "Succeeded",
        },
    }
    if target.type == names.ACCOUNT:
        body["location"] = target.body["location"]
        body["etag"] = f'"{etag}"'
        body["properties"]["groupIds"] = ["account"]
    around.store.put(id, type, body, etag=etag)


def disconnect(around: Around, stored: Stored) -> None:
    target = _target_id(properties(stored.body))
    if target:
        around.store.delete(f"{target}/privateEndpointConnections/{stored.body['name']}.connection")


def put_connection(wanted: Body, stored: Body | None, situation: Situation) -> Body:
    """Approve or reject what is there; a connection is never made from this side."""
    if stored is None:
        raise ArmError(
            404,
            "ResourceNotFound",
            f"The private endpoint connection '{situation.id.name}' was not found.",
        )
    asked = properties(wanted).get("privateLinkServiceConnectionState") or {}
    before = properties(stored)
    state = {**before["privateLinkServiceConnectionState"], **asked}
    kept = {key: stored[key] for key in ("location",) if key in stored}
    return {**kept, "properties": {**before, "privateLinkServiceConnectionState": state}}


def put_zone_group(wanted: Body, stored: Body | None, situation: Situation) -> Body:
    """Which private zones get the endpoint's records."""
    endpoint = situation.store.get(situation.id.parent)
    configs = properties(wanted).get("privateDnsZoneConfigs") or []
    for each in configs:
        zone = situation.store.get(properties(each).get("privateDnsZoneId") or "-")
        if zone is None or zone.type != ZONE:
            raise _reference(str(properties(each).get("privateDnsZoneId")), str(situation.id))
    dns = properties(endpoint.body)["customDnsConfigs"] if endpoint else []
    return {
        "properties": {
            "provisioningState": "Succeeded",
            "privateDnsZoneConfigs": [
                {
                    "id": f"{situation.id}/privateDnsZoneConfigs/{each['name']}",
                    "name": each["name"],
                    "etag": f'W/"{new_etag()}"',
                    "type": f"{ZONE_GROUP}/privateDnsZoneConfigs",
                    "properties": {
                        **properties(each),
                        "provisioningState": "Succeeded",
                        "recordSets": _records(properties(each)["privateDnsZoneId"], dns),
                    },
                }
                for each in configs
            ],
        }
    }


def _records(zone_id: str, dns: list[Body]) -> list[Body]:
    zone = zone_id.rpartition("/")[2]
    return [
        {
            "recordType": "A",
            "recordSetName": each["fqdn"].partition(".")[0],
            "fqdn": f"{each['fqdn'].partition('.')[0]}.{zone}",
            "ttl": 10,
            "provisioningState": "Succeeded",
            "ipAddresses": each["ipAddresses"],
        }
        for each in dns
        if zone == f"privatelink.{each['fqdn'].partition('.')[2]}"
    ]


KINDS = (
    Kind(
        type=PRIVATE_ENDPOINT,
        put=decide,
        takes=as_private_endpoint,
        delete_takes=as_private_endpoint,
        first_state="Updating",
        etag="etag",
        etag_form='W/"{}"',
        tracked=True,
        after_put=connect,
        after_delete=disconnect,
    ),
    Kind(
        type=ZONE_GROUP,
        put=put_zone_group,
        first_state="Updating",
        etag="etag",
        etag_form='W/"{}"',
    ),
    Kind(
        type=names.PRIVATE_ENDPOINT_CONNECTION,
        put=put_connection,
        created=200,
        etag="etag",
        locks=True,
    ),
    Kind(type=f"{STORE}/privateEndpointConnections", put=put_connection),
)
