"""A plan from what is declared, what a subscription answers, and what was measured."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from components import catalog
from components.prices import PriceList
from components.sections import Settings
from policies.throughput import Demand
from scripts.capacity import load_run, purchase, quota
from scripts.capacity.growth import Growth, grow
from scripts.capacity.load_run import Borne, NoLoadRun
from scripts.capacity.peak import Peak
from scripts.capacity.plan import Plan, Serving
from scripts.capacity.quota import Left
from scripts.capacity.size import NotSized, Size, size, whole
from scripts.capacity.sources import Estimate, Reconciled, reconcile
from scripts.cost.price import NoPrice, Sold, token_price
from scripts.preflight.seen import Seen
from scripts.preflight.wanted import Wanted, WantedDeployment
from scripts.subscription.facts import Sku, Subscription, Unknown, Workload

TOKENS_OF: Final = catalog.SPILLS_TO
THROUGHPUT_OF: Final = {standard: provisioned for provisioned, standard in TOKENS_OF.items()}
"""What else is sold for the same boundary: tokens for throughput, and the other way round."""


@dataclass(frozen=True, kw_only=True)
class Assumed:
    """What nobody measured."""

    headroom: float
    growth: float
    """A month, as a share."""
    months: int
    mean_share: float
    """Of the peak minute, the mean minute of a month."""
    lead_days: int
    today: date
    quota: float | None = None
    """In units of capacity, in place of what the subscription tells is left."""


@dataclass(frozen=True, kw_only=True)
class Known:
    """All that plans of one stack are made from."""

    settings: Settings
    wanted: Wanted
    seen: Seen
    asked: Subscription
    runs: Path
    """Where load runs lie."""
    prices: PriceList

    def deployment(self, name: str) -> WantedDeployment:
        """What a route's `name` or `account/name` means."""
        key = self.settings.target(name)
        return next(each for each in self.wanted.deployments if (each.account, each.name) == key)


def draft(
    known: Known, route: str, peak: Peak, assumed: Assumed, *, measured: Path | None = None
) -> Plan:
    """The plan of a route.

    measured: the folder of a load run; if left out, or if it tells nothing of capacity, the newest
    of the stack's deployment.

    Raises:
        NotSized: nobody knows what the route's deployment carries.
    """
    declared = known.settings.routes[route]
    planned = known.deployment(declared.stable)
    serving = _serving(known, planned)
    spill = planned.spillover
    need = peak.declared(assumed.headroom)
    by_declared = _size(need, serving)
    sources = reconcile(
        [
            Estimate(source="formula", units=by_declared.raw, how="tokens and calls by the rate"),
            _calculator(known.asked, planned, serving, need),
            _own_load(known, serving, need, measured),
        ]
    )
    left = quota.left(known.seen, known.wanted, planned)
    offered, currency, unpriced = _offers(peak, serving, known.prices, assumed)
    return Plan(
        route=route,
        peak=peak,
        headroom=assumed.headroom,
        serving=serving,
        spillover=_serving(known, known.deployment(f"{planned.account}/{spill}"))
        if spill
        else None,
        declared=by_declared,
        observed=_size(peak.observed(assumed.headroom), serving),
        sources=sources,
        capacity=_legal(sources, serving),
        quota=left,
        growth=_growth(sources, left, assumed),
        offers=offered,
        currency=currency,
        unpriced=unpriced,
        elsewhere=[
            f"{each.account}/{each.name}"
            for each in map(known.deployment, declared.fallback)
            if each.location != planned.location
        ],
    )


def _serving(known: Known, wanted: WantedDeployment) -> Serving:
    key = wanted.model
    model = catalog.model_behind(key.name, key.version, key.format)
    if model is None:
        raise NotSized(
            f"nobody knows {key} of {key.format}. Fix: a model of components/models.yaml"
        )
    told = known.seen.sku(wanted)
    sku = told if isinstance(told, Sku) else None  # the catalog's, where the region says nothing
    return Serving(
        name=f"{wanted.account}/{wanted.name}",
        model=quota.rated(model, sku) if sku else model,
        deployed_model=key.name,
        version=key.version,
        sku=wanted.sku,
        location=wanted.location,
        capacity=wanted.capacity,
        step=quota.step(sku) if sku else model.capacity(wanted.sku),
    )


