"""What may be recorded as evidence, and by whom: the functions that commands record with."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from importlib.metadata import version
from typing import Any, Final, cast

from pydantic import ValidationError

from components.evidence_entry import Subject, Tool
from components.evidence_file import Recorded
from components.evidence_kinds import KINDS, MEASURED, Approval, Identity, Part, Person, Role
from components.evidence_kinds import differences as differing
from scripts.readiness import evidence_log
from scripts.readiness.declared import Declared, Undeclared
from scripts.readiness.evidence_log import Draft, NotRecorded, written
from scripts.readiness.run_folder import Result

BY_HAND: Final = "plumb readiness"
"""The tool that declared kinds name."""


def tool(name: str) -> Tool:
    """One of our commands, as an entry names it."""
    return Tool(name=name, version=version("plumbline"))


def measured(target: Declared, result: Result) -> Draft:
    """What a run proves of a deployment of a stack, be it measured there or in another stack.

    Raises:
        NotRecorded: it was measured of something else than the stack declares.
    """
    kind = KINDS.get(result.kind)
    if kind is None or result.kind not in MEASURED:
        able = ", ".join(sorted(MEASURED))
        raise NotRecorded(f"{result.kind} is not measured. Fix: one of {able}")
    proven = result.identity
    now_declared = _identity(target, proven.account, proven.deployment)
    mine, theirs = proven.written(), now_declared.written()
    if wrong := differing(kind.compares, mine, theirs):
        said = "; ".join(f"{part} {mine.get(part)}, not {theirs.get(part)}" for part in wrong)
        raise NotRecorded(
            f"the run measured {proven.account}/{proven.deployment} with {said} as "
            f"{target.stack} declares. Fix: measure what is declared"
        )
    subject = Subject(stack=result.stack, account=proven.account, deployment=proven.deployment)
    return Draft(
        kind=result.kind,
        subject=subject,
        data=_data(result.kind, result.data),
        tool=result.tool,
        measured_at=result.time,
        identity=proven,
    )


def declared_by_hand(
    target: Declared,
    kind: str,
    data: Mapping[str, Any],
    now: datetime,
    *,
    route: str | None = None,
    made_by: str = BY_HAND,
) -> Draft:
    """What a person, or a command that measures no deployment, declares of a stack or a route.

    Raises:
        NotRecorded: such a thing is measured or approved, or it is not complete.
    """
    if kind not in KINDS or kind in MEASURED or kind == "approval":
        able = sorted(KINDS.keys() - MEASURED - {"approval"})
        raise NotRecorded(f"{kind} is not declared by hand. Fix: one of {', '.join(able)}")
    if (KINDS[kind].about == "route") != (route is not None):
        needed = "needs a route" if route is None else "is about no route"
        there = " or ".join(sorted(target.settings.routes)) or "a route in the stack file"
        fix = f"--route {there}" if route is None else "leave --route out"
        raise NotRecorded(f"{kind} {needed}. Fix: {fix}")
    if route is not None and route not in target.settings.routes:
        there = ", ".join(sorted(target.settings.routes)) or "none"
        raise NotRecorded(f"{target.stack} has no route {route}. Fix: one of {there}")
    return Draft(
        kind=kind,
        subject=Subject(stack=target.stack, route=route),
        data=_data(kind, data),
        tool=tool(made_by),
        measured_at=now,
    )


def approval(
    target: Declared,
    recorded: Sequence[Recorded],
    *,
    role: Role,
    by: Person,
    ticket: str,
    now: datetime,
    success_metrics: Sequence[Mapping[str, Any]] = (),
) -> Draft:
    """That somebody stands for what serves in a stack, in one role.

    Raises:
        NotRecorded: they have approved in another role, or something was measured after now.
    """
    for role_before, who, number in _approvers(recorded):
        if who.lower() == by.id.lower() and role_before != role:
            raise NotRecorded(
                f"{by.name} has approved for {role_before} already (entry {number}). "
                f"Fix: somebody else approves for {role}"
            )
    for each in recorded:
        when = str(each.entry.get("measuredAt"))
        if each.entry.get("kind") in MEASURED and datetime.fromisoformat(when) > now:
            raise NotRecorded(
                f"entry {each.entry.get('seq')} was measured at {when}, and it is {written(now)} "
                "here. Fix: set this machine's clock, or approve later"
            )
    covers = [_identity(target, *key).written() for key in target.serving]
    data = {
        "role": role,
        "by": by.written(),
        "at": written(now),
        "ticket": ticket,
        "covers": covers,
    }
    if success_metrics:
        data["successMetrics"] = [dict(each) for each in success_metrics]
    return Draft(
        kind="approval",
        subject=Subject(stack=target.stack),
        data=_data("approval", data),
        tool=tool(BY_HAND),
        measured_at=now,
    )


def record(
    target: Declared, drafts: Sequence[Draft], now: datetime, *, dry_run: bool = False
) -> list[dict[str, Any]]:
    """Appends to the stack's evidence; tells the entries.

    Raises:
        NotRecorded: see `evidence_log.append`.
    """
    return evidence_log.append(
        target.file, lambda _: drafts, now, locks=target.locks, dry_run=dry_run
    )


def approve(
    target: Declared,
    now: datetime,
    *,
    role: Role,
    by: Person,
    ticket: str,
    success_metrics: Sequence[Mapping[str, Any]] = (),
    dry_run: bool = False,
) -> list[dict[str, Any]]:
    """Appends an approval to the stack's evidence; tells the entry.

    Raises:
        NotRecorded: see `approval` and `evidence_log.append`.
    """

    def make(recorded: Sequence[Recorded]) -> list[Draft]:
        return [
            approval(
                target,
                recorded,
                role=role,
                by=by,
                ticket=ticket,
                now=now,
                success_metrics=success_metrics,
            )
        ]

    return evidence_log.append(target.file, make, now, locks=target.locks, dry_run=dry_run)


def _approvers(recorded: Sequence[Recorded]) -> list[tuple[Role, str, int]]:
    """Whoever stands for each role now: (role, object id, entry)."""
    newest: dict[Role, tuple[Role, str, int]] = {}
    for each in recorded:
        if each.entry.get("kind") == "approval":
            held = Approval.model_validate(each.entry["data"])
            newest[held.role] = (held.role, held.by.id, cast(int, each.entry["seq"]))
    return list(newest.values())


def _identity(target: Declared, account: str, deployment: str) -> Identity:
    try:
        return target.identity(account, deployment)
    except Undeclared as error:
        raise NotRecorded(str(error)) from None


def _data(kind: str, data: Mapping[str, Any]) -> Part:
    if bare := [key for key, value in data.items() if isinstance(value, date)]:
        fixes = ", ".join(f'{key}: "{data[key].isoformat()[:10]}T00:00:00Z"' for key in bare)
        raise NotRecorded(f"{kind}: what YAML reads as a date needs quotes. Fix: such as {fixes}")
    try:
        return KINDS[kind].data.model_validate(dict(data))
    except ValidationError as error:
        said = "; ".join(
            f"{'.'.join(map(str, each['loc'])) or kind}: {each['msg']}"
            for each in error.errors(include_url=False, include_input=False)
        )
        raise NotRecorded(f"{kind} is not complete: {said}. Fix: see docs/evidence.md") from None
