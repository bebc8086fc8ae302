"""From a stack that is deployed to what is asked of it."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from components.catalog import model_behind
from components.sections import Settings
from scripts import style
from scripts.evaluate import prompt
from scripts.evaluate.dataset import Item
from scripts.opened import Opened
from scripts.smoke import probe
from scripts.smoke.plan import TYPICAL_SHARE, AccountPlan, Limits, Message, Plan, Route, Target
from scripts.stack_outputs import StackOutputs


class Unknown(Exception):
    """Something is to be asked that is not there; the message lists what is."""


def plan(
    opened: Opened,
    root: Path,
    run_id: str,
    now: datetime,
    *,
    only: Sequence[str] = (),
    traces: bool = True,
    spillover: bool = False,
    outside: bool = False,
) -> Plan:
    """What is asked of a stack.

    Raises:
        Unknown: `only` names what is not deployed.
        WrongStyle, WrongProbes, WrongPrompt: a file in prompts/ is wrong.
    """
    outputs, declared = opened.outputs, opened.declared
    most_ms = declared.observability.objectives.p95_latency_ms
    targets = list(_targets(opened, root))
    routes = [
        Route(name=key, flag=each.flag, stable=each.stable, candidate=each.candidate)
        for key, each in sorted(outputs.routes.items())
    ]
    missing = [] if only else list(not_deployed(declared, outputs))
    there = [each.subject for each in targets] + [each.subject for each in routes]
    names = _subjects(only, there)
    found = Plan(
        run_id=run_id,
        began_at=f"{now:%Y-%m-%dT%H:%M:%SZ}",
        stack=opened.stack,
        store=outputs.routing.endpoint,
        label=outputs.routing.label,
        workspace=outputs.observability.workspace_customer_id,
        app_insights=outputs.observability.app_insights_id,
        accounts=list(_accounts(declared, outputs)),
        targets=targets,
        routes=routes,
        limits=Limits(typical_ms=round(TYPICAL_SHARE * most_ms, 1), most_ms=most_ms),
        traces=traces,
        spillover=spillover,
        outside=outside,
        only=names,
        not_deployed=missing,
    )
    stable = [found.target(each.stable) for each in found.asked_routes]
    called = {each.account for each in (*found.asked_targets, *stable) if each.kind == "chat"}
    if all(map(found.is_closed, called)):  # who calls nobody has nothing to tell
        return found.model_copy(update={"traces": False})
    return found


def not_deployed(declared: Settings, outputs: StackOutputs) -> Iterator[str]:
    """What the stack file declares and the deployed stack does not have."""
    for key, account in declared.accounts.items():
        there = outputs.accounts.get(key)
        for name in account.deployments:
            if there is None or name not in there.deployments:
                yield f"{key}/{name}"
    for key in declared.routes:
        if key not in outputs.routes:
            yield f"route {key}"


def _subjects(only: Sequence[str], there: Sequence[str]) -> list[str]:
    """The subjects that names mean: `chat-v3` is that deployment in every account."""
    found = []
    for name in only:
        meant = [each for each in there if each == name or each.endswith(f"/{name}")]
        if not meant:
            raise Unknown(f"no {name} is deployed. Fix: one of {', '.join(there)}")
        found += meant
    return found


def _accounts(declared: Settings, outputs: StackOutputs) -> Iterator[AccountPlan]:
    for key, each in sorted(outputs.accounts.items()):
        wanted = declared.accounts.get(key)
        yield AccountPlan(
            name=key,
            id=each.id,
            endpoint=each.endpoint,
            private=bool(wanted and wanted.network.is_private),
            public=bool(wanted and wanted.network.public),
            allowed_ips=wanted.network.allowed_ips if wanted else [],
        )


def _targets(opened: Opened, root: Path) -> Iterator[Target]:
    texts = probe.read(root)
    for account, each in sorted(opened.outputs.accounts.items()):
        for name, held in sorted(each.deployments.items()):
            model = model_behind(held.model, held.version, held.format)
            embeds = bool(model and model.kind == "embeddings")
            file = None if embeds else style.file_of(name, root)
            wanted = style.read(file) if file else None
            found = [] if embeds else probe.probes(held.content_filter, opened.declared, texts)
            yield Target(
                subject=f"{account}/{name}",
                account=account,
                deployment=name,
                declared=held,
                kind="embeddings" if embeds else "chat",
                dimensions=model.dimensions if model else None,
                style=wanted,
                styled=list(_styled(wanted, name, root)) if wanted else [],
                probes=list(found),
            )


def _styled(wanted: style.Style, deployment: str, root: Path) -> Iterator[list[Message]]:
    """The style's questions as callers of a deployment put them."""
    template = prompt.of(deployment, root)
    for each in wanted.questions:
        item = Item(id="style", query=each.ask, context=each.context, tags=["typical"])
        yield [Message.model_validate(message) for message in template.messages(item)]
