"""Entries are added whole or not at all, one recorder after another, to a file that is whole."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import yaml

from components.evidence_entry import Subject, Tool
from components.evidence_kinds import Cost
from components.stack_file import ROOT
from scripts.readiness import evidence_log
from scripts.readiness.evidence_log import Broken, Draft, Locked, NotRecorded, append, read
from tests.components.evidence_examples import DATA, entry

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)


def cost(forecast=4200, **changes):
    data = Cost.model_validate(DATA["cost"] | {"forecastMonthly": forecast})
    made = {
        "kind": "cost",
        "subject": Subject(stack="prod"),
        "data": data,
        "tool": Tool(name="plumb cost", version="1.0.0"),
        "measured_at": NOW,
    }
    return Draft(**made | changes)


@pytest.fixture
def file(tmp_path):
    return tmp_path / "evidence" / "prod.yaml"


@pytest.fixture
def add(file, tmp_path):
    def add(*drafts, **told):
        return append(file, lambda _: drafts, NOW, locks=tmp_path / "locks", **told)

    return add


def test_what_is_recorded_is_read_again(add, file):
    first, second = add(cost(4200.0)), add(cost(0.1), cost(1e-7))
    assert [each.entry for each in read(file)] == first + second
    assert [each.entry["seq"] for each in read(file)] == [1, 2, 3]


def test_a_dry_run_tells_the_entry_and_writes_nothing(add, file):
    told = add(cost(), dry_run=True)
    assert not file.exists()
    assert add(cost()) == told


def test_what_was_there_stays_byte_by_byte(add, file):
    add(cost())
    file.write_bytes(b"# read docs/evidence.md\r\n" + file.read_bytes().rstrip(b"\n"))
    before = file.read_bytes()
    add(cost())
    assert file.read_bytes().startswith(before + b"\n- seq: 2\n")
    assert len(read(file)) == 2


@pytest.mark.parametrize(
    "name", ["2026-11-20", "1:30", "yes", "1e3", "0o17", "~", "ä'\"#: -", ".5"]
)
def test_a_text_stays_a_text(add, file, name):
    add(cost(tool=Tool(name=name, version="1.0")))
    assert read(file)[0].entry["tool"] == {"name": name, "version": "1.0"}


def test_any_other_reader_of_yaml_reads_the_same(add, file):
    made = add(cost(), cost(0.25))
    assert yaml.safe_load(file.read_text()) == made


def test_nothing_is_added_to_a_broken_chain(add, file):
    add(cost(4200), cost(4300))
    file.write_text(file.read_text().replace("forecastMonthly: 4200", "forecastMonthly: 42"))
    before = file.read_bytes()
    with pytest.raises(Broken, match=r"prod\.yaml:1: entry 1 was changed after it was recorded"):
        add(cost())
    assert file.read_bytes() == before


@pytest.mark.parametrize("odd", [{"measuredAt": "yesterday"}, {"data": {"forecastMonthly": 1}}])
def test_nothing_is_added_to_what_plumb_did_not_record(add, file, odd):
    forged = entry("cost", **odd)
    file.parent.mkdir()
    file.write_text(yaml.safe_dump([forged]))
    with pytest.raises(Broken, match="entry 1 was not recorded by plumb"):
        add(cost())


@pytest.mark.parametrize("text", ["a: 1", "- [", "- {a: }", "\xff"])
def test_nothing_is_added_to_a_file_that_cannot_be_read(add, file, text):
    file.parent.mkdir()
    file.write_bytes(text.encode("latin-1"))
    with pytest.raises(Broken):
        add(cost())
    assert file.read_bytes() == text.encode("latin-1")


def test_a_list_in_brackets_cannot_be_added_to(add, file):
    file.parent.mkdir()
    file.write_text("[]\n")
    with pytest.raises(NotRecorded, match=r"with the new entry, prod\.yaml:2: not YAML"):
        add(cost())
    assert file.read_text() == "[]\n"


def test_what_is_yet_to_come_is_not_recorded(add, file):
    add(cost(measured_at=NOW + timedelta(minutes=5)))
    with pytest.raises(
        NotRecorded, match="cost is of 2026-11-21T09:05:01Z, and it is 2026-11-21T09"
    ):
        add(cost(measured_at=NOW + timedelta(minutes=5, seconds=1)))
    assert len(read(file)) == 1


def test_an_entry_that_is_not_complete_is_not_recorded(add, file):
    with pytest.raises(NotRecorded, match="cost is about a stack"):
        add(cost(subject=Subject(stack="prod", route="chat")))
    assert not file.exists()


def test_of_several_entries_all_are_recorded_or_none(add, file):
    with pytest.raises(NotRecorded):
        add(cost(), cost(kind="price"))
    assert not file.exists()


def test_two_do_not_record_at_once(add, file, tmp_path, monkeypatch):
    monkeypatch.setattr(evidence_log, "WAITS_SECONDS", 0)

    def make(_):
        with pytest.raises(Locked, match="somebody else records"):
            add(cost())
        return [cost()]

    append(file, make, NOW, locks=tmp_path / "locks")
    assert len(read(file)) == 1


def test_none_of_many_recorders_is_lost(add, file):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: add(cost(number)), range(24)))
    assert {each.entry["data"]["forecastMonthly"] for each in read(file)} == set(range(24))


KILLED = """
import os, signal, sys
from pathlib import Path
from scripts.readiness import evidence_log
from tests.scripts.test_evidence_log import NOW, cost

file, locks, when = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
killed = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
if when == "replace":
    Path.replace = killed
else:
    os.fsync = killed
evidence_log.append(file, lambda _: [cost(1)], NOW, locks=locks)
"""


@pytest.mark.parametrize("when", ["write", "replace"])
def test_who_is_killed_in_between_loses_nothing(add, file, tmp_path, when):
    add(cost())
    before = file.read_bytes()
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(file), str(tmp_path / "locks"), when],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert done.returncode == -signal.SIGKILL
    assert file.read_bytes() == before
    add(cost())
    assert len(read(file)) == 2
    assert [each.name for each in file.parent.iterdir()] == [file.name]


def test_a_full_disk_loses_nothing(add, file, monkeypatch):
    add(cost())
    before = file.read_bytes()

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(NotRecorded, match="No space left"):
        add(cost())
    assert file.read_bytes() == before
