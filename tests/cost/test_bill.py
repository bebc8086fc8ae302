from datetime import UTC, date, datetime

import pytest

from components import settings
from components.prices import FILE, price_list
from scripts.capacity.peak import Peak
from scripts.cost.bill import BY_DEMAND, BY_USE, Bill, Given
from scripts.cost.budget import Budget, Exchange, OtherCurrency, Reason
from scripts.cost.evidence import GIVEN, PRICES, data
from scripts.cost.expected import planned
from scripts.cost.price import Used
from scripts.cost.recompute import recompute
from scripts.cost.usage import Day
from scripts.exit import Exit
from tests.cost.test_usage import stands

PROD = settings.read("prod")
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
PEAK = Peak(requests=10, prompt_tokens=1_000, declared_output=400, source="test")
AGREED = Exchange(of="USD", to="EUR", rate=0.5)
CHAT = stands("chat", "GlobalStandard")
USED = [
    Day(account="primary", deployment="chat", day=date(2026, 11, day), used=Used(prompt=4e6))
    for day in range(1, 21)
]  # 10 USD each


def bill(**changes):
    given = {
        "stack": "prod",
        "at": NOW,
        "budget": Budget(monthly=1_000_000, currency="EUR", day_factor=1.5),
        "exchange": AGREED,
        "routes": {each.name: each.routes for each in planned(PROD, {}, 0.3)},
        "planned": planned(PROD, {"chat": PEAK, "triage": PEAK}, 0.3),
        "silent": [],
        "stands": None,
        "used": [],
        "checked": True,
        "unknown": [],
    }
    return Bill(Given(**given | changes), price_list())


def codes(found):
    return {each.code for each in found.reasons}


def used(**changes):
    return bill(planned=None, stands=[CHAT], used=USED, **changes)


def test_a_forecast_by_demand_is_told_in_the_budgets_currency():
    found = bill()
    assert found.forecasts == {BY_DEMAND: pytest.approx(found.planned.amount / 2)}
    assert codes(found) == {Exit.YES}


def test_a_forecast_by_use_is_of_this_month():
    found = used()
    # 20 days at 10 USD, and 9.5 days left.
    assert found.forecasts == {BY_USE: pytest.approx((200 + 95) / 2)}


def test_a_route_that_nobody_spoke_for_leaves_no_forecast():
    found = bill(silent=["triage"])
    assert found.forecasts == {}
    assert Exit.CANNOT_TELL in codes(found)


def test_an_account_that_did_not_answer_leaves_no_forecast_by_use():
    silence = Reason(code=Exit.NOT_REACHED, text="tokens of secondary: 503")
    found = used(unknown=[silence])
    assert found.forecasts == {}
    assert Exit.YES not in codes(found)


def test_a_price_that_nobody_knows_leaves_no_forecast_and_is_told_once():
    unknown = stands("chat", "GlobalStandard", model="gpt-9", version="1")
    found = bill(planned=None, stands=[unknown], used=USED)
    assert found.forecasts == {}
    assert sum("gpt-9" in each.text for each in found.reasons) == 1


def test_a_month_over_the_budget_is_no_by_either():
    tight = Budget(monthly=100, currency="EUR", day_factor=100.0)
    assert Exit.NO in codes(bill(budget=tight))
    assert Exit.NO in codes(used(budget=tight))


def test_a_day_that_cost_too_much_is_no_though_the_month_is_within():
    spike = Day(account="primary", deployment="chat", day=date(2026, 11, 20), used=Used(prompt=4e7))
    enough = Budget(monthly=600, currency="EUR", day_factor=1.5)  # 30 a day
    found = bill(planned=None, stands=[CHAT], used=[*USED[:-1], spike], budget=enough)
    said = [each.text for each in found.reasons if each.code == Exit.NO]
    assert len(said) == 1 and "2026-11-20 cost 50.00 EUR" in said[0]


def test_no_full_day_is_no_forecast():
    since_noon = stands("chat", "GlobalStandard", since=NOW)
    found = bill(planned=None, stands=[since_noon], used=[])
    assert (found.forecasts, codes(found)) == ({}, {Exit.CANNOT_TELL})


def test_two_currencies_are_wrong_use_even_if_nothing_is_known():
    with pytest.raises(OtherCurrency):
        _ = bill(exchange=None, silent=["chat"]).reasons


def test_what_no_budget_is_held_against_needs_no_rate():
    assert codes(bill(exchange=None, checked=False)) == {Exit.YES}


def test_what_stands_there_for_nobody_is_said():
    (said,) = (each.text for each in bill().reasons if each.warns)
    assert "primary/chat-reserved costs 40,150.00 USD a month" in said


def test_evidence_is_made_again_from_what_was_kept(tmp_path):
    found = bill(stands=[CHAT], used=USED)
    made = data(found, FILE.read_bytes())
    (tmp_path / GIVEN).write_text(found.given.model_dump_json())
    (tmp_path / PRICES).write_bytes(FILE.read_bytes())
    assert recompute(tmp_path) == made
    # The larger of the two.
    assert made["forecastMonthly"] == round(found.planned.amount / 2, 2)
