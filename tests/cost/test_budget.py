from datetime import date

import pytest

from components import settings
from scripts.cost.budget import Budget, Exchange, OtherCurrency, Spent, in_currency, verdict
from scripts.cost.price import Money
from scripts.exit import Exit

BUDGET = Budget(monthly=3_000, currency="EUR", day_factor=1.5)
DAY = date(2026, 11, 21)


def codes(forecasts, daily=None):
    days = {day: Spent(amount, "primary/chat") for day, amount in (daily or {}).items()}
    return [each.code for each in verdict(BUDGET, forecasts, days)]


@pytest.mark.parametrize(("monthly", "code"), [(3_000, Exit.YES), (3_000.01, Exit.NO)])
def test_a_month_over_the_budget_is_no(monthly, code):
    assert codes({"by demand": monthly}) == [code]


@pytest.mark.parametrize(("cost", "found"), [(150, [Exit.YES]), (150.01, [Exit.YES, Exit.NO])])
def test_a_day_over_one_and_a_half_of_its_share_is_a_spike(cost, found):
    # 1.5 x 3,000 / 30
    assert codes({"by demand": 10}, {DAY: cost}) == found


def test_a_spike_says_which_day_and_whom_to_tell():
    *_, spike = verdict(BUDGET, {}, {DAY: Spent(200.0, "primary/chat")})
    assert "2026-11-21 cost 200.00 EUR" in spike.text
    assert "most of it primary/chat" in spike.text
    assert "finance" in spike.text


def test_a_shorter_month_allows_more_a_day():
    assert BUDGET.a_day(date(2027, 2, 1)) > BUDGET.a_day(DAY)


def test_no_forecast_is_never_within():
    assert codes({}) == [Exit.CANNOT_TELL]


def test_another_currency_is_never_the_same_number():
    with pytest.raises(OtherCurrency, match=r"USD.*EUR.*--exchange-rate USD=EUR:RATE"):
        in_currency(Money(1, "USD"), "EUR", None)
    with pytest.raises(OtherCurrency):
        in_currency(Money(1, "USD"), "EUR", Exchange(of="EUR", to="USD", rate=1.1))


def test_a_rate_that_people_agreed_on_is_used_and_the_same_currency_needs_none():
    agreed = Exchange(of="USD", to="EUR", rate=0.5)
    assert in_currency(Money(10, "USD"), "EUR", agreed) == 5
    assert in_currency(Money(10, "EUR"), "EUR", agreed) == 10


def test_the_stack_says_how_much_a_day_may_be_over():
    found = Budget.of(settings.read("prod"))
    assert (found.monthly, found.currency, found.day_factor) == (60_000, "EUR", 1.5)
