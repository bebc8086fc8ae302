"""`plumb cost`: what a stack costs, what it will cost, and whether the budget holds."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scripts import options
from scripts.exit import Exit, gravest, leave

if TYPE_CHECKING:
    from components.prices import PriceList
    from components.sections import Settings
    from scripts.cost.budget import Exchange


def cost_command(
    stack: options.Stack,
    forecast: Annotated[
        bool, typer.Option("--forecast", help="A month by the routes' recorded demand.")
    ] = False,
    actual: Annotated[
        bool, typer.Option("--actual", help="What was used, and the month that follows from it.")
    ] = False,
    check_budget: Annotated[
        bool, typer.Option("--check-budget", help="Hold month and days against the budget.")
    ] = False,
    mean_share: Annotated[
        float,
        typer.Option(
            metavar="SHARE", min=0, max=1, help="The mean minute of a month, beside the peak."
        ),
    ] = 0.3,
    answer_share: Annotated[
        float,
        typer.Option(
            metavar="SHARE", min=0, max=1, help="Of the declared maximum, what answers hold."
        ),
    ] = 1.0,
    exchange_rate: Annotated[
        str | None,
        typer.Option(metavar="USD=EUR:RATE", help="What finance agreed on; nothing is looked up."),
    ] = None,
    prices: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Prices of yours, in the form of components/prices.yaml."
        ),
    ] = None,
    retail: Annotated[
        bool, typer.Option("--retail", help="Hold the price list against Azure's public one.")
    ] = False,
    record: options.Record = False,
    as_json: options.AsJson = False,
    dry_run: options.DryRun = False,
    deadline: options.Deadline = 60.0,
) -> None:
    """Say what a stack costs: tokens by the price list, and by the hour what stands there.

    Without any of the three it forecasts. Of --check-budget alone, both count: demand and use.
    Azure's own budget lags by hours and has no days; this has both, and covers the models alone.

    Exit code: 0 within the budget, 1 over it, 2 wrong use or two currencies, 3 cannot tell (no
    price, no demand, no full day), 4 not reached or not allowed.

    \b
    Examples:
      plumb cost --stack prod --forecast
      plumb cost --stack prod --forecast --check-budget --exchange-rate USD=EUR:0.86 --record
      plumb cost --stack staging --actual --json
    """
    # Here, not above: `plumb --help` must not wait for any of it.
    from components import settings
    from components.evidence_file import UnreadableEvidence
    from components.prices import FILE, parse
    from components.stack_file import ROOT
    from policies import clock
    from scripts.capacity import demand
    from scripts.cost import asked, evidence, month, printed
    from scripts.cost.bill import Bill, Given
    from scripts.cost.budget import Budget, OtherCurrency
    from scripts.cost.expected import planned
    from scripts.opened import open_stack
    from scripts.subscription import arm
    from scripts.subscription.patience import Patience

    if deadline <= 0:
        raise leave(Exit.WRONG_USE, f"--deadline {deadline:g}. Fix: seconds, above 0")
    exchange = _exchange(exchange_rate)
    if check_budget and not (forecast or actual):
        forecast = actual = True
    forecast = forecast or not actual
    try:
        declared = settings.read(stack)
        price_list = (prices or FILE).read_bytes()
        listed = parse(price_list.decode())
        peaks = demand.recorded(ROOT / declared.readiness.evidence)
    except (settings.WrongStackFile, UnreadableEvidence) as error:
        raise leave(Exit.WRONG_USE, error) from None
    except (OSError, ValueError) as error:
        raise leave(Exit.WRONG_USE, f"{prices}: {error}. Fix: see components/prices.yaml") from None
    if retail:
        raise typer.Exit(_retail(declared, listed, deadline, as_json=as_json))
    peaks = {route: peak for route, peak in peaks.items() if route in declared.routes}
    now = clock.now()
    found = asked.Asked()
    if actual:
        outputs = open_stack(stack).outputs
        try:
            azure = arm.from_environment()
        except arm.NoSubscription as error:
            raise leave(Exit.WRONG_USE, error) from None
        typer.echo(f"asking Azure what {stack} used ...", err=True)
        try:
            since = month.looked_at_since(now)
            found = asked.ask(outputs, azure, Patience.of(deadline), since, now)
        except KeyboardInterrupt:
            raise leave(Exit.CANNOT_TELL, "cut off: nothing was told. Fix: run it again") from None
    expected = planned(declared, peaks, mean_share, answer_share)
    given = Given(
        stack=stack,
        at=now,
        budget=Budget.of(declared),
        exchange=exchange,
        routes={each.name: each.routes for each in expected},
        planned=expected if forecast else None,
        silent=sorted(declared.routes.keys() - peaks.keys()) if forecast else [],
        stands=found.stands if actual else None,
        used=found.used,
        checked=check_budget,
        unknown=found.unknown,
    )
    bill = Bill(given, listed)
    try:
        code = gravest(reason.code for reason in bill.reasons)
        if as_json:
            typer.echo(printed.as_json(bill, code))
        else:
            printed.show(bill)
        if record:
            evidence.record(bill, price_list, ROOT, now, dry_run=dry_run)
    except OtherCurrency as error:
        raise leave(Exit.WRONG_USE, error) from None
    raise typer.Exit(code)


def _retail(declared: "Settings", prices: "PriceList", deadline_s: float, *, as_json: bool) -> Exit:
    """Says how the prices that the stack is billed by stand beside Azure's list."""
    import httpx2

    from scripts.cost import printed, retail
    from scripts.cost.expected import planned

    billed = [each.sold for each in planned(declared, {}, 0.0)]
    found = []
    try:
        with httpx2.Client(timeout=deadline_s) as client:
            for region in sorted({each.location for each in declared.accounts.values()}):
                rows = retail.ask(client, region, prices.currency)
                compared = retail.compare(rows, prices, region)
                here = [each for each in billed if each.location == region]
                found.append((compared, list(retail.judge(compared, here, prices))))
    except retail.NotReached as error:
        raise leave(Exit.NOT_REACHED, error) from None
    except retail.NotRead as error:
        raise leave(Exit.CANNOT_TELL, error) from None
    code = gravest(reason.code for _, reasons in found for reason in reasons)
    typer.echo(printed.retail_as_json(found, code) if as_json else printed.retail(found))
    return code


def _exchange(text: str | None) -> "Exchange | None":
    """USD=EUR:0.86, for so many EUR for one USD."""
    import re

    from scripts.cost.budget import Exchange

    if text is None:
        return None
    match = re.fullmatch(r"([A-Z]{3})=([A-Z]{3}):(\d+(?:\.\d+)?)", text)
    if match is None or float(match[3]) <= 0:
        raise leave(Exit.WRONG_USE, f"--exchange-rate {text}. Fix: USD=EUR:0.86, EUR for one USD")
    return Exchange(of=match[1], to=match[2], rate=float(match[3]))
