"""The verdict on one stack's evidence: whole, about what is declared, and not too old."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from components.evidence_file import Recorded, UnreadableEvidence, parse
from components.evidence_file import read as read_file
from scripts import evidence_problems, git
from scripts.declared import Declared
from scripts.evidence_problems import Problem


@dataclass(frozen=True, kw_only=True)
class Verified:
    """What was found of one stack."""

    stack: str
    file: str
    entries: int
    head: str | None
    problems: Sequence[Problem]

    def as_json(self) -> dict[str, Any]:
        return {
            "stack": self.stack,
            "file": self.file,
            "entries": self.entries,
            "head": self.head,
            "problems": [each.as_json() for each in self.problems],
        }

    def as_text(self) -> str:
        if self.problems:
            return "\n".join(each.said(self.file) for each in self.problems)
        if not self.entries:
            return f"{self.file}: nothing is recorded of {self.stack} yet"
        return f"{self.file}: {self.entries} entries, each as it was recorded; head {self.head}"


def verified(target: Declared, now: datetime, against: str | None = None) -> Verified:
    """The verdict; `against` names an earlier copy, by commit or file.

    Raises:
        git.NoSuchCopy: there is no such copy.
    """
    name = target.settings.readiness.evidence
    recorded: Sequence[Recorded] = ()
    try:
        recorded = read_file(target.file)
        found = list(evidence_problems.problems(recorded, target, {}, now))
        if against:
            found += _against(recorded, target, against)
    except UnreadableEvidence as error:
        found = [Problem(1, str(error).partition(". Fix: ")[0], "restore it from git")]
    return Verified(
        stack=target.stack,
        file=name,
        entries=len(recorded),
        head=str(recorded[-1].entry.get("hash")) if recorded else None,
        problems=found,
    )


def _against(recorded: Sequence[Recorded], target: Declared, against: str) -> Sequence[Problem]:
    name, file = target.settings.readiness.evidence, Path(against)
    authors: set[git.Author] = set()
    if file.is_file():
        earlier = file.read_bytes()
    else:
        earlier = git.content(target.root, against, name)
        authors = git.authors(target.root, against, name)
    try:
        before = parse(earlier.decode(errors="replace"), f"{name} of {against}")
    except UnreadableEvidence as error:
        return [Problem(1, str(error).partition(". Fix: ")[0], "repair that copy first")]
    return list(evidence_problems.against(recorded, before, authors))
