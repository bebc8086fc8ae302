"""Capacity from demand, held against the vectors of Azure's own calculators."""

import pytest

from components.catalog import find_model, models
from policies.throughput import Demand, needs

GLOBAL, ZONE, REGION = (
    "GlobalProvisionedManaged",
    "DataZoneProvisionedManaged",
    "ProvisionedManaged",
)


def model(name):
    return next(each for each in models() if each.name == name)


def asked(requests, prompt, output, cached=0.0):
    return Demand(requests=requests, prompt_tokens=prompt, output_tokens=output, cache_share=cached)


@pytest.mark.parametrize(
    ("name", "sku", "demand", "units"),
    [
        ("gpt-5.2", ZONE, asked(1000, 200, 20), 110),
        ("gpt-5.2", ZONE, asked(1000, 200, 20, 0.5), 80),
        ("gpt-5.2", REGION, asked(1000, 100, 50), 150),
        ("gpt-4.1", GLOBAL, asked(300, 1500, 400), 310),
        ("gpt-4.1", REGION, asked(300, 1500, 400), 350),
        ("gpt-5-mini", REGION, asked(600, 500, 100), 50),
        ("gpt-5", GLOBAL, asked(10, 100, 50), 15),
        ("gpt-4o-mini", GLOBAL, asked(1000, 5000, 50), 145),
    ],
)
def test_provisioned_throughput_as_microsofts_calculator_has_it(name, sku, demand, units):
    (need,) = needs(demand, model(name), sku)
    assert (need.kind, need.units) == ("PTU", units)


@pytest.mark.parametrize(
    ("demand", "headroom", "tokens", "units"),
    [
        (asked(10, 400, 200), 1.2, 7_200, 8),
        (asked(60, 600, 200), 1.0, 48_000, 48),
        (asked(60, 600, 200), 1.2, 57_600, 58),
        (asked(200, 800, 400), 1.2, 288_000, 288),
        (asked(60, 600, 4096), 1.2, 338_112, 339),
    ],
)
def test_tokens_a_minute_as_planned(demand, headroom, tokens, units):
    need, _ = needs(demand.times(headroom), find_model("gpt-5.4", "2026-03-05"), "DataZoneStandard")
    assert need.amount == pytest.approx(tokens)
    assert (need.kind, need.units) == ("TPM", units)


def test_many_small_requests_are_counted_too():
    tokens, requests = needs(asked(1200, 1, 1), model("gpt-5.4"), "GlobalStandard")
    assert (tokens.units, requests.units) == (3, 120)


@pytest.mark.parametrize("sku", ["GlobalBatch", "Turbo", ""])
def test_nobody_knows_the_rate_of_a_batch(sku):
    assert needs(asked(1, 1, 1), model("gpt-5.4"), sku) == []


def test_a_model_that_is_not_sold_as_provisioned_has_no_rate_there():
    assert needs(asked(1, 1, 1), model("text-embedding-3-large"), GLOBAL) == []


def test_more_than_anybody_sells_is_no_crash():
    (need,) = needs(asked(1e300, 1e300, 1e300), model("gpt-5.4"), GLOBAL)
    assert need.share(1e6) < 1


def test_nothing_is_enough_for_nobody():
    tokens, _ = needs(asked(60, 600, 200).times(0), model("gpt-5.4"), "GlobalStandard")
    assert tokens.share(0) >= 1
