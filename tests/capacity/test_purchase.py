import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.catalog import find_model
from components.prices import Price, price_list
from policies.throughput import Demand
from scripts.capacity.purchase import cheapest, offers, tokens_an_hour, worth_an_hour

GLOBAL = price_list().provisioned["GlobalProvisionedManaged"]
ZONE = price_list().provisioned["DataZoneProvisionedManaged"]
PRICE = Price(input=2.5, cached_input=0.25, output=15)
RATE = find_model("gpt-5.4", "2026-03-05").provisioned
FULL = Demand(requests=RATE.tokens_per_minute, prompt_tokens=1, output_tokens=0)
"""A minute that fills one unit."""


def test_an_hour_of_a_unit_is_worth_its_tokens():
    assert worth_an_hour(RATE, PRICE) == pytest.approx(0.36)
    assert tokens_an_hour(FULL, PRICE) == pytest.approx(0.36)


def test_by_the_hour_costs_almost_three_times_the_tokens_of_a_full_unit():
    _, hour, month, year = offers(FULL, PRICE, 1.0, 1, GLOBAL)
    assert hour.pays_off_at == pytest.approx(2.78, abs=0.005)
    assert month.pays_off_at == pytest.approx(0.99, abs=0.005)
    assert year.pays_off_at == pytest.approx(0.84, abs=0.005)


def test_idle_units_cost_what_the_specification_says():
    _, hour, month, year = offers(FULL, PRICE, 0.0, 45, GLOBAL)
    assert hour.monthly == 32_850
    assert month.monthly == 11_700
    assert year.monthly == pytest.approx(45 * 2652 / 12)


@pytest.mark.parametrize(
    ("mean", "name"), [(0.2, "by the token"), (0.83, "by the token"), (0.85, "reserved for a year")]
)
def test_the_cheapest_way_changes_where_the_reservation_pays_off(mean, name):
    assert cheapest(offers(FULL, PRICE, mean, 1, GLOBAL)).name == name


def test_what_nobody_knows_the_price_of_is_never_cheapest():
    offered = offers(FULL, PRICE, 1.0, 1, ZONE)
    assert [each.monthly for each in offered][2:] == [None, None]
    assert cheapest(offered).name == "by the token"


def test_nobody_calling_is_cheapest_by_the_token():
    quiet = Demand(requests=0, prompt_tokens=1, output_tokens=1)
    offered = offers(quiet, PRICE, 1.0, 15, GLOBAL)
    assert cheapest(offered).monthly == 0
    assert offered[1].pays_off_at == math.inf


@given(st.floats(0.1, 10_000), st.floats(1, 5_000), st.floats(0, 5_000), st.floats(0, 1))
def test_where_it_pays_off_both_ways_cost_the_same(requests, prompt, output, cached):
    minute = Demand(
        requests=requests, prompt_tokens=prompt, output_tokens=output, cache_share=cached
    )
    share = offers(minute, PRICE, 1.0, 15, GLOBAL)[1].pays_off_at
    by_token, hour, *_ = offers(minute, PRICE, share, 15, GLOBAL)
    assert by_token.monthly == pytest.approx(hour.monthly)
