"""Every check of preflight, in the order in which they are told."""

from collections.abc import Callable, Iterator
from typing import Final

from scripts.preflight.checks.calculator import calculator
from scripts.preflight.checks.lifecycle import lifecycle
from scripts.preflight.checks.model import model
from scripts.preflight.checks.names import names
from scripts.preflight.checks.private_dns import private_dns
from scripts.preflight.checks.quota import quota
from scripts.preflight.checks.rights import rights
from scripts.preflight.checks.room import room
from scripts.preflight.checks.sku_step import sku_step
from scripts.preflight.checks.spillover import spillover
from scripts.preflight.finding import Check, Finding
from scripts.preflight.seen import Seen
from scripts.preflight.wanted import Wanted

CHECKS: Final[dict[Check, Callable[[Wanted, Seen], Iterator[Finding]]]] = {
    "rights": rights,
    "names": names,
    "model": model,
    "lifecycle": lifecycle,
    "sku": sku_step,
    "quota": quota,
    "room": room,
    "spillover": spillover,
    "dns": private_dns,
    "calculator": calculator,
}

OFFLINE: Final[frozenset[Check]] = frozenset({"model", "lifecycle", "sku", "spillover"})
"""Those that the dated tables answer."""
