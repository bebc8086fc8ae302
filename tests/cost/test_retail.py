"""Azure's price list in the shape of its reference, rows as they were quoted in 2026."""

import httpx2
import pytest

from components.prices import price_list
from scripts.cost.price import Sold
from scripts.cost.retail import HOST, NotReached, NotRead, ask, compare, judge, rows
from scripts.exit import Exit

REGION = "swedencentral"


def row(meter, price, unit="1M", product="Azure OpenAI GPT5", **more):
    return {
        "currencyCode": "USD",
        "tierMinimumUnits": 0.0,
        "retailPrice": price,
        "unitPrice": price,
        "armRegionName": REGION,
        "location": "SE Central",
        "effectiveStartDate": "2026-07-01T00:00:00Z",
        "meterId": "00000000-0000-0000-0000-000000000000",
        "meterName": meter,
        "productName": product,
        "skuName": meter.removesuffix(" Tokens"),
        "serviceName": "Foundry Models",
        "serviceFamily": "AI + Machine Learning",
        "unitOfMeasure": unit,
        "type": "Consumption",
        "isPrimaryMeterRegion": True,
        "armSkuName": "",
        **more,
    }


def page(*found, next=None):
    return {
        "BillingCurrency": "USD",
        "CustomerEntityId": "Default",
        "CustomerEntityType": "Retail",
        "Items": list(found),
        "NextPageLink": next,
        "Count": len(found),
    }


LISTED = [
    row("5.4 inp Dz 1M Tokens", 2.75),
    row("5.4 cd inp Dz 1M Tokens", 0.275),
    row("5.4 opt Dz 1M Tokens", 16.5),
    row("gpt 4.1 mini Inp regnl Tokens", 0.000484, "1K", "Azure OpenAI"),
    row("Provisioned Managed Global Unit", 1.0, "1/Hour", "Azure OpenAI"),
    row(
        "Provisioned Managed Global Unit",
        260,
        "1/Hour",
        "Azure AI Foundry Provisioned Throughput Reservation",
        type="Reservation",
        reservationTerm="1 Month",
    ),
    row(
        "Provisioned Managed Global Unit",
        2652,
        "1/Hour",
        "Azure AI Foundry Provisioned Throughput Reservation",
        type="Reservation",
        reservationTerm="1 Year",
    ),
]


def compared(*found):
    return compare(rows(page(*found)).rows, price_list(), REGION)


def sold(model="gpt-5.4", version="2026-03-05", sku="DataZoneStandard"):
    return Sold(model=model, version=version, sku=sku, location=REGION)


def codes(found, *billed):
    return {each.code for each in judge(found, billed, price_list())}


def test_units_of_a_thousand_and_of_a_million_are_the_same_price():
    quotes = {each.meter: each.theirs for each in compared(*LISTED).quotes}
    assert quotes["gpt 4.1 mini Inp regnl Tokens"] == pytest.approx(0.484)
    assert quotes["5.4 inp Dz 1M Tokens"] == 2.75


def test_a_reservation_is_priced_by_its_whole_term_though_it_says_an_hour():
    found = [each for each in compared(*LISTED).quotes if "Provisioned" in each.meter]
    assert [(each.what.split(", ")[1], each.theirs, each.differs) for each in found] == [
        ("hour", 1.0, False),
        ("month", 260, False),
        ("year", 2652, False),
    ]


def test_prices_that_hold_are_a_yes():
    assert codes(compared(*LISTED), sold()) == {Exit.YES}


def test_a_price_that_moved_is_a_no_and_names_its_meter():
    moved = [row("5.4 inp Dz 1M Tokens", 3.0), *LISTED[1:]]
    said = [each.text for each in judge(compared(*moved), [sold()], price_list()) if each.code]
    assert len(said) == 1 and "is 3 by 5.4 inp Dz 1M Tokens, ours is 2.75" in said[0]


def test_what_the_stack_is_billed_by_and_the_list_lacks_is_not_known():
    assert codes(compared(*LISTED[1:]), sold()) == {Exit.YES, Exit.CANNOT_TELL}
    assert codes(compared(*LISTED), sold("Mistral-Large-3", "1")) == {Exit.CANNOT_TELL}


def test_an_unknown_meter_is_named_and_never_taken_for_a_known_one():
    longer = row("5.4 longco inp Dz 1M Tokens", 5.5)
    found = compared(*LISTED, longer)
    assert found.unread == ["5.4 longco inp Dz 1M Tokens"]
    assert codes(found, sold()) == {Exit.YES}


def test_meters_are_known_however_they_are_capitalised():
    assert compared(row("5.4 CD Inp dz 1M Tokens", 0.275)).unread == []


@pytest.mark.parametrize(
    "odd",
    [
        row("5.4 inp Dz 1M Tokens", 2.75, "100"),
        row("5.4 inp Dz 1M Tokens", 2.75, "1/Hour", reservationTerm="3 Years"),
        row("5.4 inp Dz 1M Tokens", 2.75, currencyCode="EUR"),
    ],
)
def test_a_meter_of_ours_in_a_unit_that_nobody_reads_is_an_error(odd):
    with pytest.raises(NotRead, match=r"5\.4 inp Dz 1M Tokens"):
        compared(odd)


@pytest.mark.parametrize(
    "broken",
    [{}, {"Items": [{"meterName": "x"}]}, page(row("x", -1)), page(row("x", float("nan")))],
)
def test_what_is_no_price_list_is_an_error(broken):
    with pytest.raises(NotRead, match="no page"):
        rows(broken)


def asked(*answers):
    seen = []

    def handler(request):
        seen.append(request.url)
        return answers[len(seen) - 1]

    with httpx2.Client(transport=httpx2.MockTransport(handler)) as client:
        return list(ask(client, REGION, "USD")), seen


def test_every_page_is_read():
    first = page(LISTED[0], next=f"https://{HOST}/api/retail/prices?$skip=1000")
    found, seen = asked(
        httpx2.Response(200, json=first), httpx2.Response(200, json=page(*LISTED[1:]))
    )
    assert len(found) == len(LISTED)
    assert "armRegionName eq 'swedencentral'" in seen[0].params["$filter"]


def test_no_page_leads_elsewhere():
    away = page(LISTED[0], next="https://contoso.com/prices")
    with pytest.raises(NotRead, match=r"contoso\.com"):
        asked(httpx2.Response(200, json=away))


@pytest.mark.parametrize("status", [404, 429, 500])
def test_who_refuses_is_not_reached(status):
    with pytest.raises(NotReached, match=HOST):
        asked(httpx2.Response(status))
