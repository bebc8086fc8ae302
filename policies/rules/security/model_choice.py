"""Models: which ones may be deployed, and for how long Azure still runs them."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from components.catalog import DEPLOYMENT, Model, base_model, find_model
from policies.limits import security as limits
from policies.rule import Context, Levels, ResourceRule, Rule
from policies.wording import shown
from policies.world import Finding, Resource

MODEL: Final = "properties.model"


def model_approved(deployment: Resource, ctx: Context) -> Iterator[Finding]:
    approved = ctx.limit(limits.MODELS_APPROVED)
    name = deployment.fields.text(f"{MODEL}.name") or ""
    base = base_model(name)
    if base:
        format, name, version = base.format, base.name, base.version
    else:
        format = deployment.fields.text(f"{MODEL}.format") or ""
        version = deployment.fields.text(f"{MODEL}.version") or ""
    wanted = f"{format}/{name}@{version}"
    if wanted not in approved and not (
        # Without a version it is model-version-pinned that has something to say.
        not version and any(each.startswith(wanted) for each in approved)
    ):
        near = sorted(each for each in approved if f"/{name}@" in each)
        yield Finding(
            deployment,
            f"{deployment.label} deploys {shown(wanted)}, which nobody has approved for "
            f"{ctx.profile}. Fix: {' or '.join(near) or 'a model of the list'} "
            "(plumb check --explain model-approved).",
            f"{MODEL}.name",
        )
        return
    if not version:
        return
    least = ctx.limit(limits.RETIRES_WITHIN_DAYS)
    if end := _end(find_model(name, version, format), ctx.now.date(), least):
        yield Finding(
            deployment,
            f"{end} {shown(wanted)} of {deployment.label} is switched off (at least {least:g} days "
            "must be left). Fix: version: one that stays and was evaluated; the dates are in "
            "components/models.yaml (plumb models refresh).",
            f"{MODEL}.version",
        )


def _end(model: Model | None, today: date, least: float) -> str | None:
    """When Azure switches a model off; None if that is far enough away."""
    if model is None:
        return "nobody knows when"
    left = (date.fromisoformat(model.retires) - today).days
    if left >= least and model.lifecycle != "Deprecated":
        return None
    return f"in {left} days, on {model.retires}," if left >= 0 else f"since {model.retires}"


RULES: Final[list[Rule]] = [
    ResourceRule(
        id="model-approved",
        number=27,
        category="security",
        severity="High",
        levels=Levels.of("aMM"),
        description="A deployment runs a model that was approved and that stays.",
        why="Where a model came from, and what it was trained to refuse, is decided once, before "
        "anybody relies on it. On the day Azure retires a version, every call to it fails (410).",
        fix="Deploy a model of the list, or have one put on it. Retirement dates are those of "
        "components/models.yaml; plumb models refresh renews them.",
        types=frozenset({DEPLOYMENT}),
        controls=("Azure Policy aafe3651-cb78-4f68-9f81-e7e41509110f", "MCSB AI-1"),
        params=(limits.MODELS_APPROVED, limits.RETIRES_WITHIN_DAYS),
        check=model_approved,
    ),
]
