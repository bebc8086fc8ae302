"""Plans on a terminal, and for a program."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from scripts.capacity.draft import Assumed
from scripts.capacity.plan import Plan, Reason
from scripts.capacity.purchase import Offer
from scripts.capacity.quota import Left
from scripts.capacity.size import calls_per_day
from scripts.exit import Exit

MARKS = {Exit.YES: "[green]ok[/]", Exit.NO: "[red]no[/]"}


def show(stack: str, plans: Sequence[Plan], assumed: Assumed, silent: Sequence[str]) -> None:
    console = Console(width=None if sys.stdout.isatty() else 100, highlight=False)
    for plan in plans:
        _plan(console, stack, plan, assumed)
    for route in silent:
        console.print(
            f"[yellow]? [/] {stack}, route {route}: nobody said what it must carry. Fix: plumb "
            f"capacity plan --stack {stack} --route {route} --rpm N --prompt N --max-output N"
        )


def _plan(console: Console, stack: str, plan: Plan, assumed: Assumed) -> None:
    serving, peak = plan.serving, plan.peak
    console.print(
        f"{stack}, route {plan.route}: {serving.name}, {serving.deployed_model} {serving.version}, "
        f"{serving.sku} in {serving.location}",
        markup=False,
    )
    console.print(
        f"peak minute: {peak.requests:,.4g} calls of {peak.prompt_tokens:,.0f} prompt and at most "
        f"{peak.declared_output:,.0f} output tokens, by {peak.source}",
        markup=False,
    )
    needed = Table(box=None, pad_edge=False)
    for heading in ("need with headroom", "amount", serving.unit, "tier"):
        needed.add_column(
            heading, justify="left" if heading in ("need with headroom", "tier") else "right"
        )
    for name, size in (("declared maximum", plan.declared), ("observed output", plan.observed)):
        if size is plan.observed and peak.observed_output is None:
            continue
        for need in size.needs:
            # Of throughput the need is rounded to what can be had; what it is made of is not.
            raw = size.raw if need.kind == "PTU" else need.amount / need.per_unit
            needed.add_row(
                f"{name}, {need.kind}",
                f"{need.amount:,.0f}",
                f"{raw:,.2f}",
                size.tier if need is size.needs[0] else "",
            )
    console.print(needed)
    console.print(_sources(plan))
    if plan.admits is not None:
        console.print(
            f"{serving.capacity:,} {serving.unit} admit {plan.admits:,} such calls a minute, "
            f"{calls_per_day(plan.admits):,} a day"
        )
    if plan.growth:
        last = plan.growth.months[-1]
        console.print(
            f"grows {assumed.growth:.0%} a month: {plan.growth.months[0].need:,.1f} {serving.unit} "
            f"now, {last.need:,.1f} in {last.number} months; the quota leaves "
            f"{plan.growth.quota:,.0f}"
        )
    if plan.offers:
        console.print(_offers(plan, assumed))
    else:
        console.print(f"what it costs each way: {plan.unpriced}", markup=False)
    for way in plan.ways:
        console.print(way, markup=False)
    for reason in plan.reasons:
        console.print(f"{_mark(reason)} {escape(reason.text)}")
    console.print()


def _mark(reason: Reason) -> str:
    return "[yellow]! [/]" if reason.warns else MARKS.get(reason.code, "[yellow]? [/]")


def _sources(plan: Plan) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("source")
    table.add_column(plan.serving.unit, justify="right")
    table.add_column("how", overflow="fold")
    for each in plan.sources.estimates:
        units = "-" if each.units is None else f"{each.units:,.2f}"
        table.add_row(each.source, units, escape(each.how))
    return table


def _offers(plan: Plan, assumed: Assumed) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column(f"at a mean of {assumed.mean_share:.0%} of the peak")
    table.add_column(f"{plan.currency} a month", justify="right")
    table.add_column("cheaper than tokens", justify="right")
    for each in plan.offers:
        monthly = "no price known" if each.monthly is None else f"{each.monthly:,.0f}"
        table.add_row(each.name, monthly, _pays_off(each))
    return table


def _pays_off(offer: Offer) -> str:
    share = offer.pays_off_at
    if share is None:
        return "-"
    return f"never ({share:.0%})" if share > 1 else f"from a mean of {share:.0%}"


def as_json(
    stack: str, plans: Sequence[Plan], assumed: Assumed, silent: Sequence[str], code: Exit
) -> str:
    """`plumb.capacity/1`."""
    answer = {
        "schema": "plumb.capacity/1",
        "stack": stack,
        "exit_code": int(code),
        "assumed": asdict(assumed) | {"today": f"{assumed.today:%Y-%m-%d}"},
        "routes": [_as_json(plan) for plan in plans],
        "routes_without_demand": list(silent),
    }
    return json.dumps(answer, indent=2, allow_nan=False)


def _as_json(plan: Plan) -> dict[str, Any]:
    growth, serving = plan.growth, plan.serving
    return {
        "route": plan.route,
        "deployment": serving.name,
        "model": serving.deployed_model,
        "version": serving.version,
        "sku": serving.sku,
        "location": serving.location,
        "exit_code": int(plan.code),
        "peak": asdict(plan.peak),
        "tier": plan.declared.tier,
        "needs": {need.kind: need.amount for need in plan.declared.needs},
        "needs_observed": {need.kind: need.amount for need in plan.observed.needs},
        "capacity_declared": serving.capacity,
        "capacity_planned": plan.capacity,
        "capacity_observed": plan.observed.capacity,
        "carried": round(plan.carried, 6),
        "admits_calls_per_minute": plan.admits,
        "sources": [
            {"source": each.source, "units": each.units, "how": each.how}
            for each in plan.sources.estimates
        ],
        "sources_apart": round(plan.sources.apart, 6),
        "quota": asdict(plan.quota) if isinstance(plan.quota, Left) else None,
        "growth": {
            "months": [asdict(month) for month in growth.months],
            "quota": growth.quota,
            "months_to_quota": growth.months_to_quota if growth.ends else None,
            "quota_ends": growth.ends.isoformat() if growth.ends else None,
            "ask_by": growth.ask_by.isoformat() if growth.ask_by else None,
        }
        if growth
        else None,
        "currency": plan.currency,
        "offers": [
            asdict(each)
            | {"pays_off_at": each.pays_off_at if each.pays_off_at != float("inf") else None}
            for each in plan.offers
        ],
        "reasons": [
            {"exit_code": int(each.code), "warns": each.warns, "text": each.text}
            for each in plan.reasons
        ],
    }
