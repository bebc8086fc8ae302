"""Everything in which a stack's evidence is not what it was, or not about what is declared."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from components.evidence_entry import complaints
from components.evidence_file import Recorded
from components.evidence_kinds import KINDS, differences, part_of
from components.profiles import Profile
from scripts.git import Author
from scripts.readiness.declared import Declared
from scripts.readiness.evidence_age import age, days
from scripts.readiness.evidence_chain import first_break, rewritten
from scripts.readiness.evidence_log import CLOCKS_DIFFER

Matter = Literal["file", "chain", "entry", "age", "identity", "approver"]


@dataclass(frozen=True)
class Problem:
    """One thing wrong with an evidence file."""

    matter: Matter
    """Of what kind it is: the first three say that it is not as it was recorded."""
    line: int
    what: str
    fix: str

    def said(self, file: str) -> str:
        return f"{file}:{self.line}: {self.what}. Fix: {self.fix}"

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def problems(recorded: Sequence[Recorded], target: Declared, now: datetime) -> Iterator[Problem]:
    """What a file alone shows, held against what the stack declares today."""
    if found := first_break(recorded):
        yield Problem("chain", found.line, found.what, "restore the file from git")
        return  # what else it says is nobody's word
    for each in recorded:
        for complaint in complaints(each.entry):
            what = f"entry {each.entry.get('seq')}: {complaint}"
            yield Problem("entry", each.line, what, "restore it from git, and record it with plumb")
    for each in newest(recorded):
        yield from _out_of_date(each, target.profile, now)
        yield from _of_something_else(each, target)


def newest(recorded: Sequence[Recorded]) -> list[Recorded]:
    """The entries that count: of each kind and subject the last one."""
    found: dict[tuple[str, ...], Recorded] = {}
    for each in recorded:
        kind = str(each.entry.get("kind"))
        which = ["subject.account", "subject.deployment", "subject.route"]
        if kind in KINDS and KINDS[kind].one_for_each:
            which.append(KINDS[kind].one_for_each)
        found[(kind, *(str(part_of(each.entry, part)) for part in which))] = each
    return sorted(found.values(), key=lambda each: each.line)


def _out_of_date(each: Recorded, profile: Profile, now: datetime) -> Iterator[Problem]:
    kind, number = str(each.entry.get("kind")), each.entry.get("seq")
    old = age(each.entry, now)
    if kind not in KINDS or old is None:
        return  # a complaint about the entry says so
    if old < -CLOCKS_DIFFER:
        what = f"entry {number}, {kind}, is of {part_of(each.entry, KINDS[kind].dated)}, which is "
        fix = "set the clock of the machine that recorded it"
        yield Problem("age", each.line, what + "yet to come", fix)
    elif old > timedelta(days=days(kind, profile)):
        what = f"entry {number}, {kind}, is {old.days} days old (limit {days(kind, profile):g})"
        yield Problem("age", each.line, what, "record it anew")


def _of_something_else(each: Recorded, target: Declared) -> Iterator[Problem]:
    kind, number = str(each.entry.get("kind")), each.entry.get("seq")
    identity = each.entry.get("identity")
    stack = part_of(each.entry, "subject.stack")
    if kind in KINDS and KINDS[kind].about == "stack" and stack != target.stack:
        what = f"entry {number}, {kind}, is about {stack}, not about {target.stack}"
        yield Problem("identity", each.line, what, f"record it of {target.stack}")
    if kind not in KINDS or not isinstance(identity, Mapping):
        return
    key = (str(identity.get("account")), str(identity.get("deployment")))
    now_declared = target.identities.get(key)
    if now_declared is None:
        return  # it has been retired, and what was proven of it then stays true
    declared = now_declared.written()
    for part in differences(KINDS[kind].compares, identity, declared):
        what = (
            f"entry {number}, {kind} of {'/'.join(key)}, is about {part} {identity.get(part)}, "
            f"and {target.stack} declares {declared.get(part)}"
        )
        yield Problem(
            "identity", each.line, what, f"measure what is declared: {KINDS[kind].made_by}"
        )


def against(
    recorded: Sequence[Recorded], earlier: Sequence[Recorded], authors: set[Author]
) -> Iterator[Problem]:
    """What was done to an earlier copy of the file, and who approved their own work."""
    if found := rewritten(recorded, earlier):
        yield Problem(
            "chain", found.line, found.what, "restore the file, and record what is new again"
        )
        return
    for each in recorded[len(earlier) :]:
        data = each.entry.get("data")
        by = data.get("by") if isinstance(data, Mapping) else None
        if each.entry.get("kind") != "approval" or not isinstance(by, Mapping):
            continue
        known = {str(by.get(part)).lower() for part in ("name", "upn") if by.get(part)}
        if any({author.name.lower(), author.mail.lower()} & known for author in authors):
            what = f"entry {each.entry.get('seq')}: {by.get('name')} approved their own change"
            yield Problem("approver", each.line, what, "somebody else approves in that role")
