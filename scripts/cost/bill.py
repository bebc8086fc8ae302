"""A stack's bill, made from what was planned, what was used, and a price list."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Literal

from pydantic import BaseModel, ConfigDict

from components.prices import PriceList
from scripts.cost import budget, expected, month, spent
from scripts.cost.budget import Budget, Exchange, Reason, in_currency
from scripts.cost.expected import Line, Planned
from scripts.cost.month import Forecast
from scripts.cost.price import Money
from scripts.cost.spent import Spent, Stands
from scripts.cost.usage import Day
from scripts.exit import Exit

BY_DEMAND = "by the routes' demand"
BY_USE = "by what was used"


class Given(BaseModel):
    """All that a bill is made from, beside the prices."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal["plumb.cost-run/1"] = "plumb.cost-run/1"
    stack: str
    at: datetime
    budget: Budget
    exchange: Exchange | None
    routes: Mapping[str, Sequence[str]]
    """By deployment, those that name it."""
    planned: Sequence[Planned] | None
    """None: no forecast by demand was asked for."""
    silent: Sequence[str]
    """Routes of which nobody said what they must carry."""
    stands: Sequence[Stands] | None
    """None: nobody asked what was used."""
    used: Sequence[Day]
    checked: bool
    """Whether the budget is held against it."""
    unknown: Sequence[Reason]
    """Questions that were not answered."""


@dataclass(frozen=True)
class Bill:
    """What a stack costs, in the price list's currency unless it says otherwise."""

    given: Given
    prices: PriceList

    @cached_property
    def lines(self) -> Sequence[Line]:
        """By demand."""
        return expected.lines(self.given.planned or (), self.prices, self.given.at)

    @cached_property
    def spending(self) -> Sequence[Spent]:
        """By what was used."""
        return list(
            spent.spending(
                self.given.stands or (), self.given.used, self.since, self.given.at, self.prices
            )
        )

    @property
    def since(self) -> date:
        return month.looked_at_since(self.given.at)

    @property
    def planned(self) -> Money | None:
        """A month, by demand."""
        if self.given.planned is None:
            return None
        return expected.total(self.lines, self.prices)

    @cached_property
    def forecast(self) -> Forecast | None:
        """Of this month, by what was used; None without a full day."""
        if not self.given.stands:
            return None
        began = min(each.since for each in self.given.stands)
        return month.forecast(self.daily, began, self.given.at)

    @cached_property
    def daily(self) -> dict[date, float]:
        return spent.daily(self.spending)

    @property
    def month_to_date(self) -> dict[str, float]:
        """By deployment."""
        return spent.by_deployment(self.spending, month.first_of(self.given.at))

    def in_budgets(self, amount: float) -> float:
        """An amount in the budget's currency.

        Raises:
            OtherCurrency: no rate was agreed on.
        """
        money = Money(amount, self.prices.currency)
        return in_currency(money, self.given.budget.currency, self.given.exchange)

    @property
    def forecasts(self) -> dict[str, float]:
        """What a month costs in the budget's currency, by what that rests on.

        Raises:
            OtherCurrency: no rate was agreed on.
        """
        found = {}
        demand_known = not self.given.silent and not any(each.cost.unpriced for each in self.lines)
        use_known = not self.given.unknown and not any(each.cost.unpriced for each in self.spending)
        if self.planned is not None and demand_known:
            found[BY_DEMAND] = self.in_budgets(self.planned.amount)
        if self.forecast and use_known:
            found[BY_USE] = self.in_budgets(self.forecast.monthly)
        return found

    @property
    def reasons(self) -> Sequence[Reason]:
        return list(self._reasons())

    def _reasons(self) -> Iterator[Reason]:
        if self.given.checked:
            self.in_budgets(0.0)  # two currencies are wrong use, whatever else is not known
        yield from self.given.unknown
        for route in self.given.silent:
            yield Reason(
                code=Exit.CANNOT_TELL,
                text=f"nobody said what route {route} must carry, so what it costs is not known. "
                f"Fix: plumb capacity plan --stack {self.given.stack} --route {route} --rpm N "
                "--prompt N --max-output N --record",
            )
        for line in self.lines:
            if line.cost.by_hour.amount and not line.planned.routes:
                yield Reason(
                    code=Exit.YES,
                    warns=True,
                    text=f"{line.planned.name} costs {line.cost.by_hour.amount:,.2f} "
                    f"{line.cost.by_hour.currency} a month for standing there, and no route names "
                    "it",
                )
        for why in self._unpriced():
            yield Reason(code=Exit.CANNOT_TELL, text=why)
        if self.given.stands is not None and self.forecast is None and not self.given.unknown:
            yield Reason(
                code=Exit.CANNOT_TELL,
                text="no full day of use is behind us, so the month cannot be forecast by it. "
                "Fix: ask again tomorrow",
            )
        if self.given.checked:
            days = {
                day: budget.Spent(self.in_budgets(cost), spent.dearest(self.spending, day))
                for day, cost in self.daily.items()
            }
            yield from budget.verdict(self.given.budget, self.forecasts, days)

    def _unpriced(self) -> Iterator[str]:
        """Each once, though it be so every day."""
        found = [*(line.cost for line in self.lines), *(each.cost for each in self.spending)]
        yield from dict.fromkeys(why for cost in found for why in cost.unpriced)
