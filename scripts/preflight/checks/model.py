"""Whether a region offers the model, in the SKU that is wanted."""

from collections.abc import Collection, Iterator, Sequence

from components import catalog
from scripts.preflight.finding import Finding, cannot_tell, fails
from scripts.preflight.seen import Seen
from scripts.preflight.wanted import Wanted, WantedDeployment
from scripts.subscription.facts import FOUNDRY, OfferedModel, Unknown


def model(wanted: Wanted, seen: Seen) -> Iterator[Finding]:
    for each in wanted.deployments:
        found = seen.offered(each)
        wants = f"{each.offered} as {each.sku} in {each.location}"
        if isinstance(found, Unknown):
            yield cannot_tell("model", each.place, found, wants)
        elif found is None:
            yield fails(
                "model",
                (*each.place, "fine_tuned" if each.fine_tuned else "model"),
                found=_without(each, seen),
                wanted=wants,
                fix=_elsewhere(each, wanted.regions, seen),
            )
        elif found.sku(each.sku) is None and not _only_tuned(each):
            comes = ", ".join(sorted({sku.name for sku in found.skus})) or "nothing"
            yield fails(
                "model",
                (*each.place, "sku"),
                found=f"in {each.location} it comes as {comes}",
                wanted=wants,
                fix=_elsewhere(each, wanted.regions, seen),
            )


def _only_tuned(wanted: WantedDeployment) -> bool:
    """Fine-tuned models stand on it as well, which the lists of their bases do not say."""
    return wanted.fine_tuned and wanted.sku == "DeveloperTier"


def _without(wanted: WantedDeployment, seen: Seen) -> str:
    """What the region has instead."""
    models = seen.models[wanted.location]
    listed = () if isinstance(models, Unknown) else models
    if any(each.key == wanted.offered for each in listed):
        return f"{wanted.location} offers it to other kinds of account than {FOUNDRY}"
    same = _versions(wanted, listed)
    other = f"; other versions: {', '.join(same)}" if same else ""
    return f"{wanted.location} does not offer it{other}"


def _versions(wanted: WantedDeployment, models: Sequence[OfferedModel]) -> list[str]:
    return sorted(
        {
            each.key.version
            for each in models
            if (each.key.name, each.key.format, each.kind)
            == (wanted.offered.name, wanted.offered.format, FOUNDRY)
        }
    )


def _elsewhere(wanted: WantedDeployment, allowed: Collection[str], seen: Seen) -> str:
    """The allowed regions that sell it, as Azure tells them or else the dated table."""
    rooms = seen.rooms[wanted.offered]
    if isinstance(rooms, Unknown):
        known = catalog.find_model(
            wanted.offered.name, wanted.offered.version, wanted.offered.format
        )
        sold = set(known.skus.get(wanted.sku, ())) if known else set()
    else:
        sold = {each.location for each in rooms if each.sku == wanted.sku}
    regions = sorted(sold & set(allowed))
    if not regions:
        within = "that the stack's residency allows " if sold else ""
        return f"another model or SKU: no region {within}is known to have it"
    return f"location: {' or '.join(regions[:8])}{' or …' if len(regions) > 8 else ''}"
