"""Evidence is what was recorded: every entry bears its hash and the shape of its kind."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from components.evidence_entry import SCHEMA_VERSION, complaints, is_intact
from components.evidence_kinds import KINDS
from policies.proof import EVIDENCE, known, of_whom, time
from policies.rule import Context, Levels, ResourceRule, Rule
from policies.values import Fields, Value
from policies.wording import CREDENTIAL, HIDDEN, shown
from policies.world import Finding, Resource

PARTS: Final[Mapping[str, frozenset[str]]] = {
    "subject": frozenset({"stack", "account", "deployment"}),
    "current": frozenset({"promptSha256", "gitSha"}),
    "chain": frozenset({"file", "entries", "head", "headAt"}),
    "operations": frozenset({"runbookUrl", "onCall"}),
}
"""What evidence holds besides entries, and what each of it may hold."""

SHA256: Final = re.compile(r"[0-9a-f]{64}")
MOST: Final = 3
"""Complaints about one entry; who has read these knows that it was not recorded."""


def evidence_integrity(evidence: Resource, ctx: Context) -> Iterator[Finding]:
    known(evidence.inputs)
    version = evidence.fields.read("schemaVersion")
    if version != SCHEMA_VERSION:
        yield Finding(
            evidence,
            f"the evidence of {_whose(evidence)} is written in schema {shown(version)}, not "
            f"'{SCHEMA_VERSION}'. Fix: record it with this version of plumb.",
            "schemaVersion",
        )
    for key in _unknown_keys(evidence):
        yield Finding(
            evidence,
            f"the evidence of {_whose(evidence)} holds {shown(key)}, which nothing records. "
            "Fix: restore the file from git.",
        )
    prompt = evidence.fields.read("current.promptSha256")
    if prompt is not None and not (isinstance(prompt, str) and SHA256.fullmatch(prompt)):
        yield Finding(
            evidence,
            f"current.promptSha256 of {_whose(evidence)} is no SHA-256. "
            "Fix: 64 hexadecimal digits, as the program computes them.",
            "current.promptSha256",
        )
    beyond: list[Fields] = []
    for kind in KINDS:
        for entry in _entries(evidence, kind):
            wrong = _wrong(evidence, entry, kind)
            if wrong:
                yield Finding(
                    evidence,
                    f"{_named(entry)} of {_whose(evidence)} {_safe(wrong)}. "
                    f"Fix: restore {_file(evidence)} from git, and record anew what changed.",
                    entry.path,
                )
            elif _beyond(entry, evidence.fields):
                beyond.append(entry)
    if beyond:
        yield Finding(
            evidence,
            f"{', '.join(map(_named, beyond))} of {_whose(evidence)} cannot be the file's: its "
            f"chain ends before. Fix: restore {_file(evidence)} from git.",
            "chain",
        )


def _unknown_keys(evidence: Resource) -> Iterator[str]:
    for key, held in sorted(evidence.inputs.items()):
        if key in PARTS and isinstance(held, Mapping):
            yield from (f"{key}.{inner}" for inner in sorted(held) if inner not in PARTS[key])
        elif key not in KINDS and key != "schemaVersion":
            yield key


def _entries(evidence: Resource, kind: str) -> Iterator[Fields]:
    """What stands under a kind, whatever it is: a list where there may be several."""
    held = evidence.inputs.get(kind)
    if isinstance(held, list):
        yield from evidence.fields.items(kind)
    elif held is not None:
        yield Fields(held if isinstance(held, Mapping) else {}, kind)


def _wrong(evidence: Resource, entry: Fields, kind: str) -> str | None:
    if not is_intact(entry.held):
        return "was changed after it was recorded, or never recorded: its hash is another"
    said = sorted(complaints(entry.held))  # the engine keeps no order of keys
    if said:
        more = f", and {len(said) - MOST} more" if len(said) > MOST else ""
        return f"is not as plumb records it: {'; '.join(said[:MOST])}{more}"
    if entry.read("kind") != kind:
        return f"stands where {kind} should"
    if KINDS[kind].about == "deployment" and _subject(entry) != _subject(evidence.fields):
        return "speaks of another deployment"
    return None


def _subject(fields: Fields) -> tuple[Value, Value]:
    return fields.read("subject.account"), fields.read("subject.deployment")


def _beyond(entry: Fields, evidence: Fields) -> bool:
    """Whether it lies past what the file says its end is."""
    place, last = entry.number("seq"), evidence.number("chain.entries")
    at, end = time(entry.text("measuredAt")), time(evidence.text("chain.headAt"))
    if place is None or last is None or at is None or end is None:
        return True
    return place > last or at > end


def _whose(evidence: Resource) -> str:
    return shown(of_whom(evidence))


def _named(entry: Fields) -> str:
    number = entry.number("seq")
    return f"entry {shown(number)} ({entry.path})" if number is not None else f"the {entry.path}"


def _file(evidence: Resource) -> str:
    file = evidence.fields.text("chain.file")
    return "the evidence file" if file is None or CREDENTIAL.search(file) else shown(file)[1:-1]


def _safe(text: str) -> str:
    """Keys and kinds are quoted in what is wrong, and anybody may have written them."""
    return HIDDEN if CREDENTIAL.search(text) else " ".join(text.split())[:300]


RULES: Final[list[Rule]] = [
    ResourceRule(
        id="evidence-integrity",
        number=8,
        category="quality",
        severity="Critical",
        levels=Levels.of("aMM"),
        description="Evidence is what plumb recorded: nothing was added, changed or made up.",
        why="Every other rule believes it. A number that was typed in is a promise, not a "
        "measurement. The hashes stop accidents and quiet edits, not the repository's owner.",
        fix="Restore the evidence file from git; record anew what has changed since.",
        types=frozenset({EVIDENCE}),
        check=evidence_integrity,
    ),
]
