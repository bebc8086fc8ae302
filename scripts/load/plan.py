"""What a run will be: a scenario with what was said on the command line, and whom it asks."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

import typer

from components.catalog import PROVISIONED_SKUS
from policies.limits.performance import DURATION_MIN
from scripts.cost.price import NoPrice
from scripts.exit import Exit, leave
from scripts.load import scenario as scenarios
from scripts.load import sending
from scripts.load.address import Address
from scripts.load.cost import price_of
from scripts.load.measure import Send
from scripts.load.run import Run
from scripts.load.scenario import Scenario
from scripts.load.sending import Work
from scripts.load.sweep import STAGE_S
from scripts.load.verdict import Objectives
from scripts.load.wire import Target
from scripts.opened import Opened


def scenario_of(file: Path, *, sweep: bool, **given: object) -> Scenario:
    """What the file says, with what was said otherwise on the command line.

    Raises:
        typer.Exit: together they are no scenario.
    """
    if sweep:
        given |= {"duration_s": given["duration_s"] or STAGE_S, "warm_up_s": 0.0}
    changed = {name: value for name, value in given.items() if value is not None}
    try:
        return scenarios.parse(scenarios.read(file).model_dump() | changed, str(file))
    except scenarios.WrongScenario as error:
        raise leave(Exit.WRONG_USE, error) from None


def run_of(opened: Opened, wanted: Scenario, *, sweep: bool, processes: int, capped: bool) -> Run:
    """The run as it stands before its first call.

    Raises:
        typer.Exit: it asks whom there is not, or is to be capped and has no price.
    """
    name = opened.target(wanted.target)
    _, held = opened.held(name)
    promised = opened.declared.observability.objectives
    try:
        price = price_of(opened, name)
    except NoPrice as error:
        if capped:
            raise leave(Exit.CANNOT_TELL, f"--most-cost: {error}") from None
        price = None
    now = datetime.now(UTC)
    kind = "sweep" if sweep else "load"
    return Run(
        run_id=f"{now:%Y%m%d-%H%M%S}-{kind}-{secrets.token_hex(2)}",
        began_at=now,
        stack=opened.stack,
        deployment=name,
        tokens_per_minute=None if held.sku in PROVISIONED_SKUS else 1000 * held.capacity,
        processes=processes,
        scenario=wanted,
        objectives=Objectives(
            latency_ms=promised.p95_latency_ms,
            error_share=promised.error_rate,
            throttled_share=promised.error_rate,
        ),
        price=price,
    )


def announce(run: Run, *, record: bool) -> None:
    """Says what will be asked, before it is."""
    wanted = run.scenario
    due = round(wanted.calls_per_second * wanted.duration_s)
    typer.echo(
        f"{run.stack}, {run.deployment}: about {due:,} calls in {wanted.duration_s:g} s "
        f"({wanted.arrivals}, {wanted.calls_per_second:g} a second), at most "
        f"{due * wanted.tokens_a_call:,.0f} tokens",
        err=True,
    )
    least_s = 60 * DURATION_MIN.prod
    if record and wanted.duration_s - wanted.warm_up_s < least_s:
        typer.echo(
            f"the gate of prod wants {least_s:g} s after the warm-up. "
            f"Fix: --duration {least_s + wanted.warm_up_s:g}",
            err=True,
        )


def work_of(opened: Opened, run: Run) -> Work:
    """What every process that sends the run needs to know."""
    account, _ = opened.held(run.deployment)
    return Work(
        scenario=run.scenario,
        target=Target(
            endpoint=account.endpoint,
            deployment=run.deployment.partition("/")[2],
            tokens_per_minute=run.tokens_per_minute,
            operation=run.scenario.operation,
            timeout_s=run.scenario.timeout_s,
        ),
    )


Sender = Callable[[Work], AbstractContextManager[Send]]
"""Makes ready whoever sends: this process, or others that it leads."""


def sender(token: Callable[[], str], workers: int | None, listen: Address | None) -> Sender:
    """Who sends a run."""
    if workers is None:
        return lambda work: nullcontext(partial(sending.send, work, token))
    if listen:
        typer.echo(f"waiting for {workers} workers: plumb load ... --join {listen}", err=True)
    return lambda work: _gathered(work, workers, listen)


@contextmanager
def _gathered(work: Work, workers: int, listen: Address | None) -> Iterator[Send]:
    from scripts.load import crowd

    _has_locust()
    try:
        with crowd.gathered(work, workers, listen) as send:
            yield send
    except crowd.NoCrowd as error:
        raise leave(Exit.NOT_REACHED, error) from None
    except crowd.OtherWork as error:
        raise leave(Exit.WRONG_USE, error) from None


def _has_locust() -> None:
    if find_spec("locust") is None:
        raise leave(
            Exit.WRONG_USE,
            "Locust is not installed, which several processes need. Fix: pip install -e .[load]",
        )


def join(master: Address, work: Work, token: Callable[[], str]) -> NoReturn:
    """Sends a share of the run that another process leads.

    Raises:
        typer.Exit: always; 4 if there is no such process.
    """
    from scripts.load.worker import NoMaster, work_for

    _has_locust()
    try:
        work_for(master, work, token)
    except NoMaster as error:
        raise leave(Exit.NOT_REACHED, f"{error}. Fix: --listen there first") from None
    raise typer.Exit(Exit.YES)
