"""Who reaches an account over the public network: what Azure takes as rules."""

import ipaddress
from collections.abc import Mapping
from typing import Any, Final

from sandbox.arm.cognitiveservices import names
from sandbox.arm.errors import ArmError, bad_request
from sandbox.arm.kind import properties
from sandbox.store import Body

ACTIONS: Final = ("Allow", "Deny")
BYPASSES: Final = ("AzureServices", "None")
PRIVATE: Final = tuple(
    map(ipaddress.IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))
)
SMALLEST: Final = 30
"""Bits of the longest prefix: Azure takes no /31 and no /32, but single addresses."""


def acls(asked: Any, subdomain: str, subnets: Mapping[str, Body | None]) -> Body:
    """The rules as Azure would store them; `subnets` are those that they name, by id.

    Raises:
        ArmError: 400; the rules are published, the texts are unverified but for the subnets'.
    """
    given: Body = asked if isinstance(asked, dict) else {}
    action, bypass = given.get("defaultAction") or "Allow", given.get("bypass")
    if action not in ACTIONS:
        raise bad_request(f"The defaultAction '{action}' of networkAcls must be Allow or Deny.")
    if bypass is not None and bypass not in BYPASSES:
        raise bad_request(f"The bypass '{bypass}' of networkAcls must be AzureServices or None.")
    addresses = [_value(each) for each in given.get("ipRules") or []]
    rules: list[Body] = given.get("virtualNetworkRules") or []
    if (addresses or rules) and not subdomain:
        raise bad_request("The networkAcls need a customSubDomainName on the account.")
    for address in addresses:
        _public(address)
    for rule in rules:
        if not rule.get("ignoreMissingVnetServiceEndpoint"):
            _reached(str(rule.get("id")), subnets)
    stored: Body = {
        "defaultAction": action,
        "ipRules": [{"value": each} for each in addresses],
        "virtualNetworkRules": rules,
    }
    return {**stored, "bypass": bypass} if bypass else stored


def _value(rule: Any) -> str:
    return str(rule.get("value") if isinstance(rule, dict) else rule)


def _public(text: str) -> None:
    """A public IPv4 address, or a range of them that is not too small."""
    try:
        network = ipaddress.IPv4Network(text, strict=False)
    except ValueError:
        raise bad_request(
            f"The value '{text}' of ipRules is no IPv4 address or range in CIDR notation."
        ) from None
    if "/" in text and network.prefixlen > SMALLEST:
        raise bad_request(
            f"The range '{text}' of ipRules is too small: prefixes of /31 and /32 are not "
            "supported. Use single addresses."
        )
    if any(network.overlaps(each) for each in PRIVATE):
        raise bad_request(
            f"The value '{text}' of ipRules is not a public internet address: ranges reserved for "
            "private networks are not allowed."
        )


def _reached(id: str, subnets: Mapping[str, Body | None]) -> None:
    subnet = subnets.get(id)
    if subnet is None:
        raise ArmError(
            400,
            "InvalidResourceReference",
            f"Resource {id} referenced by networkAcls was not found.",
        )
    offered = {each.get("service") for each in properties(subnet).get("serviceEndpoints") or []}
    if names.NAMESPACE not in offered:
        network, _, name = id.rpartition("/subnets/")
        raise ArmError(
            400,
            "SubnetsHaveNoServiceEndpointsConfigured",
            f"Subnets {name} of virtual network {network} do not have ServiceEndpoints for "
            f"{names.NAMESPACE} resources configured. Add {names.NAMESPACE} to subnet's "
            f"ServiceEndpoints collection before trying to ACL {names.NAMESPACE} resources to "
            "these subnets.",
        )


def named(asked: Any) -> list[str]:
    """The subnets that rules name."""
    given: Body = asked if isinstance(asked, dict) else {}
    return [str(each.get("id")) for each in given.get("virtualNetworkRules") or []]
