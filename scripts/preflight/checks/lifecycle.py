"""How long a model will answer, and who may still deploy it.

Azure's API words differ from its documentation's: `Deprecating` serves, but is closed to whoever
never deployed that version; `Deprecated` has been switched off.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from scripts.preflight.finding import Finding, cannot_tell, fails, warns
from scripts.preflight.seen import Seen
from scripts.preflight.wanted import Wanted, WantedDeployment
from scripts.subscription.facts import LiveDeployment, OfferedModel, Sku, Unknown

FAILS_BELOW: Final = timedelta(days=30)
WARNS_BELOW: Final = timedelta(days=90)

CHANGES_BY_ITSELF: Final = ("OnceCurrentVersionExpired", "OnceNewDefaultVersionAvailable")


def lifecycle(wanted: Wanted, seen: Seen) -> Iterator[Finding]:
    for each in wanted.deployments:
        model = seen.offered(each)
        if isinstance(model, Unknown):
            yield cannot_tell("lifecycle", each.place, model, f"a life of {each.offered}")
        elif model is not None:
            yield from _life(each, model, seen)
            yield from _upgrades(each, model, wanted, seen)


def ends(wanted: WantedDeployment, model: OfferedModel) -> tuple[datetime | None, datetime | None]:
    """When the model, and when the SKU, ends for a deployment (UTC)."""
    sku = _sku(wanted, model)
    if wanted.fine_tuned and model.fine_tune_retires:
        return model.fine_tune_retires, sku.retires if sku and sku.scope == "Finetune" else None
    return model.retires, sku.retires if sku else None


def replacement(model: OfferedModel) -> str:
    """What Azure names in its place, as a fix."""
    found = model.replacement
    if found is None:
        return "another model; Azure names no replacement"
    return f"{found.name} {found.version}".rstrip() + ", which Azure names as its replacement"


def _sku(wanted: WantedDeployment, model: OfferedModel) -> Sku | None:
    tuned = [each for each in model.skus if (each.name, each.scope) == (wanted.sku, "Finetune")]
    return tuned[0] if wanted.fine_tuned and tuned else model.sku(wanted.sku)


def _life(wanted: WantedDeployment, model: OfferedModel, seen: Seen) -> Iterator[Finding]:
    model_ends, sku_ends = ends(wanted, model)
    place = (*wanted.place, "fine_tuned" if wanted.fine_tuned else "version")
    wants = f"{wanted.offered} as {wanted.sku}"

    def failed(found: str, fix: str) -> Finding:
        return fails("lifecycle", place, found=found, wanted=wants, fix=fix)

    # What was fine-tuned outlives its base, and is closed to nobody whose it is.
    outlives = wanted.fine_tuned and model.fine_tune_retires is not None
    gone = model.lifecycle == "Deprecated" and not outlives
    if gone or (model_ends and model_ends <= seen.at):
        since = f" since {model_ends:%Y-%m-%d}" if model_ends and model_ends <= seen.at else ""
        yield failed(f"retired{since}: calls answer 410", replacement(model))
        return
    if sku_ends and sku_ends <= seen.at:
        open_still = sorted(
            each.name for each in model.skus if not each.retires or each.retires > seen.at
        )
        other = " or ".join(open_still) or replacement(model)
        yield failed(f"{wanted.sku} closed for it on {sku_ends:%Y-%m-%d}", other)
        return
    if model.lifecycle == "Deprecating" and not wanted.fine_tuned:
        yield from _newcomer(wanted, model, seen, wants)
    dates = [each for each in (model_ends, sku_ends) if each]
    if not dates:
        return
    left = min(dates) - seen.at
    told = f"retires {min(dates):%Y-%m-%d}, in {left.days} days, and answers 410 then"
    if left < FAILS_BELOW:
        yield failed(told, replacement(model))
    elif left < WARNS_BELOW:
        yield warns("lifecycle", place, found=told, wanted=wants, fix=replacement(model))


def _newcomer(
    wanted: WantedDeployment, model: OfferedModel, seen: Seen, wants: str
) -> Iterator[Finding]:
    """Deprecating: only for whoever runs that version already."""
    place = (*wanted.place, "version")
    running = [live for live in seen.deployments.values() if not isinstance(live, Unknown)]
    if any(each.model == wanted.model for live in running for each in live):
        return
    unread = next((each for each in seen.deployments.values() if isinstance(each, Unknown)), None)
    if unread:
        yield cannot_tell("lifecycle", place, unread, f"{wants}, which is open only to its users")
        return
    yield fails(
        "lifecycle",
        place,
        found="Deprecating: closed to subscriptions that never deployed it, as we have not",
        wanted=wants,
        fix=replacement(model),
    )


def _upgrades(
    wanted: WantedDeployment, model: OfferedModel, stack: Wanted, seen: Seen
) -> Iterator[Finding]:
    """A live deployment that Azure may move to another version by itself."""
    live = seen.in_place(wanted)
    if (
        stack.profile != "prod"
        or not isinstance(live, LiveDeployment)
        or live.upgrade_option not in CHANGES_BY_ITSELF
    ):
        return
    begins = model.replacement.upgrades_from if model.replacement else None
    date = f" from {begins:%Y-%m-%d}" if begins else ""
    yield warns(
        "lifecycle",
        wanted.place,
        found=f"live, it is {live.upgrade_option}: Azure changes its version by itself{date}",
        wanted="NoAutoUpgrade: what was proven is what serves",
        fix=f"pulumi up --refresh --stack {stack.stack}",
    )
