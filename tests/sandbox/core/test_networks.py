"""Networks, subnets, endpoints and zones."""

from typing import Any

import pytest

from tests.sandbox.core.cloud import ACCOUNT, ACCOUNT_BODY, GROUP, SUBSCRIPTION, Cloud, code
from tests.sandbox.core.examples import ENDPOINT, EXAMPLES, SUBNET, VNET, ZONE

BODIES = {path: body for _, path, body in EXAMPLES}
LINK = f"{ZONE}/virtualNetworkLinks/vnet-test"
ZONES = f"{ENDPOINT}/privateDnsZoneGroups/default"


@pytest.fixture
def wired(cloud: Cloud) -> Cloud:
    """A network, a subnet, a zone and its link."""
    for path in (VNET, SUBNET, ZONE, LINK):
        assert cloud.put(path, BODIES[path]).status == 201
    return cloud


def prefix(text: str) -> dict[str, Any]:
    return {"properties": {"addressPrefix": text}}


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("10.1.0.0/24", "NetcfgSubnetRangeOutsideVnet"),
        ("10.0.1.128/25", "NetcfgSubnetRangesOverlap"),
        ("10.0.2.1/24", "InvalidCIDRNotation"),
        ("moon", "InvalidCIDRNotation"),
    ],
)
def test_a_subnet_fits_its_network_and_its_neighbours(
    wired: Cloud, wanted: str, expected: str
) -> None:
    assert code(wired.put(f"{VNET}/subnets/other", prefix(wanted))) == (400, expected)


def test_subnets_that_come_with_the_network_are_resources_too(cloud: Cloud) -> None:
    body = {**BODIES[VNET], "properties": {**BODIES[VNET]["properties"]}}
    body["properties"]["subnets"] = [{"name": "ai", **prefix("10.0.1.0/24")}]
    cloud.put(VNET, body)
    assert cloud.get(SUBNET).body["properties"]["addressPrefix"] == "10.0.1.0/24"
    assert len(cloud.put(VNET, BODIES[VNET]).body["properties"]["subnets"]) == 1


def test_an_endpoint_is_seen_from_both_of_its_ends(wired: Cloud) -> None:
    made = wired.put(ENDPOINT, BODIES[ENDPOINT]).body["properties"]
    assert made["customDnsConfigs"][0]["ipAddresses"] == ["10.0.1.4"]
    assert len(made["customDnsConfigs"]) == 3
    (connection,) = wired.get(ACCOUNT).body["properties"]["privateEndpointConnections"]
    assert connection["properties"]["privateEndpoint"] == {"id": ENDPOINT}
    wired.delete(ENDPOINT)
    assert wired.get(ACCOUNT).body["properties"]["privateEndpointConnections"] == []


def test_two_endpoints_have_two_addresses(wired: Cloud) -> None:
    wired.put(ENDPOINT, BODIES[ENDPOINT])
    second = wired.put(f"{ENDPOINT}-2", BODIES[ENDPOINT]).body["properties"]
    assert second["customDnsConfigs"][0]["ipAddresses"] == ["10.0.1.5"]
    again = wired.put(ENDPOINT, BODIES[ENDPOINT]).body["properties"]
    assert again["customDnsConfigs"][0]["ipAddresses"] == ["10.0.1.4"]


def linked(**changes: Any) -> dict[str, Any]:
    link = {"privateLinkServiceId": ACCOUNT, "groupIds": ["account"], **changes}
    connections = [{"name": "account", "properties": link}]
    return {
        "location": "swedencentral",
        "properties": {"subnet": {"id": SUBNET}, "privateLinkServiceConnections": connections},
    }


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (linked(groupIds=["blob"]), "InvalidGroupIds"),
        (linked(privateLinkServiceId=f"{ACCOUNT}-gone"), "InvalidResourceReference"),
        ({**linked(), "location": "eastus"}, "InvalidResourceReference"),
        ({"location": "swedencentral", "properties": {}}, "InvalidResourceReference"),
    ],
)
def test_a_wrong_endpoint_is_refused(wired: Cloud, wanted: dict[str, Any], expected: str) -> None:
    assert code(wired.put(ENDPOINT, wanted)) == (400, expected)


def test_an_account_without_a_subdomain_has_no_endpoint(wired: Cloud) -> None:
    plain = f"{ACCOUNT}-plain"
    wired.put(plain, {**ACCOUNT_BODY, "properties": {}})
    assert wired.put(ENDPOINT, linked(privateLinkServiceId=plain)).status == 400


def test_what_is_in_use_stays(wired: Cloud) -> None:
    wired.put(ENDPOINT, BODIES[ENDPOINT])
    assert code(wired.delete(SUBNET)) == (400, "InUseSubnetCannotBeDeleted")
    assert code(wired.delete(VNET)) == (400, "InUseSubnetCannotBeDeleted")
    assert code(wired.delete(ZONE)) == (409, "CannotDeleteResource")


def test_a_group_whose_subnet_is_used_from_elsewhere_stays(wired: Cloud) -> None:
    other = f"{SUBSCRIPTION}/resourceGroups/rg-other"
    wired.put(other, {"location": "swedencentral"})
    elsewhere = ENDPOINT.replace(GROUP, other)
    assert wired.put(elsewhere, BODIES[ENDPOINT]).status == 201
    refused = wired.delete(GROUP)
    assert code(refused) == (409, "ResourceGroupDeletionBlocked")
    assert refused.body["error"]["details"][0]["target"] == SUBNET


def test_a_zone_group_writes_the_records_of_its_zones(wired: Cloud) -> None:
    wired.put(ENDPOINT, BODIES[ENDPOINT])
    made = wired.put(ZONES, BODIES[ZONES]).body["properties"]
    (config,) = made["privateDnsZoneConfigs"]
    (record,) = config["properties"]["recordSets"]
    assert record["fqdn"] == "ai-test.privatelink.openai.azure.com"
    gone = {"name": "gone", "properties": {"privateDnsZoneId": f"{ZONE}.gone"}}
    wrong = {"properties": {"privateDnsZoneConfigs": [gone]}}
    assert code(wired.put(ZONES, wrong)) == (400, "InvalidResourceReference")


def test_a_zone_counts_its_links_and_takes_a_network_once(wired: Cloud) -> None:
    assert wired.get(ZONE).body["properties"]["numberOfVirtualNetworkLinks"] == 1
    assert code(wired.put(f"{LINK}-2", BODIES[LINK])) == (409, "Conflict")


def test_a_zone_answers_with_the_address_of_the_endpoint(wired: Cloud) -> None:
    wired.put(ENDPOINT, BODIES[ENDPOINT])
    assert wired.get(f"{ZONE}/A").body["value"] == []
    wired.put(ZONES, BODIES[ZONES])
    (record,) = wired.get(f"{ZONE}/A").body["value"]
    assert record["properties"]["aRecords"] == [{"ipv4Address": "10.0.1.4"}]
    assert wired.get(f"{ZONE}/A/{record['name']}").body == record
