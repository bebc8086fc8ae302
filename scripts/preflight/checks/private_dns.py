"""Whether private zones answer with private addresses, and whether another zone is in the way."""

import ipaddress
from collections.abc import Iterator

from components.catalog import PRIVATE_DNS_ZONES
from scripts.preflight.finding import Finding, cannot_tell, warns
from scripts.preflight.seen import Seen
from scripts.preflight.wanted import Wanted, WantedAccount
from scripts.subscription.facts import PrivateZone, Unknown


def private_dns(wanted: Wanted, seen: Seen) -> Iterator[Finding]:
    """Only of accounts that are private, and of what stands before `up`: it makes the rest."""
    for each in wanted.accounts:
        live = seen.live_account(each)
        if not each.private or (live is None and each.subnet is None):
            continue
        place = (*each.place, "network")
        wants = f"{each.subdomain} at private addresses"
        if isinstance(live, Unknown):
            yield cannot_tell("dns", place, live, wants)
            continue
        if isinstance(seen.zones, Unknown):
            yield cannot_tell("dns", place, seen.zones, wants)
            continue
        if live:
            for name in PRIVATE_DNS_ZONES:
                yield from _answers(each, name, seen.zones)
        else:
            yield from _in_the_way(each, seen.zones)


def _answers(wanted: WantedAccount, name: str, zones: tuple[PrivateZone, ...]) -> Iterator[Finding]:
    host = f"{wanted.subdomain}.{name}"
    told = [
        address
        for zone in zones
        if zone.name == name
        for record, addresses in zone.addresses
        if record.lower() == wanted.subdomain.lower()
        for address in addresses
    ]
    public = [each for each in told if not ipaddress.ip_address(each).is_private]
    if told and not public:
        return
    yield warns(
        "dns",
        (*wanted.place, "network"),
        found=f"{host} answers {', '.join(public)}" if public else f"{host} has no address",
        wanted="a private one: without it callers in the network are refused",
        fix="pulumi up --refresh; if that changes nothing, see the endpoint's DNS zone group",
    )


def _in_the_way(wanted: WantedAccount, zones: tuple[PrivateZone, ...]) -> Iterator[Finding]:
    """Azure links a network to one zone of a name, and `up` brings zones of its own."""
    network = (wanted.subnet or "").partition("/subnets/")[0].lower()
    for zone in zones:
        if network in (each.lower() for each in zone.networks):
            yield warns(
                "dns",
                (*wanted.place, "network", "private_endpoint_subnet"),
                found=f"the network asks {zone.id} already",
                wanted=f"a link to the stack's own {zone.name}, of which a network takes one",
                fix="another network, or unlink that zone first",
            )
