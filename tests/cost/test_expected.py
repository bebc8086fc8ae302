from datetime import UTC, datetime

import pytest

from components import settings
from components.prices import price_list
from scripts.capacity.peak import Peak
from scripts.cost.expected import by_route, lines, planned, total

PROD = settings.read("prod")
PRICES = price_list()
NOW = datetime(2026, 11, 21, tzinfo=UTC)
PEAK = Peak(requests=100, prompt_tokens=1_000, declared_output=400, cache_share=0.3, source="test")
MINUTES = 60 * 730


def costs(peaks, mean_share=1.0, answer_share=1.0, stack=PROD):
    return {
        line.planned.name: line
        for line in lines(planned(stack, peaks, mean_share, answer_share), PRICES, NOW)
    }


def test_a_routes_callers_are_paid_at_its_stable_deployment():
    line = costs({"chat": PEAK})["primary/chat-v3"]
    calls = 100 * MINUTES
    fresh, cached, out = 700 * calls, 300 * calls, 400 * calls
    assert line.cost.by_token.amount == pytest.approx(
        (fresh * 2.75 + cached * 0.275 + out * 16.5) / 1e6
    )
    assert line.cost.by_hour.amount == 0


def test_the_mean_minute_and_shorter_answers_cost_less():
    whole = costs({"chat": PEAK})["primary/chat-v3"].planned.used
    less = costs({"chat": PEAK}, 0.25, 0.5)["primary/chat-v3"].planned.used
    assert (less.prompt, less.output) == (whole.prompt / 4, pytest.approx(whole.output / 8))


def test_throughput_costs_whatever_the_load():
    quiet, busy = costs({}), costs({"chat": PEAK})
    assert (
        quiet["primary/chat-reserved"].cost.whole
        == busy["primary/chat-reserved"].cost.whole
        != costs({})["primary/chat-v3"].cost.whole
    )
    assert quiet["primary/chat-reserved"].cost.whole.amount == pytest.approx(50 * 1.1 * 730)


def test_a_fine_tuned_model_is_paid_by_the_hour_and_by_the_token():
    line = costs({"triage": PEAK})["primary/triage-v1"]
    assert line.cost.by_hour.amount == pytest.approx(1.7 * 730)
    assert line.cost.by_token.amount > 0


def test_a_chatbot_costs_what_microsofts_example_comes_to():
    """20M in, 40M out of o4-mini fine-tuned: fine-tuning-cost-management.md, by 720 hours."""
    from scripts.cost.price import Sold, Used, priced

    sold = Sold(model="o4-mini", version="2025-04-16", sku="GlobalStandard", location="eastus2")
    used = Used(prompt=20e6, output=40e6)
    cost = priced(sold, used, 720, 1, fine_tuned=True, prices=PRICES, at=NOW)
    assert cost.whole.amount == pytest.approx(1422)


def test_what_nobody_calls_needs_no_price_and_what_is_called_does():
    staging = settings.read("staging")
    route = staging.routes["chat"].model_copy(update={"stable": "compare-v1"})
    compared = staging.model_copy(update={"routes": {"chat": route}})
    assert not costs({}, stack=compared)["primary/compare-v1"].cost.unpriced
    (why,) = costs({"chat": PEAK}, stack=compared)["primary/compare-v1"].cost.unpriced
    assert "Mistral-Large-3" in why


def test_routes_and_deployments_come_to_the_same():
    found = costs({"chat": PEAK, "triage": PEAK})
    shared = by_route(
        {name: line.cost.whole.amount for name, line in found.items()},
        {name: line.planned.routes for name, line in found.items()},
    )
    assert sum(shared.values()) == pytest.approx(total(found.values(), PRICES).amount)
    assert set(shared) == {"chat", "triage", ""}


def test_what_two_routes_name_is_shared():
    assert by_route({"a": 10.0, "b": 4.0}, {"a": ["one", "two"]}) == {
        "one": 5.0,
        "two": 5.0,
        "": 4.0,
    }


def test_a_route_is_billed_for_all_that_stands_for_it():
    names = {
        each.name: list(each.routes) for each in planned(PROD, {}, 1.0) if "chat" in each.routes
    }
    assert set(names) == {"primary/chat-v3", "primary/chat-v4", "secondary/chat-v3"}
