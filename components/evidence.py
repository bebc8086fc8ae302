"""What was proven about a stack, brought into its graph so that the gate can read it."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pulumi

from components import document
from components.sections import Settings
from components.stack import Stack

SCHEMA_VERSION: Final = "1"
LISTED_KINDS: Final = frozenset({"approval", "rollback", "demand"})
"""On the stack there may be several of these: one a role, one a route."""

LARGEST_EXACT_INTEGER: Final = 2**53


class UnreadableEvidence(ValueError):
    """The evidence file cannot enter the graph; the message says where and why."""


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


def entries(file: Path) -> list[dict[str, Any]]:
    """Every entry of an evidence file, oldest first; none where there is no file yet.

    Raises:
        UnreadableEvidence: no YAML, no list of entries, or a value that the engine cannot carry.
    """
    try:
        _, content = document.read(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    except document.Unreadable as error:
        where = f"{file.name}:{error.line}" if error.line else file.name
        raise UnreadableEvidence(f"{where}: {error}. Fix: restore it from git") from None
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableEvidence(f"{file.name}: {error}. Fix: restore it from git") from None
    content = content or []
    if not isinstance(content, list) or not all(isinstance(each, dict) for each in content):
        raise UnreadableEvidence(f"{file.name}: is no list of entries. Fix: restore it from git")
    for number, entry in enumerate(content):
        for place, what in _not_carried(entry, str(number)):
            raise UnreadableEvidence(f"{file.name}: {place}: {what}. Fix: restore it from git")
    return content


def _not_carried(value: Any, place: str) -> Iterator[tuple[str, str]]:
    """Values with which the engine stops, or which it changes on the way."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _not_carried(inner, f"{place}.{key}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _not_carried(inner, f"{place}.{number}")
    elif value is None:
        yield place, "is empty"
    elif isinstance(value, float) and not math.isfinite(value):
        yield place, f"{value} is no number"
    elif isinstance(value, int) and abs(value) > LARGEST_EXACT_INTEGER:
        yield place, f"{value} loses digits on the way"
    elif not isinstance(value, (str, int, float, bool)):
        yield place, f"{value} must be in quotes"


def newest(recorded: list[dict[str, Any]], subject: Mapping[str, str]) -> dict[str, Any]:
    """The last entry of each kind for one subject; of listed kinds every one, oldest first."""
    latest: dict[str, Any] = {}
    for entry in recorded:
        if entry.get("subject") != dict(subject):
            continue
        kind = str(entry.get("kind"))
        if kind in LISTED_KINDS:
            latest.setdefault(kind, []).append(entry)
        else:
            latest[kind] = entry
    return latest


def register(stack: Stack, settings: Settings, root: Path) -> None:
    """One Evidence for the stack and one for each deployment.

    Raises:
        pulumi.RunError: the evidence file cannot be read.
    """
    try:
        recorded = entries(root / settings.readiness.evidence)
    except UnreadableEvidence as error:
        raise pulumi.RunError(str(error)) from None
    chain: dict[str, Any] = {"file": settings.readiness.evidence, "entries": len(recorded)}
    if recorded:
        chain |= {"head": recorded[-1].get("hash"), "headAt": recorded[-1].get("measuredAt")}
    subjects = [
        (f"{account}-{name}", {"stack": stack.name, "account": account, "deployment": name})
        for account, each in sorted(settings.accounts.items())
        for name in sorted(each.deployments)
    ]
    for name, subject in subjects:
        content = {"chain": chain, **newest(recorded, subject)}
        Evidence(name, EvidenceArgs(subject=subject, content=content))
    subject = {"stack": stack.name}
    declared = {
        "operations": {
            "runbookUrl": settings.readiness.runbook,
            "onCall": {
                "rotation": settings.readiness.rotation,
                "actionGroup": stack.names.action_group("on-call"),
            },
        }
    }
    content = {"chain": chain, **declared, **newest(recorded, subject)}
    Evidence(stack.name, EvidenceArgs(subject=subject, content=content))
