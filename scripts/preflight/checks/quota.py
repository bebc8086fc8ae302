"""Whether every pool has what the whole stack wants of it."""

from collections.abc import Iterator

from components.stack_file import Place
from scripts.preflight.finding import Finding, cannot_tell, fails, warns
from scripts.preflight.pool import Pool, pools
from scripts.preflight.seen import Seen
from scripts.preflight.wanted import Wanted
from scripts.subscription.facts import Unknown, Usage


def quota(wanted: Wanted, seen: Seen) -> Iterator[Finding]:
    found, untold = pools(wanted, seen)
    for each, unknown in untold:
        yield cannot_tell("quota", each.place, unknown, f"{each.capacity} of its quota")
    for pool in found:
        yield from _pool(pool, wanted, seen)


def _pool(pool: Pool, wanted: Wanted, seen: Seen) -> Iterator[Finding]:
    place: Place = (*pool.shares[0].wanted.place, "capacity")
    by = ", ".join(f"{each.wanted.name} {each.need}" for each in pool.shares)
    needs = f"{pool.need} of {pool.name} in {pool.location} ({by})"
    if isinstance(pool.usage, Unknown):
        yield cannot_tell("quota", place, pool.usage, needs)
        return
    available, unused = pool.available(pool.usage), pool.usage.limit - pool.usage.used
    told = f"limit {pool.usage.limit:g}, {pool.usage.used:g} in use"
    if pool.need <= available:
        if pool.growth > unused:
            yield warns(
                "quota",
                place,
                found=f"{unused:g} free until something shrinks ({told})",
                wanted=f"{pool.growth} more at once, if what grows is written first: {needs}",
                fix="shrink first: pulumi up with the lower capacities, then with the higher",
            )
        return
    if not pool.growth:
        yield warns(
            "quota",
            place,
            found=f"the limit is below what is in use ({told})",
            wanted=f"{needs}, as it is: what goes cannot be made again",
            fix=f"ask for a limit of {pool.usage.used:g}",
        )
        return
    own = _unread_account(pool, wanted, seen)
    if own and pool.need <= pool.usage.limit:
        yield cannot_tell("quota", place, own, f"{needs}; what we hold there may be among the use")
        return
    more = pool.need - available
    held = f", {pool.held} of it ours" if pool.held else ""
    limit = f"ask for a limit of {pool.usage.limit + more:g} (+{more:g})"
    yield fails(
        "quota",
        place,
        found=f"{max(available, 0):g} for us ({told}{held})",
        wanted=needs,
        fix=f"{_first(pool, pool.usage, seen)}{limit}, lower a capacity, or take another region",
    )


def _unread_account(pool: Pool, wanted: Wanted, seen: Seen) -> Unknown | None:
    """Why we do not know what is ours in a pool, if we do not."""
    for account in wanted.accounts:
        live = seen.deployments[account.key]
        if account.location == pool.location and isinstance(live, Unknown):
            return live
    return None


def _first(pool: Pool, usage: Usage, seen: Seen) -> str:
    """What would make room without more quota."""
    parts = []
    if pool.leaving:
        held = ", ".join(f"{each.name} ({each.capacity})" for each in pool.leaving)
        parts.append(f"delete what leaves the stack before the update: {held}; or ")
    if usage.used > pool.held and not isinstance(seen.deleted, Unknown):
        gone = [each.name for each in seen.deleted if each.location == pool.location]
        if gone:
            parts.append(f"purge {', '.join(gone)}, which may hold quota until then; or ")
    return "".join(parts)
