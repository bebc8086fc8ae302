"""What Azure's lists, region by region, tell of one model."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from components import catalog
from scripts.subscription.facts import FOUNDRY, ModelKey, OfferedModel

ByRegion = Mapping[str, Collection[OfferedModel]]


@dataclass(frozen=True, kw_only=True)
class Told:
    """One model as the dated table would have it. None: Azure does not tell."""

    lifecycle: str | None
    retires: str | None
    """ISO date; the earliest of all regions."""
    is_default: bool
    fine_tunable: bool | None
    replaced_by: str | None
    rates: tuple[float, float] | None
    """Tokens and requests a minute by unit, where all SKUs that have such limits agree."""
    skus: Mapping[str, frozenset[str]]
    usage_names: Mapping[str, str]
    regional: tuple[int, int] | None
    """Minimum and step of regional provisioned throughput."""
    makes_embeddings: bool


def models(answers: ByRegion) -> list[ModelKey]:
    """Every model that accounts of our kind may have anywhere, each once."""
    return list(
        dict.fromkeys(
            each.key for found in answers.values() for each in found if each.kind == FOUNDRY
        )
    )


def told(key: ModelKey, answers: ByRegion) -> Told | None:
    """What all regions together tell of a model; None if none of them offers it."""
    rows = [
        (region, each)
        for region, found in answers.items()
        for each in found
        if (each.key, each.kind) == (key, FOUNDRY)
    ]
    if not rows:
        return None
    offered = [each for _, each in rows]
    skus: dict[str, set[str]] = {}
    pools: dict[str, str] = {}
    for region, model in rows:
        for sku in model.skus:
            if sku.scope != "Finetune":
                skus.setdefault(sku.name, set()).add(region)
                pools.setdefault(sku.name, sku.usage_name or "")
    dates = [each.retires for each in offered if each.retires]
    heirs = [each.replacement for each in offered if each.replacement]
    return Told(
        lifecycle=offered[0].lifecycle or None,
        retires=f"{min(dates):%Y-%m-%d}" if dates else None,
        is_default=any(each.is_default for each in offered),
        fine_tunable=any("fineTune" in each.capabilities for each in offered)
        if any(each.capabilities for each in offered)
        else None,
        replaced_by=f"{heirs[0].name}/{heirs[0].version}" if heirs else None,
        rates=_rates(offered),
        skus={name: frozenset(where) for name, where in skus.items()},
        usage_names={name: pool for name, pool in pools.items() if pool},
        regional=_regional(offered),
        makes_embeddings=any("embeddings" in each.capabilities for each in offered),
    )


def _rates(offered: Collection[OfferedModel]) -> tuple[float, float] | None:
    found = {
        (tokens, requests)
        for model in offered
        for sku in model.skus
        if (tokens := sku.per_minute("token")) and (requests := sku.per_minute("request"))
    }
    return found.pop() if len(found) == 1 else None


def _regional(offered: Collection[OfferedModel]) -> tuple[int, int] | None:
    found = {
        (sku.minimum, sku.step)
        for model in offered
        for sku in model.skus
        if sku.name == "ProvisionedManaged"
    }
    return found.pop() if len(found) == 1 else None


def irregular(key: ModelKey, told: Told) -> dict[str, str]:
    """The pools that are not called as the rule has it."""
    return {
        sku: pool
        for sku, pool in sorted(told.usage_names.items())
        if pool != catalog.usage_name(key.format, key.name, sku)
    }
