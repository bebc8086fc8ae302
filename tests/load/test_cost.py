"""What a run costs, and when that is too much."""

import pytest

from scripts.load.brakes import Brakes, Stop
from scripts.load.call import Answer, Tokens
from scripts.load.cost import Price, Rates, price_of
from scripts.load.summary import summarise
from scripts.opened import Opened
from tests.load.calls import call, many
from tests.load.outputs import OUTPUTS
from tests.load.runs import PRICE

MANY = Tokens(prompt=1_200_000, cached=300_000, answer=350_000)


def test_a_call_costs_what_its_tokens_do():
    assert PRICE.of(Answer(outcome="ok", tokens=MANY)) == pytest.approx(7.575)


def test_a_call_that_spilled_over_costs_what_it_does_there():
    reserved = Price(
        currency="USD",
        rates=Rates(input=0, cached_input=0, output=0),
        spilled=PRICE.rates,
        an_hour=50.0,
    )
    assert reserved.of(Answer(outcome="ok", tokens=MANY)) == 0
    assert reserved.of(Answer(outcome="ok", tokens=MANY, spilled=True)) == pytest.approx(7.575)


def test_the_warm_up_is_paid_for_too():
    found = summarise(
        [call(at=1.0), call(at=50.0)], from_s=10, until_s=60, objective_ms=1, price=PRICE
    )
    assert found.good == 1
    assert found.cost == pytest.approx(2 * (100 * 2.5 + 20 * 15) / 1e6)


def test_what_nobody_knows_is_not_nothing():
    assert summarise([call()], from_s=0, until_s=60, objective_ms=1).cost is None


def test_a_run_stops_at_the_call_that_spends_the_last_of_it():
    stop, calls = Stop(), many(1_000)
    brakes = Brakes(stop, PRICE, most_cost=0.0165)
    spent = []
    for each in calls:
        brakes.count(each)
        spent.append(brakes.cost)
        if stop.why:
            break
    assert len(spent) == 30  # each 0.00055
    assert stop.why == "it has cost 0.02 USD, and --most-cost allows 0.0165"


def opened(spillover="", **more):
    first = OUTPUTS.accounts["primary"]
    held = first.deployments["chat-v3"]
    reserved = held.model_copy(
        update={"sku": "GlobalProvisionedManaged", "capacity": 15, "spillover": spillover} | more
    )
    account = first.model_copy(update={"deployments": {"chat-v3": held, "reserved": reserved}})
    return Opened("dev", None, OUTPUTS.model_copy(update={"accounts": {"primary": account}}))


def test_a_price_is_the_lists():
    found = price_of(opened(), "primary/chat-v3")
    assert (found.rates, found.spilled, found.an_hour) == (PRICE.rates, None, 0)


def test_provisioned_throughput_is_paid_by_the_hour_and_its_overflow_by_the_token():
    found = price_of(opened("chat-v3"), "primary/reserved")
    assert found.rates == Rates(input=0, cached_input=0, output=0)
    assert found.spilled == PRICE.rates
    assert found.an_hour == 15
