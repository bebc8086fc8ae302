"""Whether accounts can have their names: free, or ours already, and not soft-deleted."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from scripts.preflight.finding import Finding, cannot_tell, fails, warns
from scripts.preflight.seen import Seen
from scripts.preflight.wanted import Wanted, WantedAccount
from scripts.subscription.facts import FOUNDRY, Account, DeletedAccount, Unknown

ACCOUNTS_PER_REGION: Final = 30
"""Of one kind, in one subscription."""


def names(wanted: Wanted, seen: Seen) -> Iterator[Finding]:
    for each in wanted.accounts:
        place = (*each.place, "subdomain")
        live = seen.live_account(each)
        if isinstance(live, Account):
            yield from _stands_elsewhere(each, live)
            yield from _anothers(each, live, wanted)
            continue
        if isinstance(live, Unknown):
            yield cannot_tell("names", place, live, f"{each.subdomain}: ours, or free")
        gone = _deleted(each, seen)
        if isinstance(gone, Unknown):
            yield cannot_tell("names", place, gone, f"{each.subdomain} not soft-deleted")
        elif gone:
            yield _soft_deleted(each, gone, seen)
            continue
        if live is None:
            yield from _taken(each, seen)
    yield from _too_many(wanted, seen)


def _stands_elsewhere(wanted: WantedAccount, live: Account) -> Iterator[Finding]:
    if live.location != wanted.location:
        yield fails(
            "names",
            (*wanted.place, "location"),
            found=f"{live.name} stands in {live.location}",
            wanted=f"{wanted.subdomain} in {wanted.location}",
            fix=f"location: {live.location}, or another subdomain: an account never moves",
        )
    if live.kind != FOUNDRY:
        yield fails(
            "names",
            (*wanted.place, "subdomain"),
            found=f"{live.name} is of kind {live.kind}",
            wanted=f"kind {FOUNDRY}",
            fix="another subdomain, or upgrade the account first",
        )


def _anothers(wanted: WantedAccount, live: Account, stack: Wanted) -> Iterator[Finding]:
    """An account of that name which this stack has hardly made: it tags what it makes."""
    own = {"workload": stack.workload, "environment": stack.profile}
    other = {tag: live.tags.get(tag, "") for tag in own}
    if other != own:
        yield warns(
            "names",
            (*wanted.place, "subdomain"),
            found=f"{live.name} stands in {live.resource_group}, tagged {_words(other)}",
            wanted=f"an account of this stack, tagged {_words(own)}",
            fix="another subdomain, unless it is this stack's all the same",
        )


def _words(tags: Mapping[str, str]) -> str:
    return ", ".join(f"{tag}={value or 'nothing'}" for tag, value in tags.items())


def _deleted(wanted: WantedAccount, seen: Seen) -> DeletedAccount | Unknown | None:
    if isinstance(seen.deleted, Unknown):
        return seen.deleted
    name = wanted.subdomain.lower()
    return next(
        (each for each in seen.deleted if name in (each.name.lower(), each.subdomain.lower())),
        None,
    )


def _soft_deleted(wanted: WantedAccount, gone: DeletedAccount, seen: Seen) -> Finding:
    left = f" in {_hours(gone, seen)} h" if gone.purged_at else " after 48 h"
    where = f"-l {gone.location} -g {gone.resource_group} -n {gone.name}"
    restore = (
        f"restore it with az cognitiveservices account recover {where} and pulumi import it, or "
        if (gone.location, gone.name.lower()) == (wanted.location, wanted.subdomain.lower())
        else ""
    )
    return fails(
        "names",
        (*wanted.place, "subdomain"),
        found=f"{gone.name} ({gone.location}, {gone.resource_group}) is soft-deleted; Azure "
        f"forgets it{left} and keeps its name, subdomain and quota until then",
        wanted=f"{wanted.subdomain} free",
        fix=f"{restore}purge it with az cognitiveservices account purge {where} "
        "(Cognitive Services Contributor on the subscription)",
    )


def _hours(gone: DeletedAccount, seen: Seen) -> int:
    assert gone.purged_at
    return max(0, round((gone.purged_at - seen.at).total_seconds() / 3600))


def _taken(wanted: WantedAccount, seen: Seen) -> Iterator[Finding]:
    place = (*wanted.place, "subdomain")
    found = seen.subdomains[wanted.subdomain]
    if isinstance(found, Unknown):
        yield cannot_tell("names", place, found, f"{wanted.subdomain} free")
    elif not found.available:
        said = found.reason.rstrip(".") or "taken"
        yield fails(
            "names",
            place,
            found=f"{said}, and not by an account of this subscription",
            wanted=f"{wanted.subdomain} free",
            fix="another subdomain: it is unique in all of Azure",
        )


def _too_many(wanted: Wanted, seen: Seen) -> Iterator[Finding]:
    if isinstance(seen.accounts, Unknown):
        return
    there = Counter(each.location for each in seen.accounts if each.kind == FOUNDRY)
    for location in wanted.locations:
        new = [
            each
            for each in wanted.accounts
            if each.location == location and seen.live_account(each) is None
        ]
        if new and there[location] + len(new) > ACCOUNTS_PER_REGION:
            yield fails(
                "names",
                (*new[0].place, "location"),
                found=f"{there[location]} accounts of kind {FOUNDRY} in {location}",
                wanted=f"{len(new)} more, of at most {ACCOUNTS_PER_REGION}",
                fix="delete one that nobody needs, or take another region",
            )
