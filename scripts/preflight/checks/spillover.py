"""Whether what is full has somewhere to spill to."""

from collections.abc import Iterator

from components.catalog import SPILLS_TO
from scripts.preflight.finding import Finding, fails
from scripts.preflight.seen import Seen
from scripts.preflight.wanted import Wanted


def spillover(wanted: Wanted, seen: Seen) -> Iterator[Finding]:
    """Same account, same model, the SKU of the same level; its quota is counted like any other."""
    for full in wanted.deployments:
        if full.spillover is None:
            continue
        place = (*full.place, "spillover")
        takes = SPILLS_TO.get(full.sku)
        if takes is None:
            yield fails(
                "spillover",
                place,
                found=f"{full.sku} does not spill over",
                wanted=f"spillover: {full.spillover}",
                fix=f"remove it, or take one of {', '.join(SPILLS_TO)}",
            )
            continue
        wants = f"{takes} of {full.model} in {full.account}"
        target = next((e for e in wanted.of(full.account) if e.name == full.spillover), None)
        if target is None:
            found = f"{full.account} declares no {full.spillover}"
        elif (target.sku, target.model) != (takes, full.model):
            found = f"{target.name} is {target.sku} of {target.model}"
        else:
            continue
        fitting = [
            e.name for e in wanted.of(full.account) if (e.sku, e.model) == (takes, full.model)
        ]
        fix = f"spillover: {' or '.join(fitting)}" if fitting else f"declare a {wants}"
        yield fails("spillover", place, found=found, wanted=wants, fix=fix)
