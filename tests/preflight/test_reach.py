"""Where a full deployment spills to, what private zones answer, and whose arithmetic is right."""

from dataclasses import replace

import pytest

from components.catalog import PRIVATE_DNS_ZONES
from scripts.exit import Exit
from scripts.preflight.checks.calculator import by_table, calculator
from scripts.preflight.checks.private_dns import private_dns
from scripts.preflight.checks.spillover import spillover
from scripts.subscription.facts import Estimate, ModelKey, PrivateZone, Unknown
from tests.preflight.worlds import (
    DATA_ZONE,
    GPT,
    MINI,
    PTU,
    STANDARD,
    SUBSCRIPTION,
    levels,
    said,
    seen,
    stack,
    standing,
    wants,
)

FULL = wants("reserved", sku=PTU, capacity=50, spillover="chat")
NETWORK = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/hub/providers/Microsoft.Network/vnet"
DEAD = Unknown(reason="zones: 500", fix="later", code=Exit.NOT_REACHED)


def spills(*others):
    wanted = stack(FULL, *others)
    return said(spillover(wanted, seen(wanted)))


def test_the_standard_sku_of_the_same_level_takes_over():
    assert spills(wants("chat", sku=DATA_ZONE)) == []


@pytest.mark.parametrize(
    ("other", "found"),
    [
        (wants("other", sku=DATA_ZONE), "declares no chat"),
        (wants("chat", sku=STANDARD), "chat is GlobalStandard of gpt-5.4"),
        (wants("chat", sku=DATA_ZONE, model=MINI), "chat is DataZoneStandard of gpt-4.1-mini"),
        (
            wants("chat", sku=DATA_ZONE, model=replace(GPT, version="2")),
            "chat is DataZoneStandard of gpt-5.4 2",
        ),
        (wants("chat", sku=DATA_ZONE, account="secondary"), "primary declares no chat"),
    ],
)
def test_what_does_not_fit_takes_nothing_over(other, found):
    ((level, text),) = spills(other)
    assert level == "fail"
    assert found in text


def test_what_would_fit_is_named():
    assert spills(wants("twin", sku=DATA_ZONE))[0][1].endswith("Fix: spillover: twin")


def test_only_provisioned_throughput_spills_over():
    wanted = stack(wants("a", sku=STANDARD, spillover="b"), wants("b", sku=STANDARD))
    ((_, text),) = said(spillover(wanted, seen(wanted)))
    assert "GlobalStandard does not spill over" in text


def zone(name, *addresses, host="contoso-primary", networks=()):
    id = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/hub/{name}"
    return PrivateZone(id=id, name=name, networks=networks, addresses=((host, addresses),))


def answers(zones, live=True, subnet=None, private=True):
    wanted = stack(wants(), private=private, subnet=subnet)
    answered = seen(wanted, zones=zones, accounts=(standing(),) if live else ())
    return said(private_dns(wanted, answered))


def test_three_zones_with_private_addresses_are_right():
    assert answers(tuple(zone(each, "10.50.0.4") for each in PRIVATE_DNS_ZONES)) == []


def test_each_zone_that_does_not_know_the_account_is_told():
    told = answers((zone(PRIVATE_DNS_ZONES[0], "10.50.0.4"), zone(PRIVATE_DNS_ZONES[1], host="x")))
    assert [level for level, _ in told] == ["warn", "warn"]
    assert f"contoso-primary.{PRIVATE_DNS_ZONES[1]} has no address" in told[0][1]


def test_a_public_address_in_a_private_zone_is_told():
    zones = tuple(zone(each, "20.1.2.3") for each in PRIVATE_DNS_ZONES)
    assert "answers 20.1.2.3" in answers(zones)[0][1]


@pytest.mark.parametrize("changes", [{"private": False}, {"live": False}])
def test_what_is_public_or_not_yet_there_has_no_zones_to_look_at(changes):
    assert answers((), **changes) == []
    assert answers(DEAD, **changes) == []


def test_zones_that_nobody_tells_are_unknown():
    assert [level for level, _ in answers(DEAD)] == ["unknown"]


def test_another_zone_of_the_network_is_in_the_way():
    subnet = f"{NETWORK}/subnets/ai"
    ours, theirs = PRIVATE_DNS_ZONES[:2]
    told = answers(
        (zone(ours, networks=(NETWORK.upper(),)), zone(theirs, networks=("another",))),
        live=False,
        subnet=subnet,
    )
    assert [level for level, _ in told] == ["warn"]
    assert "a link to the stack's own privatelink.cognitiveservices" in told[0][1]


def calculated(told, wanted=None):
    wanted = wanted or stack(wants(sku=PTU, capacity=50))
    key = (wanted.deployments[0].offered, PTU)
    return said(calculator(wanted, seen(wanted, estimates={key: told})))


def test_our_table_agrees_with_azures_calculator():
    assert by_table(GPT, PTU) == 1170
    assert calculated(Estimate(value=1167, deployable=1170)) == []


def test_a_difference_is_a_warning_with_both_numbers():
    ((level, text),) = calculated(Estimate(value=1300, deployable=1300))
    assert level == "warn"
    assert "Azure calculates 1300 PTU; wanted 1170 PTU, as our table has it" in text


def test_a_model_that_our_table_lacks_is_told():
    new = ModelKey(format="OpenAI", name="gpt-9", version="1")
    ((level, text),) = calculated(
        Estimate(value=10, deployable=15), stack(wants(model=new, sku=PTU, capacity=50))
    )
    assert (level, "wanted a row in our table" in text) == ("warn", True)


def test_a_calculator_that_does_not_answer_is_unknown():
    assert [level for level, _ in calculated(DEAD)] == ["unknown"]


def test_a_model_is_calculated_once_and_tokens_by_the_minute_never():
    two = stack(wants("a", sku=PTU, capacity=50), wants("b", sku=PTU, capacity=50))
    assert levels(calculator(two, seen(two, estimates={(GPT, PTU): DEAD}))) == ["unknown"]
    one = stack(wants(sku=STANDARD))
    assert list(calculator(one, seen(one, estimates={}))) == []
