"""What a plan leaves as evidence: the demand of its routes, and that somebody reviewed it."""

import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal

import typer
from pydantic import BaseModel, ConfigDict

from scripts.capacity.draft import Assumed
from scripts.capacity.peak import Peak
from scripts.capacity.plan import Plan
from scripts.readiness.declaring import Claim, declare
from scripts.readiness.run_folder import RUNS

INPUTS: Final = "inputs.json"


class Inputs(BaseModel):
    """All that the entries are made from."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal["plumb.capacity-run/1"] = "plumb.capacity-run/1"
    stack: str
    as_of: str
    months: int
    peaks: Mapping[str, Peak]
    """By route."""
    plan_url: str | None = None
    reviewed_by: str | None = None


def inputs(
    stack: str,
    plans: Sequence[Plan],
    assumed: Assumed,
    now: datetime,
    plan_url: str | None,
    reviewed_by: str | None,
) -> Inputs:
    return Inputs(
        stack=stack,
        as_of=f"{now:%Y-%m-%dT%H:%M:%SZ}",
        months=assumed.months,
        peaks={plan.route: plan.peak for plan in plans},
        plan_url=plan_url,
        reviewed_by=reviewed_by,
    )


def claims(given: Inputs) -> list[Claim]:
    """The entries that follow from it."""
    found = [
        Claim(kind="demand", route=route, data=_demand(peak, given))
        for route, peak in given.peaks.items()
    ]
    if given.plan_url and given.reviewed_by:
        review = {"url": given.plan_url, "reviewedAt": given.as_of, "by": given.reviewed_by}
        found.append(Claim(kind="capacityPlan", data=review))
    return found


def _demand(peak: Peak, given: Inputs) -> dict[str, Any]:
    return {
        "peakRpm": peak.requests,
        "avgPromptTokens": peak.prompt_tokens,
        "maxOutputTokens": peak.declared_output,
        "cacheShare": peak.cache_share,
        "growthMonths": float(given.months),
        "asOf": given.as_of,
    }


def record(given: Inputs, root: Path, now: datetime, *, dry_run: bool) -> None:
    """Keeps what the entries are made from, and adds them to the stack's evidence.

    Raises:
        typer.Exit: see `declaring.declare`.
    """
    made = claims(given)
    if dry_run:
        for each in made:
            of = f" of {each.route}" if each.route else ""
            typer.echo(f"would record {each.kind}{of}: {json.dumps(dict(each.data))}", err=True)
        return
    folder = root / RUNS / f"{now:%Y%m%d-%H%M%S}-capacity-{secrets.token_hex(2)}"
    folder.mkdir(parents=True)
    (folder / INPUTS).write_text(given.model_dump_json(indent=2) + "\n", encoding="utf-8")
    declare(given.stack, made, now, tool="plumb capacity plan")
    typer.echo(f"kept in {folder.relative_to(root)}", err=True)
