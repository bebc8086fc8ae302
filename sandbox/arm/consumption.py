"""Microsoft.Consumption/budgets, at any scope."""

from datetime import datetime
from typing import Any

from sandbox.arm.errors import ArmError, bad_request
from sandbox.arm.kind import Kind, Situation, properties
from sandbox.store import Body
from sandbox.telemetry import budgets, cost_filter

GRAINS = (
    "Monthly",
    "Quarterly",
    "Annually",
    "BillingMonth",
    "BillingQuarter",
    "BillingAnnual",
)
THRESHOLDS = ("Actual", "Forecasted")
NOTIFICATIONS_MAXIMUM = 5


def put(wanted: Body, stored: Body | None, situation: Situation) -> Body:
    """The budget as Azure would store it.

    Raises:
        ArmError: 400 for what it does not take; 412, a stale eTag in the body.
    """
    asked = properties(wanted)
    given = wanted.get("eTag")
    if stored and given and str(given).strip('"') != str(stored["eTag"]).strip('"'):
        raise ArmError(
            412, "PreconditionFailed", "The eTag of the budget does not match the current one."
        )
    if asked.get("category") != "Cost":
        raise bad_request(f"Invalid budget category '{asked.get('category')}'.")
    if asked.get("timeGrain") not in GRAINS:
        raise bad_request(
            f"Invalid budget time grain '{asked.get('timeGrain')}'. Allowed values are "
            f"{', '.join(GRAINS)}."
        )
    if not isinstance(asked.get("amount"), int | float) or asked["amount"] <= 0:
        raise bad_request("Budget amount should be greater than zero.")
    notifications = asked.get("notifications") or {}
    if len(notifications) > NOTIFICATIONS_MAXIMUM:
        raise bad_request(
            f"Budget can have up to {NOTIFICATIONS_MAXIMUM} notifications, not "
            f"{len(notifications)}."
        )
    cost_filter.counts(situation.store, asked.get("filter"))
    return {
        "properties": {
            **asked,
            "timePeriod": _period(asked.get("timePeriod") or {}, stored),
            "notifications": {key: _notification(each) for key, each in notifications.items()},
            "currentSpend": {"amount": 0.0, "unit": "USD"},
            "forecastSpend": {"amount": 0.0, "unit": "USD"},
        }
    }


def _period(asked: Any, stored: Body | None) -> Body:
    try:
        start = datetime.fromisoformat(str(asked.get("startDate")))
    except ValueError:
        raise bad_request(f"Invalid budget start date '{asked.get('startDate')}'.") from None
    if start.day != 1:
        raise bad_request("Budget start date should be the first of the month.")
    end = asked.get("endDate") or start.replace(year=start.year + 10).strftime("%Y-%m-%dT00:00:00Z")
    return {"startDate": start.strftime("%Y-%m-%dT00:00:00Z"), "endDate": end}


def _notification(asked: Body) -> Body:
    threshold = asked.get("thresholdType") or "Actual"
    if threshold not in THRESHOLDS:
        raise bad_request(f"Invalid threshold type '{threshold}' of a budget notification.")
    if not any(asked.get(key) for key in ("contactEmails", "contactRoles", "contactGroups")):
        raise bad_request("A budget notification needs contactEmails, contactRoles or Groups.")
    return {
        "contactEmails": [],
        "contactRoles": [],
        "contactGroups": [],
        "locale": "en-us",
        **asked,
        "thresholdType": threshold,
    }


KINDS = (
    Kind(
        type="Microsoft.Consumption/budgets",
        put=put,
        etag="eTag",
        system_data=True,
        scoped=True,
        shown=budgets.shown,
    ),
)
