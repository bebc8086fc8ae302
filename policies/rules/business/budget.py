"""The budget: it is above what is forecast, and somebody hears before it is gone."""

from collections.abc import Iterator, Mapping
from typing import Final

from components.catalog import BUDGET, DEPLOYMENT
from policies.commands import record_cost
from policies.freshness import outdated
from policies.limits.business import EARLIEST_PERCENT, FORECAST_DAYS
from policies.proof import Proofs, entry
from policies.rule import Context, Levels, Rule, StackRule
from policies.values import Fields, Need, Unknown
from policies.wording import shown
from policies.world import Finding, Resource, World

COST_BUDGET: Final = "azure-native:costmanagement:Budget"
DECLARED: Final = "plumb:index:Budget"
"""Azure's budget has no currency of its own; the component that makes it says which is meant."""

MONTHS: Final = {
    "Quarterly": 3,
    "BillingQuarter": 3,
    "Annually": 12,
    "BillingAnnual": 12,
}
"""How many months the amount is for, where it is not one."""


def budget_covers_forecast(world: World, ctx: Context) -> Iterator[Finding]:
    if not world.of(DEPLOYMENT):
        return
    proofs = Proofs(world).of_stack
    costs = [(each, cost) for each in proofs if (cost := entry(each, "cost"))]
    if not costs:
        yield Finding(
            proofs[0] if proofs else None,
            f"nobody has forecast what the stack will cost. Fix: {_again(world)}.",
            "cost",
        )
    for evidence, cost in costs:
        yield from _forecast(world, evidence, cost, ctx)
    budgets = world.of(BUDGET, COST_BUDGET)
    if not budgets:
        yield Finding(
            None,
            "the stack has no budget, so nobody hears what it costs before the invoice. "
            "Fix: a consumption Budget on its resource group (plumbline:budget).",
        )
        return
    # Several budgets may divide the stack, or watch parts of it: the best of them counts.
    yield from min((list(_budget(each, costs, ctx)) for each in budgets), key=len)


def _again(world: World) -> str:
    currencies = {each.fields.text("currency") for each in world.of(DECLARED)}
    return record_cost(world.stack, currencies.pop() if len(currencies) == 1 else None)


def _forecast(world: World, evidence: Resource, cost: Fields, ctx: Context) -> Iterator[Finding]:
    again = _again(world)
    late = outdated(cost.text("measuredAt"), ctx.limit(FORECAST_DAYS), ctx.now)
    if late:
        yield Finding(
            evidence, f"the forecast of cost {late}. Fix: {again}.", cost.at("measuredAt")
        )
    if cost.number("data.forecastMonthly") is None:
        yield Finding(
            evidence,
            f"the forecast of cost holds no amount a month. Fix: {again}.",
            cost.at("data.forecastMonthly"),
        )
    currency = cost.text("data.currency")
    for declared in world.of(DECLARED):
        own = declared.fields.text("currency")
        if own != currency:
            yield Finding(
                declared,
                f"the budget is in {shown(own)} and the forecast of cost in {shown(currency)}, so "
                "neither says anything of the other. Fix: currency: the forecast's "
                f"(plumbline:budget), or {again}, in the budget's.",
                "currency",
            )


def _budget(
    budget: Resource, costs: list[tuple[Resource, Fields]], ctx: Context
) -> Iterator[Finding]:
    amount = budget.fields.number("amount")
    monthly = amount and amount / MONTHS.get(budget.fields.text("timeGrain") or "", 1)
    forecasts = [cost.number("data.forecastMonthly") or 0 for _, cost in costs]
    most = max(forecasts, default=0)
    if monthly is None or monthly < most:
        found = f"{monthly:g} a month" if monthly is not None else "no amount"
        yield Finding(
            budget,
            f"{budget.label} allows {found}, and {most:g} are forecast. Fix: amount: {most:g} or "
            "more (plumbline:budget.monthly), agreed with finance, or cut what is deployed.",
            "amount",
        )
    notices = list(_notices(budget))
    earliest = ctx.limit(EARLIEST_PERCENT)
    if not any(kind == "actual" and percent <= earliest for kind, percent in notices):
        yield Finding(
            budget,
            f"{budget.label} tells nobody of what was spent at {earliest:g} % of it or before. "
            "Fix: notifications: one with enabled: true, thresholdType: Actual, threshold: 80 and "
            "contactEmails (plumbline:budget.contacts).",
            "notifications",
        )
    if not any(kind == "forecasted" for kind, _ in notices):
        yield Finding(
            budget,
            f"{budget.label} tells nobody that it will be overspent while there is time. "
            "Fix: notifications: one with enabled: true, thresholdType: Forecasted, threshold: 110 "
            "and contactEmails (plumbline:budget.contacts).",
            "notifications",
        )


def _notices(budget: Resource) -> Iterator[tuple[str, float]]:
    """(actual or forecasted, percent) of every notification that reaches somebody."""
    held = budget.fields.read("notifications")
    for key, value in sorted(held.items()) if isinstance(held, Mapping) else ():
        path = f"notifications.{key}"
        if isinstance(value, Unknown):
            raise Need(path)
        notice = Fields(value if isinstance(value, Mapping) else {}, path)
        percent = notice.number("threshold")
        reached = notice.is_set("contactEmails") or notice.is_set("contactGroups")
        if notice.read("enabled") is True and reached and percent is not None:
            yield (notice.text("thresholdType") or "Actual").lower(), percent


RULES: Final[list[Rule]] = [
    StackRule(
        id="budget-covers-forecast",
        number=48,
        category="business",
        severity="High",
        levels=Levels.of("-aM"),
        description="A budget covers what the stack is forecast to cost, and tells people in time.",
        why="Azure stops nothing: a budget only tells, hours late. Models are billed by the token, "
        "so a loop in a client costs a month in a weekend.",
        fix=f"Forecast the month and {record_cost('STACK')}; declare a Budget of at least "
        "that amount with an Actual notification at 100 percent or less and a Forecasted one, "
        "each with contacts.",
        types=frozenset({DEPLOYMENT}),
        controls=("Well-Architected CO:03", "Well-Architected CO:04"),
        params=(FORECAST_DAYS, EARLIEST_PERCENT),
        check=budget_covers_forecast,
    ),
]
