"""Whether Azure's own calculator agrees with our table of provisioned throughput."""

from collections.abc import Iterator

from components import catalog
from policies.throughput import Demand, needs
from scripts.preflight.finding import Finding, cannot_tell, warns
from scripts.preflight.seen import Seen
from scripts.preflight.wanted import REFERENCE, Wanted
from scripts.subscription.facts import ModelKey, Unknown


def calculator(wanted: Wanted, seen: Seen) -> Iterator[Finding]:
    """Each provisioned model and SKU once, at a load that no minimum hides."""
    asked: set[tuple[ModelKey, str]] = set()
    for each in wanted.deployments:
        key = (each.offered, each.sku)
        if each.sku not in catalog.PROVISIONED_SKUS or key in asked:
            continue
        asked.add(key)
        told, place = seen.estimates[key], (*each.place, "capacity")
        load = (
            f"{REFERENCE.requests_per_minute} calls a minute of {REFERENCE.prompt_tokens} + "
            f"{REFERENCE.generated_tokens} tokens"
        )
        if isinstance(told, Unknown):
            yield cannot_tell("calculator", place, told, f"what {load} take")
            continue
        ours = by_table(each.offered, each.sku)
        if ours != told.deployable:
            yield warns(
                "calculator",
                place,
                found=f"for {load} Azure calculates {told.deployable} PTU",
                wanted=f"{ours} PTU, as our table has it" if ours else "a row in our table",
                fix=f"provisioned: of {each.offered} in components/models.yaml, from Azure's page",
            )


def by_table(key: ModelKey, sku: str) -> int | None:
    """What the reference load needs by components/models.yaml, rounded up to what can be had."""
    model = catalog.find_model(key.name, key.version, key.format)
    demand = Demand(
        requests=REFERENCE.requests_per_minute,
        prompt_tokens=REFERENCE.prompt_tokens,
        output_tokens=REFERENCE.generated_tokens,
    )
    found = needs(demand, model, sku) if model else []
    return round(found[0].amount) if found else None
