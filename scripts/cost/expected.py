"""What a stack costs a month by what its routes must carry, before anybody has called."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from components.catalog import PROVISIONED_SKUS
from components.prices import PriceList
from components.sections import Settings
from scripts.capacity.peak import Peak
from scripts.capacity.purchase import HOURS_A_MONTH
from scripts.cost.price import Money, Priced, Sold, Used, priced


@dataclass(frozen=True, kw_only=True)
class Planned:
    """A deployment, and what its callers will use in a month."""

    name: str
    """`account/deployment`."""
    sold: Sold
    capacity: int
    fine_tuned: bool
    routes: Sequence[str]
    """Those that name it."""
    used: Used
    hours: float = HOURS_A_MONTH

    @property
    def by_the_hour(self) -> bool:
        return self.sold.sku in PROVISIONED_SKUS or self.fine_tuned


@dataclass(frozen=True, kw_only=True)
class Line:
    """What it costs a month."""

    planned: Planned
    cost: Priced


def planned(
    settings: Settings, peaks: Mapping[str, Peak], mean_share: float, answer_share: float = 1.0
) -> list[Planned]:
    """Every deployment of a stack.

    peaks: by route; a route's callers are its stable deployment's. mean_share: of the peak, the
    mean minute of a month. answer_share: of the declared maximum, what answers hold.
    """
    stable = {route: settings.target(settings.routes[route].stable) for route in peaks}
    found = []
    for key, account in settings.accounts.items():
        for name, wanted in account.deployments.items():
            used = Used()
            for route, peak in peaks.items():
                if stable[route] == (key, name):
                    used = used.plus(_used(peak, mean_share, answer_share))
            found.append(
                Planned(
                    name=f"{key}/{name}",
                    sold=Sold(
                        model=wanted.deployed_model,
                        version=wanted.deployed_version,
                        sku=wanted.sku,
                        location=account.location,
                    ),
                    capacity=wanted.capacity,
                    fine_tuned=wanted.fine_tuned is not None,
                    routes=routes_of(settings, key, name),
                    used=used,
                )
            )
    return found


def lines(found: Iterable[Planned], prices: PriceList, at: datetime) -> list[Line]:
    """What each costs at the prices of a time."""
    return [
        Line(
            planned=each,
            cost=priced(
                each.sold,
                each.used,
                each.hours if each.by_the_hour else 0.0,
                each.capacity,
                fine_tuned=each.fine_tuned,
                prices=prices,
                at=at,
            ),
        )
        for each in found
    ]


def total(found: Iterable[Line], prices: PriceList) -> Money:
    whole = Money(0.0, prices.currency)
    for line in found:
        whole = whole.plus(line.cost.whole)
    return whole


def by_route(costs: Mapping[str, float], routes: Mapping[str, Sequence[str]]) -> dict[str, float]:
    """What each route costs; what several routes name is shared evenly, what none does is ''.

    costs: by deployment; routes: by deployment, those that name it.
    """
    found: dict[str, float] = {}
    for deployment, cost in costs.items():
        named = routes.get(deployment) or [""]
        for route in named:
            found[route] = found.get(route, 0.0) + cost / len(named)
    return found


def routes_of(settings: Settings, key: str, name: str) -> list[str]:
    """The routes that name a deployment, or spill over to it."""
    found = []
    for route, wanted in sorted(settings.routes.items()):
        others = (wanted.candidate, wanted.rollback, *wanted.fallback)
        named = {settings.target(each) for each in (wanted.stable, *others) if each}
        spilling = {
            (account, settings.accounts[account].deployments[deployment].spillover)
            for account, deployment in named
        }
        if (key, name) in named | spilling:
            found.append(route)
    return found


def _used(peak: Peak, mean_share: float, answer_share: float) -> Used:
    calls = peak.requests * mean_share * 60 * HOURS_A_MONTH
    prompt = calls * peak.prompt_tokens
    return Used(
        prompt=prompt,
        cached=prompt * peak.cache_share,
        output=calls * peak.declared_output * answer_share,
    )
