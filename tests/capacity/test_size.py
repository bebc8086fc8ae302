import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.catalog import CapacityStep, Provisioned, find_model, models
from policies.throughput import Demand, units
from scripts.capacity.peak import Peak
from scripts.capacity.size import NotSized, calls_per_day, calls_per_minute, size, tier

CHAT = find_model("gpt-5.4", "2026-03-05")
GLOBAL, ZONE, REGION = (
    "GlobalProvisionedManaged",
    "DataZoneProvisionedManaged",
    "ProvisionedManaged",
)
RATES = {
    "gpt-5.5": (1200, 6),
    "gpt-5.4": (2400, 6),
    "gpt-5.2": (3400, 8),
    "gpt-5.1": (4750, 8),
    "gpt-5": (4750, 8),
    "gpt-5-mini": (23750, 8),
    "gpt-4.1": (3000, 4),
    "gpt-4.1-mini": (14900, 4),
    "gpt-4o": (2500, 4),
    "gpt-4o-mini": (37000, 4),
    "o4-mini": (5400, 4),
}


def named(name):
    return next(each for each in models() if each.name == name)


def asked(requests, prompt, output, cached=0.0):
    return Demand(requests=requests, prompt_tokens=prompt, output_tokens=output, cache_share=cached)


def test_ten_thousand_tokens_a_minute_are_forty_calls():
    assert calls_per_minute(10_000, 100 + 150) == 40
    assert calls_per_day(40) == 57_600


def test_a_limit_on_requests_counts_as_well_as_one_on_tokens():
    assert calls_per_minute(10_000, 10, requests_per_minute=60) == 60


@pytest.mark.parametrize(
    ("tokens", "name"),
    [
        (1_000, "dev"),
        (9_999, "dev"),
        (10_000, "small"),
        (49_999, "small"),
        (50_000, "medium"),
        (199_999, "medium"),
        (200_000, "large"),
        (10**9, "large"),
    ],
)
def test_a_tier_ends_where_the_next_begins(tokens, name):
    assert tier(tokens) == name


@pytest.mark.parametrize(
    ("demand", "headroom", "tokens", "units_", "name"),
    [
        (asked(10, 400, 200), 1.2, 7_200, 8, "dev"),
        (asked(60, 600, 200), 1.0, 48_000, 48, "small"),
        (asked(60, 600, 200), 1.2, 57_600, 58, "medium"),
        (asked(200, 800, 400), 1.2, 288_000, 288, "large"),
        (asked(60, 600, 4096), 1.2, 338_112, 339, "large"),
    ],
)
def test_tokens_a_minute_by_the_vectors(demand, headroom, tokens, units_, name):
    found = size(demand.times(headroom), CHAT, "GlobalStandard")
    assert found.needs[0].amount == pytest.approx(tokens)
    assert (found.capacity, found.tier) == (units_, name)


@pytest.mark.parametrize(
    ("name", "sku", "demand", "raw", "capacity"),
    [
        ("gpt-5.2", ZONE, asked(1000, 200, 20), 105.88, 110),
        ("gpt-5.2", ZONE, asked(1000, 200, 20, 0.5), 76.47, 80),
        ("gpt-5.4", GLOBAL, asked(300, 1200, 350, 0.3), 367.5, 370),
        ("gpt-5", GLOBAL, asked(60, 1000, 300), 42.95, 45),
        ("gpt-5-mini", GLOBAL, asked(60, 1000, 300), 8.59, 15),
        ("gpt-5.2", REGION, asked(1000, 100, 50), 147.06, 150),
        ("gpt-4.1", GLOBAL, asked(300, 1500, 400), 310, 310),
        ("gpt-4.1", REGION, asked(300, 1500, 400), 310, 350),
        ("gpt-5-mini", REGION, asked(600, 500, 100), 32.84, 50),
        ("gpt-5", GLOBAL, asked(10, 100, 50), 1.05, 15),
        ("gpt-4o-mini", GLOBAL, asked(1000, 5000, 50), 140.54, 145),
    ],
)
def test_throughput_units_by_the_vectors(name, sku, demand, raw, capacity):
    found = size(demand, named(name), sku)
    assert found.raw == pytest.approx(raw, abs=0.006)
    assert found.capacity == capacity


@pytest.mark.parametrize(
    ("requests", "raw", "capacity"), [(18, 42, 45), (19, 44.33, 45), (20, 46.67, 50)]
)
def test_throughput_units_as_azures_calculator_told_them(requests, raw, capacity):
    sol = Provisioned(tokens_per_minute=1200, output_ratio=6, regional_minimum=50, regional_step=50)
    found = units(asked(requests, 1000, 300), sol)
    assert found == pytest.approx(raw, abs=0.005)
    assert CapacityStep(minimum=15, step=5, maximum=100_000).nearest(math.ceil(found)) == capacity


def test_the_table_of_throughput_is_the_specifications():
    for name, (tokens, ratio) in RATES.items():
        rate = named(name).provisioned
        assert (rate.tokens_per_minute, rate.output_ratio) == (tokens, ratio), name


def test_a_sum_that_is_whole_but_for_a_binary_fraction_takes_no_unit_more():
    # 0.1 + 0.2: 300.00000000000004 thousand tokens.
    demand = asked(0.1 + 0.2, 1_000_000, 0)
    assert size(demand, CHAT, "GlobalStandard").capacity == 300


def test_the_declared_maximum_costs_capacity_and_the_observed_does_not():
    peak = Peak(
        requests=60, prompt_tokens=600, declared_output=4096, observed_output=200, source="test"
    )
    assert [
        size(demand, CHAT, "GlobalStandard").capacity
        for demand in (peak.declared(1.2), peak.observed(1.2))
    ] == [339, 58]


def test_many_small_calls_need_requests_and_not_tokens():
    found = size(asked(1200, 1, 1), CHAT, "GlobalStandard")
    assert (found.decisive.kind, found.capacity) == ("RPM", 120)


def test_what_nobody_rates_is_not_sized():
    with pytest.raises(NotSized, match="GlobalBatch"):
        size(asked(1, 1, 1), CHAT, "GlobalBatch")


@given(
    st.floats(0.01, 5_000),
    st.floats(1, 20_000),
    st.floats(1, 8_000),
    st.sampled_from(["GlobalStandard", GLOBAL, REGION]),
)
def test_what_is_planned_is_legal_and_enough(requests, prompt, output, sku):
    demand = asked(requests, prompt, output)
    found = size(demand, CHAT, sku)
    legal = CHAT.capacity(sku)
    assert legal.allows(found.capacity)
    assert found.capacity >= found.raw - 1e-6 or found.capacity == legal.maximum
    below = found.capacity - legal.step
    assert below < legal.minimum or below < found.raw


@given(st.floats(0.01, 1_000), st.floats(1, 5_000), st.floats(1, 5_000))
def test_what_a_capacity_admits_is_at_least_what_it_was_planned_for(requests, prompt, output):
    found = size(asked(requests, prompt, output), CHAT, "GlobalStandard")
    admitted = calls_per_minute(
        found.capacity * CHAT.tokens_per_unit,
        prompt + output,
        found.capacity * CHAT.requests_per_unit,
    )
    assert admitted >= math.floor(requests)
