"""Approvals: every role said yes, in person, to what is deployed, after it was measured."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from components.catalog import DEPLOYMENT
from components.evidence_kinds import KINDS, MEASURED
from policies.commands import approve
from policies.deployed import talks
from policies.freshness import in_order, outdated
from policies.limits.business import APPROVAL_DAYS, APPROVERS
from policies.proof import Proofs, changes, entry, time
from policies.rule import Context, Levels, Rule, StackRule, each
from policies.serving import account_names, serving
from policies.values import Fields
from policies.wording import shown
from policies.world import Finding, Resource, World

PARTS: Final = KINDS["approval"].compares
OF_ANY_MODEL: Final = frozenset({"model", "version", "sku"})
"""What is compared of a model that answers in vectors: it has no filter and no prompt."""


@dataclass(frozen=True)
class _Approval:
    """What one role said."""

    role: str
    stack: str
    evidence: Resource
    entry: Fields

    @property
    def said(self) -> str:
        return f"the approval for {self.role}"

    @property
    def again(self) -> str:
        return f"Fix: {approve(self.role, self.stack)}."

    @property
    def person(self) -> str | None:
        """Who it was: by the directory's id, or at least by name."""
        found = (self.entry.text(f"data.by.{key}") for key in ("id", "name"))
        return next((text.strip().lower() for text in found if text and text.strip()), None)


def approvals_complete(world: World, ctx: Context) -> Iterator[Finding]:
    if not world.of(DEPLOYMENT):
        return
    given: dict[str, _Approval] = {}
    proofs = Proofs(world)
    for evidence in proofs.of_stack:
        for approval in in_order(evidence, "approval"):
            role = approval.text("data.role")
            if role in APPROVERS.choices:
                given[role] = _Approval(role, world.stack, evidence, approval)
    wanted = sorted(ctx.limit(APPROVERS))
    for role in wanted:
        if role not in given:
            yield Finding(
                proofs.of_stack[0] if proofs.of_stack else None,
                f"nobody has approved for {role}. Fix: {approve(role, world.stack)}.",
                "approval",
            )
    present = [given[role] for role in wanted if role in given]
    yield from _same_person([given[role] for role in sorted(given)])
    measured = _Measured(world, proofs)
    yield from each(present, lambda approval: _incomplete(approval, ctx))
    yield from each(present, measured.complaints)


def _same_person(approvals: list[_Approval]) -> Iterator[Finding]:
    people: dict[str, _Approval] = {}
    for approval in approvals:
        person = approval.person
        first = people.setdefault(person, approval) if person else approval
        if first is not approval:
            yield Finding(
                approval.evidence,
                f"{shown(approval.entry.text('data.by.name') or approval.person)} has approved "
                f"both for {first.role} and for {approval.role}; each role is another person. "
                f"{approval.again}",
                approval.entry.at("data.by"),
            )


def _incomplete(approval: _Approval, ctx: Context) -> Iterator[Finding]:
    entry = approval.entry
    if approval.person is None:
        yield Finding(
            approval.evidence,
            f"{approval.said} does not say who gave it. {approval.again}",
            entry.at("data.by"),
        )
    if not (entry.text("data.ticket") or "").strip():
        yield Finding(
            approval.evidence,
            f"{approval.said} names no ticket, so nobody can read why. {approval.again}",
            entry.at("data.ticket"),
        )
    late = outdated(entry.text("data.at"), ctx.limit(APPROVAL_DAYS), ctx.now)
    if late:
        yield Finding(
            approval.evidence, f"{approval.said} {late}. {approval.again}", entry.at("data.at")
        )
    if approval.role == "product" and not any(map(_is_whole, entry.items("data.successMetrics"))):
        yield Finding(
            approval.evidence,
            f"{approval.said} does not say by what success is known: it has no metric with name, "
            f"target and source. {approval.again}",
            entry.at("data.successMetrics"),
        )


def _is_whole(metric: Fields) -> bool:
    return all(metric.is_set(key) for key in ("name", "target", "source"))


