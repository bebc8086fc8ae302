"""What a month may cost, and who hears before it is spent."""

from dataclasses import dataclass

import pulumi

from components.azure import consumption
from components.sections import BudgetSettings
from components.stack import Stack


@dataclass(frozen=True, kw_only=True)
class BudgetArgs:
    stack: Stack
    settings: BudgetSettings
    scope: pulumi.Input[str]
    """The resource group's id."""


class Budget(pulumi.ComponentResource):
    """A monthly budget. It tells; it does not stop: Azure's cost data lags by hours."""

    def __init__(
        self, name: str, args: BudgetArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        wanted = args.settings
        amount = {"monthly": wanted.monthly, "currency": wanted.currency}
        super().__init__("plumb:index:Budget", name, amount, opts)
        consumption.Budget(
            name,
            scope=args.scope,
            budget_name=args.stack.names.budget,
            amount=wanted.monthly,
            category=consumption.CategoryType.COST,
            time_grain=consumption.TimeGrainType.MONTHLY,
            time_period={"start_date": f"{wanted.starts}T00:00:00Z"},
            notifications={
                key: {
                    "enabled": True,
                    "operator": consumption.OperatorType.GREATER_THAN,
                    "threshold": percent,
                    "threshold_type": kind,
                    "contact_emails": list(wanted.contacts),
                }
                for key, percent, kind in (
                    ("actual-80", 80, consumption.ThresholdType.ACTUAL),
                    ("actual-100", 100, consumption.ThresholdType.ACTUAL),
                    ("forecast-110", 110, consumption.ThresholdType.FORECASTED),
                )
            },
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs(amount)
