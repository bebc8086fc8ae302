"""Whether a SKU takes the capacity: its minimum, its step, its maximum."""

from collections.abc import Iterator

from scripts.preflight.finding import Finding, cannot_tell, fails
from scripts.preflight.seen import Seen
from scripts.preflight.wanted import Wanted
from scripts.subscription.facts import Sku, Unknown


def sku_step(wanted: Wanted, seen: Seen) -> Iterator[Finding]:
    for each in wanted.deployments:
        sku = seen.sku(each)
        place = (*each.place, "capacity")
        if isinstance(sku, Unknown):
            yield cannot_tell("sku", place, sku, f"{each.capacity} of {each.sku}")
        elif sku is not None:
            near = nearest(each.capacity, sku)
            if each.capacity not in near:
                yield fails(
                    "sku",
                    place,
                    found=f"{each.sku} of {each.offered} takes {_legal(sku)}",
                    wanted=str(each.capacity),
                    fix=f"capacity: {' or '.join(map(str, near))}",
                )


def nearest(capacity: int, sku: Sku) -> list[int]:
    """The legal capacities beside one, the nearest first; itself alone if it is legal."""
    if sku.allowed:
        below = [each for each in sorted(sku.allowed) if each <= capacity]
        above = [each for each in sorted(sku.allowed) if each >= capacity]
        beside = {max(below or above[:1]), min(above or below[-1:])}
    else:
        steps = max(0, capacity - sku.minimum) // sku.step
        below_it = sku.minimum + steps * sku.step
        above_it = below_it if below_it >= capacity else below_it + sku.step
        most = _most(sku)
        beside = {min(below_it, most), min(above_it, most)}
    return sorted(beside, key=lambda each: (abs(each - capacity), -each))


def _most(sku: Sku) -> int:
    """The largest capacity on a step."""
    if sku.maximum is None:
        return 10**9
    return sku.minimum + max(0, sku.maximum - sku.minimum) // sku.step * sku.step


def _legal(sku: Sku) -> str:
    if sku.allowed:
        return ", ".join(map(str, sorted(sku.allowed)))
    at_most = f", at most {sku.maximum}" if sku.maximum is not None else ""
    return f"at least {sku.minimum} in steps of {sku.step}{at_most}"
