"""What a run is about, settled before the first question: who is asked, who judges, beside whom."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from components import evidence_file
from components.evidence_kinds import part_of
from components.profiles import PROFILES, Profile
from scripts.evaluate import prompt
from scripts.evaluate.judges.chosen import Way
from scripts.evaluate.kept import Model, Plan
from scripts.evaluate.row import METRICS, Metric

if TYPE_CHECKING:
    from scripts.opened import Opened

LIVE = "live"


class WrongRun(Exception):
    """What was asked for cannot be evaluated so; the message says why and what to do."""


def model(opened: "Opened", name: str, root: Path) -> Model:
    """A deployment of a stack, as it is deployed, with the prompt that its callers use.

    Raises:
        WrongPrompt: its template has mistakes.
    """
    account, held = opened.held(name)
    key, _, deployment = name.partition("/")
    return Model(
        stack=opened.stack,
        account=key,
        deployment=deployment,
        model=held.model,
        version=held.version,
        sku=held.sku,
        location=account.location,
        format=held.format,
        prompt_sha256=prompt.of(deployment, root).sha256,
    )


def beside(opened: "Opened", target: str, wanted: str) -> str:
    """`account/deployment` that a target is held against.

    Raises:
        WrongRun: it would be held against itself, or nothing is live in its place.
    """
    if wanted == LIVE:
        routes = opened.outputs.routes
        found = {route.stable for route in routes.values() if route.candidate == target}
        if len(found) != 1:
            raise WrongRun(
                f"{target} is the candidate of no route, so nothing serves in its place. "
                "Fix: --baseline ACCOUNT/DEPLOYMENT"
            )
        return found.pop()
    name = opened.target(wanted)
    if name == target:
        raise WrongRun(f"{target} beside itself. Fix: another --baseline")
    return name


def plan(
    opened: "Opened",
    now: datetime,
    *,
    target: Model,
    baseline: Model | None,
    judge: Model,
    judge_way: Way,
    dataset: str,
    dataset_sha256: str,
    most_tokens: int,
    recorded: Mapping[Metric, float] | None,
    profiles: Sequence[Profile],
    identity: Mapping[str, Any] | None,
) -> Plan:
    """What is written down of a run before it begins.

    profiles: the environments whose gate is to believe it.
    """
    kind = "evaluate" if recorded is None else "online"
    return Plan(
        run_id=f"{now:%Y%m%d-%H%M%S}-{kind}-{secrets.token_hex(2)}",
        began_at=now,
        stack=opened.stack,
        profile=max(profiles, key=PROFILES.index),
        groundedness=opened.declared.observability.objectives.groundedness,
        dataset=dataset,
        dataset_sha256=dataset_sha256,
        target=target,
        baseline=baseline,
        judge=judge,
        judge_way=judge_way,
        most_tokens=most_tokens,
        recorded=recorded,
        identity=identity,
    )


def recorded_means(opened: "Opened", target: Model, root: Path) -> dict[Metric, float]:
    """The newest evaluation of what answers: its means. Of another model, none.

    Raises:
        WrongRun: the evidence cannot be read.
    """
    try:
        entries = evidence_file.read(root / opened.declared.readiness.evidence)
    except evidence_file.UnreadableEvidence as error:
        raise WrongRun(str(error)) from None
    for each in reversed(entries):
        entry = each.entry
        same = (
            entry.get("kind") == "evaluation"
            and part_of(entry, "subject.account") == target.account
            and part_of(entry, "subject.deployment") == target.deployment
            and part_of(entry, "identity.model") == target.model
            and part_of(entry, "identity.version") == target.version
        )
        if same:
            found = {metric: part_of(entry, f"data.metrics.{metric}") for metric in METRICS}
            return {
                metric: float(mean)
                for metric, mean in found.items()
                if isinstance(mean, int | float)
            }
    return {}
