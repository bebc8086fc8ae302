"""The evidence of a plan, made again from what its run kept."""

from pathlib import Path
from typing import Any

from scripts.capacity.evidence import INPUTS, Inputs, claims


def recompute(folder: Path) -> dict[str, Any]:
    """By kind; demand by its route."""
    given = Inputs.model_validate_json((folder / INPUTS).read_text(encoding="utf-8"))
    made: dict[str, Any] = {}
    for each in claims(given):
        if each.route:
            made.setdefault(each.kind, {})[each.route] = dict(each.data)
        else:
            made[each.kind] = dict(each.data)
    return made