class _Measured:
    """What callers reach, as it is deployed and as it was measured."""

    def __init__(self, world: World, proofs: Proofs) -> None:
        self._world = world
        self._deployments = [(each, proofs.of(each)) for each in serving(world)]
        self._newest = self._newest_measured()
        self._known: dict[str, str | None] = {}
        """What was found of an identity: those who approve mostly approve the same."""

    def _newest_measured(self) -> tuple[datetime, str] | None:
        """When something was last measured, and what."""
        found = [
            (at, f"{kind} of {deployment.label}")
            for deployment, proofs in self._deployments
            for evidence in proofs
            for kind in sorted(MEASURED)
            if (proven := entry(evidence, kind)) and (at := time(proven.text("measuredAt")))
        ]
        return max(found, default=None)

    def complaints(self, approval: _Approval) -> Iterator[Finding]:
        at = time(approval.entry.text("data.at"))
        if at and self._newest and at < self._newest[0]:
            yield Finding(
                approval.evidence,
                f"{approval.said} is of {at:%Y-%m-%d %H:%M}, before the newest result, "
                f"{self._newest[1]} of {self._newest[0]:%Y-%m-%d %H:%M}. {approval.again}",
                approval.entry.at("data.at"),
            )
        covered: dict[str, list[Fields]] = {}
        for identity in approval.entry.items("data.covers"):
            covered.setdefault((identity.text("deployment") or "").lower(), []).append(identity)
        lacking = [
            (deployment, lack)
            for deployment, proofs in self._deployments
            if (lack := self._lack(deployment, proofs, covered))
        ]
        if lacking:
            (deployment, lack), *others = lacking
            more = f" and {len(others)} more" if others else ""
            yield Finding(
                approval.evidence,
                f"{approval.said} does not cover {deployment.label}{more} as deployed: {lack}. "
                f"{approval.again}",
                approval.entry.at("data.covers"),
            )

    def _lack(
        self, deployment: Resource, proofs: list[Resource], covered: dict[str, list[Fields]]
    ) -> str | None:
        """In what an approval is not of this deployment; None if it is."""
        accounts = account_names(self._world, deployment)
        name = (deployment.fields.text("deploymentName") or "").lower()
        identities = [
            identity
            for identity in covered.get(name, ())
            if (identity.text("account") or "").lower() in accounts
        ]
        if not identities:
            return "it is not among what was approved"
        parts = [part for part in PARTS if talks(deployment) or part in OF_ANY_MODEL]
        if not proofs:
            parts = [part for part in parts if part != "promptSha256"]  # nobody knows today's
        found = None
        for identity in identities:
            key = f"{deployment.urn} {[identity.read(part) for part in parts]}"
            if key not in self._known:
                self._known[key] = self._difference(deployment, proofs, identity, parts)
            found = self._known[key]
            if found is None:
                return None
        return found

    def _difference(
        self, deployment: Resource, proofs: list[Resource], identity: Fields, parts: list[str]
    ) -> str | None:
        proven = Fields({"identity": identity.held}, "approval")
        evidence = proofs[0] if proofs else deployment
        for part, was, now in changes(self._world, deployment, evidence, proven, parts):
            if part.endswith("Sha256"):
                return f"it has another {'prompt' if part.startswith('prompt') else 'filter'}"
            return f"{part} was {shown(was)} and is {shown(now)}"
        return None


RULES: Final[list[Rule]] = [
    StackRule(
        id="approvals-complete",
        number=47,
        category="business",
        severity="Critical",
        levels=Levels.of("-aM"),
        description="Product, security, responsible AI and operations have each approved what is "
        "deployed, after it was measured.",
        why="Results do not decide, people do. An approval of another model, from before the "
        "measurement, or by one person in four roles is none, whoever signs it.",
        fix=f"Let one person of each role run {approve('ROLE', 'STACK')}; product also names "
        "the metrics by which success will be known, with target and source.",
        types=frozenset({DEPLOYMENT}),
        controls=("MCSB AI-5", "Well-Architected OE:11"),
        params=(APPROVERS, APPROVAL_DAYS),
        check=approvals_complete,
    ),
]
