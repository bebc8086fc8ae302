"""What a forecast leaves as evidence, and all that it can be made from again."""

import json
import secrets
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import typer

from components.prices import sha256_of
from scripts.cost.bill import Bill
from scripts.exit import Exit, leave
from scripts.readiness.declaring import Claim, declare
from scripts.readiness.run_folder import RUNS

GIVEN: Final = "given.json"
PRICES: Final = "prices.yaml"


def data(bill: Bill, price_list: bytes) -> dict[str, Any]:
    """Of a `cost` entry: the larger of the forecasts that there are.

    Raises:
        OtherCurrency: no rate was agreed on.
        ValueError: there is no forecast.
    """
    return {
        "forecastMonthly": round(max(bill.forecasts.values()), 2),
        "currency": bill.given.budget.currency,
        "priceFileSha256": sha256_of(price_list),
    }


def record(bill: Bill, price_list: bytes, root: Path, now: datetime, *, dry_run: bool) -> None:
    """Keeps what the forecast was made from, and adds it to the stack's evidence.

    Raises:
        typer.Exit: something was not known, so it is no whole forecast (3); see also
            `declaring.declare`.
    """
    if any(each.code not in (Exit.YES, Exit.NO) for each in bill.reasons) or not bill.forecasts:
        raise leave(Exit.CANNOT_TELL, "not recorded: it is no whole forecast")
    made = data(bill, price_list)
    if dry_run:
        typer.echo(f"would record cost: {json.dumps(made)}", err=True)
        return
    folder = root / RUNS / f"{now:%Y%m%d-%H%M%S}-cost-{secrets.token_hex(2)}"
    folder.mkdir(parents=True)
    (folder / GIVEN).write_text(bill.given.model_dump_json(indent=2) + "\n", encoding="utf-8")
    (folder / PRICES).write_bytes(price_list)
    declare(bill.given.stack, [Claim(kind="cost", data=made)], now, tool="plumb cost")
    typer.echo(f"kept in {folder.relative_to(root)}", err=True)
