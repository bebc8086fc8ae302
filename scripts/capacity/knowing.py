"""Everything that plans of a stack are made from, asked for once."""

from datetime import datetime
from pathlib import Path

from components.prices import price_list
from components.sections import Settings
from scripts.capacity.draft import Known
from scripts.preflight.looking import look
from scripts.preflight.wanted import wanted as wanted_by
from scripts.readiness.run_folder import RUNS
from scripts.subscription.connected import connect
from scripts.subscription.patience import Patience


def known(
    stack: str, settings: Settings, root: Path, now: datetime, deadline_s: float, *, offline: bool
) -> Known:
    """What Azure tells by the deadline, or the dated tables.

    Raises:
        typer.Exit: see `connect`.
    """
    patience = Patience.of(deadline_s)
    subscription, asked = connect(patience, offline=offline)
    wanted = wanted_by(stack, settings)
    return Known(
        settings=settings,
        wanted=wanted,
        seen=look(wanted, asked, patience, at=now, subscription=subscription),
        asked=asked,
        runs=root / RUNS,
        prices=price_list(),
    )
