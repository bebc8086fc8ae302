"""What was proven about a stack, brought into its graph so that the gate can read it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pulumi

from components import evidence_file
from components.evidence_entry import SCHEMA_VERSION
from components.evidence_file import Recorded, UnreadableEvidence
from components.evidence_kinds import KINDS, part_of
from components.prompts import template_hash
from components.sections import Settings
from components.stack import Stack

OURS: Final = frozenset({"schemaVersion", "subject", "current", "chain", "operations"})
"""What an Evidence says besides its entries, each of which stands under its kind."""


@dataclass(frozen=True, kw_only=True)
class EvidenceArgs:
    subject: Mapping[str, str]
    """stack, and for a deployment's evidence also account and deployment."""
    content: Mapping[str, Any]
    """The newest entry of each kind, and where they come from."""


class Evidence(pulumi.ComponentResource):
    """Facts that no configuration shows: scores, load results, approvals. It judges nothing."""

    def __init__(
        self, name: str, args: EvidenceArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        content = {
            "schemaVersion": SCHEMA_VERSION,
            "subject": dict(args.subject),
            **args.content,
        }
        super().__init__("plumb:index:Evidence", name, content, opts)
        self.register_outputs(content)


def register(stack: Stack, settings: Settings, root: Path) -> None:
    """One Evidence for the stack and one for each deployment.

    Raises:
        pulumi.RunError: the evidence file cannot be read.
    """
    try:
        recorded = entries(root / settings.readiness.evidence)
    except UnreadableEvidence as error:
        raise pulumi.RunError(str(error)) from None
    chain = chain_of(recorded, settings.readiness.evidence)
    for account, each in sorted(settings.accounts.items()):
        for name in sorted(each.deployments):
            content = {
                "current": {"promptSha256": template_hash(name, root)},
                "chain": chain,
                **of_deployment(recorded, account, name, settings),
            }
            subject = {"stack": stack.name, "account": account, "deployment": name}
            Evidence(f"{account}-{name}", EvidenceArgs(subject=subject, content=content))
    declared = {
        "runbookUrl": settings.readiness.runbook,
        "onCall": {
            "rotation": settings.readiness.rotation,
            "actionGroup": stack.names.action_group("on-call"),
        },
    }
    content = {"chain": chain, "operations": declared, **of_stack(recorded, stack.name)}
    Evidence(stack.name, EvidenceArgs(subject={"stack": stack.name}, content=content))


def entries(file: Path) -> list[Recorded]:
    """What was recorded of a stack.

    Raises:
        UnreadableEvidence: it cannot be read, or would stand in the graph for something else.
    """
    recorded = evidence_file.read(file)
    for each in recorded:
        if (kind := str(each.entry.get("kind"))) in OURS:
            raise UnreadableEvidence(file.name, each.line, f"{kind} is no kind")
    return recorded


def chain_of(recorded: list[Recorded], name: str) -> dict[str, Any]:
    """How long the file is and how it ends, so that a rule sees what does not belong to it."""
    chain: dict[str, Any] = {"file": name, "entries": len(recorded)}
    if recorded:
        times = [str(each.entry.get("measuredAt", "")) for each in recorded]
        chain |= {"head": str(recorded[-1].entry.get("hash", "")), "headAt": max(times)}
    return chain


def of_deployment(
    recorded: list[Recorded], account: str, deployment: str, settings: Settings
) -> dict[str, Any]:
    """The newest entry of each kind on one deployment, and what its routes ask of it.

    On several routes, it is what the busiest asks.
    """
    found: dict[str, Any] = {}
    routes = {
        key
        for key, wanted in settings.routes.items()
        for name in (wanted.stable, wanted.candidate, *wanted.fallback)
        if name and settings.target(name) == (account, deployment)
    }
    asked: dict[str, Any] = {}
    for each in recorded:
        subject, kind = _subject(each), str(each.entry.get("kind"))
        if (subject.get("account"), subject.get("deployment")) == (account, deployment):
            found[kind] = each.entry
        elif kind == "demand" and (route := str(subject.get("route"))) in routes:
            asked[route] = each.entry
    if asked:
        found["demand"] = max(asked.values(), key=_peak)
    return found


def of_stack(recorded: list[Recorded], stack: str) -> dict[str, Any]:
    """The newest entry of each kind on the stack and its routes.

    What was said of another stack, such as an approval of staging, is not said of this one. Of
    some kinds it is a list, oldest first, with the newest of each role, route or matter.
    """
    found: dict[str, Any] = {}
    several: dict[str, dict[str, Any]] = {}
    for each in recorded:
        kind = str(each.entry.get("kind"))
        subject = _subject(each)
        elsewhere = kind in KINDS and KINDS[kind].about == "stack" and subject.get("stack") != stack
        if "deployment" in subject or elsewhere:
            continue
        if kind in KINDS and KINDS[kind].one_for_each:
            held = several.setdefault(kind, {})
            which = str(part_of(each.entry, KINDS[kind].one_for_each))
            held.pop(which, None)  # the newer one stands where it was recorded
            held[which] = each.entry
        else:
            found[kind] = each.entry
    return found | {kind: list(entries.values()) for kind, entries in several.items()}


def _subject(recorded: Recorded) -> Mapping[str, Any]:
    subject = recorded.entry.get("subject")
    return subject if isinstance(subject, Mapping) else {}


def _peak(demand: Mapping[str, Any]) -> float:
    peak = part_of(demand, "data.peakRpm")
    return peak if isinstance(peak, int | float) else 0
