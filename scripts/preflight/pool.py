"""Quota pools: what a whole stack draws on them, and what is left of them for it."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from components import catalog
from scripts.preflight.seen import Seen, changes_into
from scripts.preflight.wanted import Wanted, WantedDeployment, offered_as
from scripts.subscription.facts import LiveDeployment, OfferedModel, Sku, Unknown, Usage


@dataclass(frozen=True, kw_only=True)
class Share:
    """What one deployment does to its pool. Unit: that of sku.capacity."""

    wanted: WantedDeployment
    need: int
    """What it will hold."""
    held: int
    """What it holds already, and gives back as it is changed."""

    @property
    def growth(self) -> int:
        return max(0, self.need - self.held)


@dataclass(frozen=True, kw_only=True)
class Pool:
    """One quota of one region, and what the stack wants of it."""

    location: str
    name: str
    shares: Sequence[Share]
    usage: Usage | Unknown
    leaving: Sequence[LiveDeployment] = ()
    """Our own that `up` takes away, and that hold quota until it has."""

    @property
    def need(self) -> int:
        return sum(each.need for each in self.shares)

    @property
    def held(self) -> int:
        return sum(each.held for each in self.shares)

    @property
    def growth(self) -> int:
        """If whatever grows is written before whatever shrinks."""
        return sum(each.growth for each in self.shares)

    def available(self, usage: Usage) -> float:
        """For the stack: what nobody else holds."""
        return usage.limit - usage.used + self.held


def pools(wanted: Wanted, seen: Seen) -> tuple[list[Pool], list[tuple[WantedDeployment, Unknown]]]:
    """Every pool that the stack draws on, and the deployments whose pool nobody tells.

    A model that its region does not offer draws on none: another check says so.
    """
    shares: dict[tuple[str, str], list[Share]] = defaultdict(list)
    untold: list[tuple[WantedDeployment, Unknown]] = []
    for each in wanted.deployments:
        name = pool_name(each, seen)
        if isinstance(name, Unknown):
            untold.append((each, name))
        elif name is not None:
            shares[each.location, name].append(_share(each, seen))
    found = [
        Pool(location=location, name=name, shares=each, usage=_usage(location, name, seen))
        for (location, name), each in sorted(shares.items())
    ]
    return [replace(each, leaving=_leaving(each, wanted, seen)) for each in found], untold


def pool_name(wanted: WantedDeployment, seen: Seen) -> str | Unknown | None:
    """The pool that Azure names for a deployment; None where it offers no such thing.

    Never put together from parts: `OpenAI.Standard.gpt4.1-mini` stands beside
    `OpenAI.GlobalStandard.gpt-5-mini`.
    """
    model = seen.offered(wanted)
    if not isinstance(model, OfferedModel):
        return model
    sku = model.sku(wanted.sku)
    if wanted.fine_tuned and wanted.sku not in catalog.PROVISIONED_SKUS:
        return _tuned_pool(wanted, model, sku, seen)
    if sku is None:
        return None
    return sku.usage_name or _untold(wanted)


def _tuned_pool(
    wanted: WantedDeployment, model: OfferedModel, base: Sku | None, seen: Seen
) -> str | Unknown | None:
    """Fine-tuned models have pools of their own: told by newer API versions, else looked up."""
    told = [each for each in model.skus if (each.name, each.scope) == (wanted.sku, "Finetune")]
    if told:
        return told[0].usage_name or _untold(wanted)
    if base is None:
        return _untold(wanted) if wanted.sku == "DeveloperTier" else None
    usages = seen.usages[wanted.location]
    if isinstance(usages, Unknown):
        return usages
    alike = _letters(f"{base.usage_name}-finetune")
    return next((each.name for each in usages if _letters(each.name) == alike), _untold(wanted))


def _letters(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _untold(wanted: WantedDeployment) -> Unknown:
    return Unknown(
        reason=f"Azure names no quota pool for {wanted.model.name} as {wanted.sku} in "
        f"{wanted.location}",
        fix="see the portal's quota page",
    )


def _share(wanted: WantedDeployment, seen: Seen) -> Share:
    live = seen.in_place(wanted)
    held = live.capacity if isinstance(live, LiveDeployment) else 0
    # What is autoscaled keeps what the scaler gave it, whatever the file says.
    return Share(
        wanted=wanted, need=held if wanted.autoscaled and held else wanted.capacity, held=held
    )


def _usage(location: str, name: str, seen: Seen) -> Usage | Unknown:
    usages = seen.usages[location]
    if isinstance(usages, Unknown):
        return usages
    return next(
        (each for each in usages if each.name == name),
        Unknown(
            reason=f"quota of {location}: no pool {name} in it", fix="see the portal's quota page"
        ),
    )


def _leaving(pool: Pool, wanted: Wanted, seen: Seen) -> list[LiveDeployment]:
    """Our deployments in a pool that have no successor in the file, or one that is made anew."""
    found = []
    for account in wanted.accounts:
        live = seen.deployments[account.key]
        if account.location != pool.location or isinstance(live, Unknown):
            continue
        for each in live:
            if any(changes_into(each, other) for other in wanted.of(account.key)):
                continue
            as_declared = replace(
                pool.shares[0].wanted,
                model=each.model,
                offered=offered_as(each.model),
                sku=each.sku,
            )
            if pool_name(as_declared, seen) == pool.name:
                found.append(each)
    return found
