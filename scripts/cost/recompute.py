"""The evidence of a forecast, made again from what its run kept."""

from pathlib import Path
from typing import Any

from components.prices import parse
from scripts.cost.bill import Bill, Given
from scripts.cost.evidence import GIVEN, PRICES, data


def recompute(folder: Path) -> dict[str, Any]:
    """The data of the `cost` entry."""
    given = Given.model_validate_json((folder / GIVEN).read_text(encoding="utf-8"))
    price_list = (folder / PRICES).read_bytes()
    return data(Bill(given, parse(price_list.decode())), price_list)
