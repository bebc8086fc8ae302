"""Whether the budget holds: for the month, and for each day of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from components.sections import Settings
from scripts.cost.month import days_of
from scripts.cost.price import Money
from scripts.exit import Exit


class OtherCurrency(Exception):
    """Two amounts that say nothing of each other; the message says what to do."""


@dataclass(frozen=True)
class Exchange:
    """What people agreed that one currency is worth. Nothing is looked up."""

    of: str
    to: str
    rate: float
    """Units of `to` for one of `of`."""


@dataclass(frozen=True, kw_only=True)
class Budget:
    monthly: float
    currency: str
    day_factor: float
    """How many times a day's share of the month one day may cost."""

    @classmethod
    def of(cls, settings: Settings) -> "Budget":
        return cls(
            monthly=settings.budget.monthly,
            currency=settings.budget.currency,
            day_factor=settings.observability.objectives.daily_cost_over_budget,
        )

    def a_day(self, day: date) -> float:
        """The most that a day may cost."""
        return self.day_factor * self.monthly / days_of(day)


@dataclass(frozen=True, kw_only=True)
class Reason:
    code: Exit
    text: str
    warns: bool = False
    """It holds today."""


def in_currency(money: Money, currency: str, exchange: Exchange | None) -> float:
    """An amount in another currency, at the rate that people agreed on.

    Raises:
        OtherCurrency: none was agreed on for these two.
    """
    if money.currency == currency:
        return money.amount
    if exchange and (exchange.of, exchange.to) == (money.currency, currency):
        return money.amount * exchange.rate
    raise OtherCurrency(
        f"prices are in {money.currency}, the budget is in {currency}, and neither says anything "
        f"of the other. Fix: --exchange-rate {money.currency}={currency}:RATE, as finance agreed "
        f"on it; or a budget in {money.currency}"
    )


@dataclass(frozen=True)
class Spent:
    """On one day, in the budget's currency."""

    amount: float
    mostly: str
    """The deployment that cost most."""


def verdict(
    budget: Budget, forecasts: Mapping[str, float], daily: Mapping[date, Spent]
) -> Iterator[Reason]:
    """All that speaks for or against it.

    forecasts: of the month, by what they rest on, in the budget's currency.
    """
    if not forecasts:
        yield Reason(code=Exit.CANNOT_TELL, text="nobody knows what the month will cost")
    for name, monthly in forecasts.items():
        says = f"{monthly:,.2f} of {budget.monthly:,.2f} {budget.currency} a month {name}"
        if monthly > budget.monthly:
            yield Reason(
                code=Exit.NO,
                text=f"{says}: over it. Fix: less capacity or shorter answers, or a budget of "
                f"{monthly:,.0f} agreed with finance",
            )
        else:
            yield Reason(code=Exit.YES, text=f"{says}: within it")
    for day, spent in sorted(daily.items()):
        most = budget.a_day(day)
        if spent.amount > most:
            yield Reason(
                code=Exit.NO,
                text=f"{day:%Y-%m-%d} cost {spent.amount:,.2f} {budget.currency}, over "
                f"{budget.day_factor:g} times a day of the budget ({most:,.2f}), most of it "
                f"{spent.mostly}. Fix: tell finance, and less of that",
            )