def _size(need: Demand, serving: Serving) -> Size:
    return size(need, serving.model, serving.sku, serving.step)


def _legal(sources: Reconciled, serving: Serving) -> int:
    return serving.step.nearest(whole(sources.units))


def _calculator(
    asked: Subscription, planned: WantedDeployment, serving: Serving, need: Demand
) -> Estimate:
    """It has no field for the cache, so it is asked with what the cache does not spare."""
    if not serving.provisioned:
        return Estimate(
            source="calculator", units=None, how="calculates provisioned throughput only"
        )
    workload = Workload(
        requests_per_minute=round(need.requests),
        prompt_tokens=round(need.prompt_tokens * (1 - need.cache_share)),
        generated_tokens=round(need.output_tokens),
    )
    answer = asked.calculate_capacity(planned.offered, serving.sku, [workload])
    if isinstance(answer, Unknown):
        return Estimate(source="calculator", units=None, how=str(answer), missing=answer.code)
    return Estimate(
        source="calculator",
        units=answer.value,
        how=f"Azure's own; {answer.deployable:,} can be deployed",
    )


def _own_load(known: Known, serving: Serving, need: Demand, measured: Path | None) -> Estimate:
    """By the run that was named, or else by the newest that says something of capacity."""
    newest = load_run.newest(known.runs, known.wanted.stack, serving.name)
    why = "never measured: plumb load --sweep"
    for folder in (measured, newest):
        if folder is None:
            continue
        try:
            borne = load_run.borne(load_run.read(folder))
        except NoLoadRun as error:
            why = str(error)
            continue
        return _by_load(folder, borne, serving, need)
    return Estimate(source="own load", units=None, how=why)


def _by_load(folder: Path, borne: Borne, serving: Serving, need: Demand) -> Estimate:
    then = load_run.capacity_then(folder)
    of = serving.capacity if then is None else then
    # Calls of the run and of the route differ in length: they are compared by what each takes.
    full = borne.call.grown(borne.calls_per_minute / borne.call.requests)
    # Admission counts what callers declare; throughput units work off what answers hold.
    bore = _size(full.observed(1.0) if serving.provisioned else full.declared(1.0), serving)
    guessed = f", with {of:,} as declared" if then is None else ""
    return Estimate(
        source="own load",
        units=of * _size(need, serving).raw / bore.raw,
        how=f"{borne.how}{guessed}",
    )


def _growth(sources: Reconciled, found: Left | Unknown, assumed: Assumed) -> Growth | None:
    if assumed.quota is not None:
        limit = assumed.quota
    elif isinstance(found, Left):
        limit = found.left
    else:
        return None
    return grow(
        sources.units,
        limit,
        rate=assumed.growth,
        months=assumed.months,
        today=assumed.today,
        lead_days=assumed.lead_days,
    )


def _offers(
    peak: Peak, serving: Serving, prices: PriceList, assumed: Assumed
) -> tuple[list[purchase.Offer], str, str]:
    """The ways to buy, their currency; or why they cannot be compared."""
    hourly_sku = serving.sku if serving.provisioned else THROUGHPUT_OF.get(serving.sku, "")
    hourly = prices.provisioned.get(hourly_sku)
    if hourly is None or serving.model.provisioned is None:
        return [], "", f"no provisioned throughput of {serving.deployed_model} is known"
    sold = Sold(
        model=serving.deployed_model,
        version=serving.version,
        sku=TOKENS_OF.get(serving.sku, serving.sku),
        location=serving.location,
    )
    try:
        price, currency = token_price(sold, prices=prices)
    except NoPrice as error:
        return [], "", str(error)
    if hourly.currency != currency:
        return [], "", f"tokens are priced in {currency}, throughput in {hourly.currency}"
    throughput = size(peak.observed(assumed.headroom), serving.model, hourly.sku).capacity
    minute = peak.observed(1.0)
    offered = purchase.offers(minute, price, assumed.mean_share, throughput, hourly)
    return list(offered), currency, ""
