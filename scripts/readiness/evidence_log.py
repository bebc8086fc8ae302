"""The evidence file as a log: entries are added at its end, and nothing else ever happens to it."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import yaml
from filelock import FileLock, Timeout

from components.canonical import entry_hash
from components.evidence_entry import NOTHING_BEFORE, Subject, Tool, complaints
from components.evidence_file import Recorded, UnreadableEvidence, parse
from components.evidence_kinds import KINDS, Identity, Part, part_of
from scripts.readiness.evidence_chain import first_break

CLOCKS_DIFFER: Final = timedelta(minutes=5)
"""By so much another machine's clock may be ahead of ours."""

WAITS_SECONDS: Final = 10.0


class NotRecorded(Exception):
    """Nothing was written; the message says why and what to do."""


class Broken(NotRecorded):
    """The file is not what was recorded, so nothing can be added to it."""


class Locked(NotRecorded):
    """Somebody else records at this moment."""


@dataclass(frozen=True, kw_only=True)
class Draft:
    """An entry that has no place in a file yet."""

    kind: str
    subject: Subject
    data: Part
    tool: Tool
    measured_at: datetime
    identity: Identity | None = None


Make = Callable[[Sequence[Recorded]], Sequence[Draft]]
"""What is to be added to the entries that are there; it may refuse by raising NotRecorded."""


def written(time: datetime) -> str:
    """A time as evidence has it."""
    return f"{time.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def read(file: Path) -> list[Recorded]:
    """The entries of a file in which nothing was changed, taken out or put in.

    Raises:
        Broken: anything else.
    """
    return _unbroken(file, _bytes(file))


def append(
    file: Path, make: Make, now: datetime, *, locks: Path, dry_run: bool = False
) -> list[dict[str, Any]]:
    """Adds what `make` says, and tells the entries that this makes.

    The file is replaced as a whole or not at all: whoever is killed in between leaves it as it
    was.

    Raises:
        Broken: the file is not what was recorded.
        Locked: somebody else records at this moment.
        NotRecorded: an entry that would not be true, or not complete.
    """
    try:
        locks.mkdir(parents=True, exist_ok=True)
        with FileLock(locks / f"{file.name}.lock", timeout=WAITS_SECONDS):
            before = _bytes(file)
            recorded = _unbroken(file, before)
            made = _entries(make(recorded), recorded, now)
            text = b"" if not before or before.endswith(b"\n") else b"\n"
            text += "".join(map(_as_yaml, made)).encode()
            _reads_back(before + text, made, file.name)
            if made and not dry_run:
                _replace(file, before + text)
            return made
    except Timeout:
        raise Locked(f"{file.name}: somebody else records. Fix: try again in a moment") from None
    except OSError as error:
        why = f"{error.strerror}. Fix: see to the disk; nothing is lost"
        raise NotRecorded(f"{file.name} cannot be written: {why}") from None


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise Broken(f"{file.name}: {error.strerror}. Fix: restore it from git") from None


def _unbroken(file: Path, content: bytes) -> list[Recorded]:
    try:
        recorded = parse(content.decode(), file.name)
    except (UnreadableEvidence, UnicodeDecodeError) as error:
        raise Broken(str(error)) from None
    if found := first_break(recorded):
        raise Broken(f"{file.name}:{found.line}: {found.what}. Fix: restore it from git")
    for each in recorded:
        for complaint in complaints(each.entry):
            said = f"entry {each.entry['seq']} was not recorded by plumb: {complaint}"
            raise Broken(f"{file.name}:{each.line}: {said}. Fix: restore it from git")
    return recorded


def _entries(
    drafts: Sequence[Draft], recorded: Sequence[Recorded], now: datetime
) -> list[dict[str, Any]]:
    before = str(recorded[-1].entry["hash"]) if recorded else NOTHING_BEFORE
    made: list[dict[str, Any]] = []
    for number, draft in enumerate(drafts, len(recorded) + 1):
        entry: dict[str, Any] = {"seq": number, "prev": before, "kind": draft.kind}
        entry["subject"] = draft.subject.written()
        if draft.identity:
            entry["identity"] = draft.identity.written()
        entry["measuredAt"] = written(draft.measured_at)
        entry["tool"] = draft.tool.written()
        entry["data"] = draft.data.written()
        entry = _whole_numbers(entry)
        entry["hash"] = before = entry_hash(entry)
        if wrong := list(complaints(entry)):
            raise NotRecorded(f"{draft.kind} would not be complete: {'; '.join(wrong)}")
        for when in (entry["measuredAt"], part_of(entry, KINDS[draft.kind].dated)):
            if datetime.fromisoformat(when) > now + CLOCKS_DIFFER:
                raise NotRecorded(
                    f"{draft.kind} is of {when}, and it is {written(now)} here. "
                    "Fix: set the clock of the machine that is wrong, or mend the date"
                )
        made.append(entry)
    return made


def _whole_numbers(value: Any) -> Any:
    """20.0 as 20, as it is hashed."""
    match value:
        case float() if value.is_integer():
            return int(value)
        case dict():
            return {key: _whole_numbers(held) for key, held in value.items()}
        case list():
            return [_whole_numbers(held) for held in value]
    return value


class _Dumper(yaml.SafeDumper):
    """Texts in quotes, so that none is read as a date or a number; keys without."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def represent_mapping(self, tag: str, mapping: Any, flow_style: bool | None = None) -> Any:
        node = super().represent_mapping(tag, mapping, flow_style)
        for key, _ in node.value:
            key.style = None
        return node


_Dumper.add_representer(
    str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"')
)


def _as_yaml(entry: dict[str, Any]) -> str:
    return yaml.dump([entry], Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10_000)


def _reads_back(content: bytes, made: list[dict[str, Any]], name: str) -> None:
    try:
        last = parse(content.decode(), name)[-len(made) :] if made else []
    except UnreadableEvidence as error:
        raise NotRecorded(f"with the new entry, {error}") from None
    if [each.entry for each in last] != made:
        raise NotRecorded(f"{name}: an entry would not be read as it is written. Fix: report it")


def _replace(file: Path, content: bytes) -> None:
    target = file.resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    new = target.with_name(f".{target.name}.new")
    with new.open("wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
    new.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
