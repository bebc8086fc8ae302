"""The verdict on one stack's evidence: whole, about what is declared, and not too old."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from components import evidence_file
from components.evidence_file import Recorded, UnreadableEvidence
from scripts import git
from scripts.readiness import declared, evidence_problems
from scripts.readiness.declared import settings_of
from scripts.readiness.evidence_problems import Problem


@dataclass(frozen=True, kw_only=True)
class Verified:
    """What was found of one stack."""

    stack: str
    file: str
    entries: int
    head: str | None
    problems: Sequence[Problem]

    @property
    def tampered(self) -> list[Problem]:
        """In what the file is not as it was recorded; nothing that it says can be believed then."""
        return [each for each in self.problems if each.matter in ("file", "chain", "entry")]

    def recorded_only(self) -> Self:
        """Without what the gate judges as well, by how much it weighs in the stack."""
        left = [each for each in self.problems if each.matter not in ("age", "identity")]
        return replace(self, problems=left)

    def as_json(self) -> dict[str, Any]:
        return {
            "stack": self.stack,
            "file": self.file,
            "entries": self.entries,
            "head": self.head,
            "problems": [each.as_json() for each in self.problems],
        }

    def as_text(self) -> str:
        """For a terminal: every problem on a line of its own."""
        if self.problems:
            return "\n".join(each.said(self.file) for each in self.problems)
        return self.whole()

    def whole(self) -> str:
        """What is said of a file in which nothing was found."""
        if not self.entries:
            return f"{self.file}: nothing is recorded of {self.stack} yet"
        return f"{self.file}: {self.entries} entries, each as it was recorded; head {self.head}"


def verified(stack: str, root: Path, now: datetime, against: str | None = None) -> Verified:
    """The verdict; `against` names an earlier copy, by commit or file.

    Raises:
        Undeclared: the stack cannot be read.
        git.NoSuchCopy: there is no such copy.
    """
    name = settings_of(stack, root).readiness.evidence
    found: list[Problem] = []
    try:
        recorded = evidence_file.read(root / name)
        if recorded:
            target = declared.declared(stack, root, git.head(root))
            found += evidence_problems.problems(recorded, target, now)
    except UnreadableEvidence as error:
        return summary(stack, name, (), [_unreadable(error)])
    if against:
        found += _against(recorded, root, name, against)
    return summary(stack, name, recorded, found)


def summary(
    stack: str, file: str, recorded: Sequence[Recorded], problems: Sequence[Problem]
) -> Verified:
    """The verdict on entries of which the problems are known."""
    return Verified(
        stack=stack,
        file=file,
        entries=len(recorded),
        head=str(recorded[-1].entry.get("hash")) if recorded else None,
        problems=problems,
    )


def _against(
    recorded: Sequence[Recorded], root: Path, name: str, against: str
) -> Sequence[Problem]:
    file = Path(against)
    authors: set[git.Author] = set()
    if file.is_file():
        earlier = file.read_bytes()
    else:
        earlier = git.content(root, against, name)
        authors = git.authors(root, against, name)
    try:
        before = evidence_file.parse(earlier.decode(errors="replace"), f"{name} of {against}")
    except UnreadableEvidence as error:
        return [_unreadable(error)]
    return list(evidence_problems.against(recorded, before, authors))


def _unreadable(error: UnreadableEvidence) -> Problem:
    return Problem("file", error.line, error.what, "restore it from git")
