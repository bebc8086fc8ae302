"""Whether the model can stand where the stack file wants it, and for how long."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from components.catalog import FINE_TUNED_DEPLOYMENTS_PER_ACCOUNT
from scripts.finetune.facts import Facts, Missing, Wanted
from scripts.finetune.finding import Finding, bad, good, missing, unclear, warning

FAIL_DAYS: Final = 30
WARN_DAYS: Final = 90
IDLE_DAYS: Final = 15
"""After so long without a call Azure deletes a fine-tuned deployment; the model stays."""


def placement(facts: Facts) -> Iterator[Finding]:
    wanted, around = facts.surroundings.wanted, facts.surroundings.around
    if around is None:
        yield unclear("account", "nobody has asked it. Fix: run it again")
        return
    if isinstance(around.room, Missing):
        yield missing("capacity", around.room)
    elif around.room < 1:
        yield bad(
            "capacity",
            f"{wanted.location} has none left for a fine-tuned {wanted.base} as {wanted.sku}. "
            "Fix: another region or SKU (plumb models list), or wait",
        )
    else:
        room = f"{around.room:g} left in {wanted.location} as {wanted.sku}"
        short = around.room < wanted.capacity
        yield (warning if short else good)("capacity", f"{room}, {wanted.capacity} wanted")
    yield _count(facts)
    yield _retirement(facts)
    if wanted.sku == "DeveloperTier":
        text = "DeveloperTier is deleted after 24 hours and promises nothing: to try it, no more"
        fix = "Fix: sku: Standard or GlobalStandard"
        trial = wanted.profile == "dev"
        yield warning("tier", text) if trial else bad("tier", f"{text}. {fix}")
    else:
        yield good(
            "tier",
            f"{wanted.sku}, billed by the hour; Azure deletes it after {IDLE_DAYS} days without a "
            "call (the model stays)",
        )
    if not wanted.same_account:
        yield _source(wanted)


def _count(facts: Facts) -> Finding:
    wanted, around = facts.surroundings.wanted, facts.surroundings.around
    tuned = around.tuned if around else Missing(reason="the account was not asked")
    if isinstance(tuned, Missing):
        return missing("account", tuned)
    most = FINE_TUNED_DEPLOYMENTS_PER_ACCOUNT
    after = len({*tuned, wanted.deployment})
    text = f"{after} fine-tuned deployments with this one, an account takes {most}"
    if after > most:
        return bad("account", f"{text}. Fix: remove one of {', '.join(sorted(tuned)[:3])}")
    return good("account", text)


def _retirement(facts: Facts) -> Finding:
    around, asked = facts.surroundings.around, facts.surroundings.asked_at
    retires = around.retires if around else None
    if isinstance(retires, Missing):
        return missing("retirement", retires)
    if retires is None:
        return warning("retirement", "Azure names no date")
    days = (datetime.fromisoformat(retires) - datetime.fromisoformat(asked)).days
    text = f"{facts.surroundings.wanted.base} ends on {retires[:10]}, in {days} days"
    if days < FAIL_DAYS:
        return bad("retirement", f"{text}. Fix: tune a newer model (plumb models list)")
    if days < WARN_DAYS:
        return warning("retirement", f"{text}: tune a newer model")
    return good("retirement", text)


def _source(wanted: Wanted) -> Finding:
    if wanted.source is None:
        return unclear(
            "source",
            f"trained in {wanted.trained_in}, whose resource id is not known. "
            f"Fix: pulumi up --stack {wanted.trained_in.partition('/')[0]}",
        )
    return good("source", f"copied from {wanted.source.rpartition('/')[2]} ({wanted.trained_in})")
