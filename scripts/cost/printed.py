"""A bill on a terminal, and for a program."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from scripts.cost import month
from scripts.cost.bill import Bill
from scripts.cost.budget import Reason
from scripts.cost.expected import by_route
from scripts.cost.retail import Comparison
from scripts.exit import Exit

MARKS = {Exit.YES: "[green]ok[/]", Exit.NO: "[red]no[/]"}
NO_ROUTE = "(no route)"
MOST_NAMED = 8


def show(bill: Bill) -> None:
    console = Console(width=None if sys.stdout.isatty() else 100, highlight=False)
    if bill.given.planned is not None:
        console.print(_planned(bill))
        console.print(_routes(bill, f"{bill.prices.currency} a month", _expected(bill)))
    if bill.given.stands:
        console.print(_spent(bill))
        console.print(_routes(bill, bill.prices.currency, bill.month_to_date))
        if bill.forecast:
            found = bill.forecast
            console.print(
                f"this month: {found.spent:,.2f} so far + {found.mean_day:,.2f} a day "
                f"(mean of the last {found.full_days} full) x {found.days_left:.1f} days left = "
                f"{found.monthly:,.2f} {bill.prices.currency}; "
                f"30 such days are {found.as_thirty:,.2f}"
            )
    for reason in bill.reasons:
        mark = "[yellow]! [/]" if reason.warns else MARKS.get(reason.code, "[yellow]? [/]")
        console.print(f"{mark} {escape(reason.text)}")


def retail(found: Sequence[tuple[Comparison, Sequence[Reason]]]) -> str:
    """Azure's list beside ours, for a terminal."""
    words = {Exit.YES: "ok", Exit.NO: "no", Exit.CANNOT_TELL: "? "}
    told = [f"{words[each.code]} {each.text}" for _, reasons in found for each in reasons]
    for compared, _ in found:
        named = ", ".join(compared.unread[:MOST_NAMED])
        more = f" and {len(compared.unread) - MOST_NAMED} more (--json)"
        rest = more if len(compared.unread) > MOST_NAMED else ""
        if named:
            told.append(f"not read in {compared.region}, since nobody knows them: {named}{rest}")
    return "\n".join(told)


def retail_as_json(found: Sequence[tuple[Comparison, Sequence[Reason]]], code: Exit) -> str:
    """`plumb.retail/1`."""
    answer = {
        "schema": "plumb.retail/1",
        "exit_code": int(code),
        "regions": [
            asdict(compared)
            | {"reasons": [{"exit_code": int(each.code), "text": each.text} for each in reasons]}
            for compared, reasons in found
        ],
    }
    return json.dumps(answer, indent=2, allow_nan=False)


def _table(*headings: str) -> Table:
    table = Table(box=None, pad_edge=False)
    for number, heading in enumerate(headings):
        table.add_column(heading, justify="right" if number else "left", overflow="fold")
    return table


def _planned(bill: Bill) -> Table:
    table = _table(
        "by demand, a month", "in M", "cached M", "out M", "tokens", "hours", bill.prices.currency
    )
    for line in bill.lines:
        used = line.planned.used
        table.add_row(
            line.planned.name,
            *(f"{each / 1e6:,.1f}" for each in (used.prompt, used.cached, used.output)),
            f"{line.cost.by_token.amount:,.2f}",
            f"{line.cost.by_hour.amount:,.2f}",
            f"{line.cost.whole.amount:,.2f}",
        )
    whole = bill.planned
    table.add_row("together", "", "", "", "", "", f"{whole.amount if whole else 0:,.2f}")
    return table


def _routes(bill: Bill, heading: str, costs: Mapping[str, float]) -> Table:
    table = _table("route", heading)
    for route, cost in sorted(by_route(costs, bill.given.routes).items()):
        if route or cost:
            table.add_row(route or NO_ROUTE, f"{cost:,.2f}")
    return table


def _expected(bill: Bill) -> dict[str, float]:
    """By deployment."""
    return {line.planned.name: line.cost.whole.amount for line in bill.lines}


def _named(routes: Mapping[str, float]) -> dict[str, float]:
    return {route or NO_ROUTE: cost for route, cost in routes.items()}


def _spent(bill: Bill) -> Table:
    since = month.first_of(bill.given.at)
    table = _table(
        f"since {since:%Y-%m-%d}", "in M", "cached M", "out M", "hours", bill.prices.currency
    )
    for name, cost in sorted(bill.month_to_date.items()):
        rows = [each for each in bill.spending if each.deployment == name and each.day >= since]
        table.add_row(
            name,
            f"{sum(each.used.prompt for each in rows) / 1e6:,.2f}",
            f"{sum(each.used.cached for each in rows) / 1e6:,.2f}",
            f"{sum(each.used.output for each in rows) / 1e6:,.2f}",
            f"{sum(each.hours for each in rows):,.1f}",
            f"{cost:,.2f}",
        )
    known = "as far as Azure told" if bill.given.unknown else "together"
    table.add_row(known, "", "", "", "", f"{sum(bill.month_to_date.values()):,.2f}")
    return table


def as_json(bill: Bill, code: Exit) -> str:
    """`plumb.cost/1`."""
    given = bill.given
    answer: dict[str, Any] = {
        "schema": "plumb.cost/1",
        "stack": given.stack,
        "exit_code": int(code),
        "at": f"{given.at:%Y-%m-%dT%H:%M:%SZ}",
        "currency": bill.prices.currency,
        "budget": asdict(given.budget),
        "exchange": asdict(given.exchange) if given.exchange else None,
        "reasons": [
            {"exit_code": int(each.code), "warns": each.warns, "text": each.text}
            for each in bill.reasons
        ],
    }
    if given.planned is not None:
        answer["by_demand"] = {
            "monthly": bill.planned.amount if bill.planned else None,
            "complete": not given.silent,
            "routes": _named(by_route(_expected(bill), given.routes)),
            "deployments": [
                {
                    "deployment": line.planned.name,
                    "routes": list(line.planned.routes),
                    "tokens": asdict(line.planned.used),
                    "by_token": line.cost.by_token.amount,
                    "by_hour": line.cost.by_hour.amount,
                }
                for line in bill.lines
            ],
        }
    if given.stands is not None:
        answer["by_use"] = {
            "month_to_date": bill.month_to_date,
            "routes": _named(by_route(bill.month_to_date, given.routes)),
            "days": {f"{day:%Y-%m-%d}": cost for day, cost in sorted(bill.daily.items())},
            "forecast": asdict(bill.forecast) | {"monthly": bill.forecast.monthly}
            if bill.forecast
            else None,
        }
    return json.dumps(answer, indent=2, allow_nan=False)
