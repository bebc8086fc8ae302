"""`plumb sandbox save` and `restore`: whole, or not at all."""

import json
import re
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.orders import instruction
from sandbox.schema import FORGOTTEN, TABLES
from sandbox.snapshots import NotSaved, restore, save
from scripts.cli import app
from scripts.exit import Exit
from tests.sandbox.core import cloud as clouds
from tests.sandbox.core.cloud import ACCOUNT, START, Cloud, deployment
from tests.sandbox.running import RunningSandbox
from tests.sandbox.telemetry.observed import Observed


@pytest.fixture
def full(cloud: Cloud, tmp_path: Path) -> Cloud:
    """A bit of everything."""
    observed = Observed(cloud)
    observed.prepare()
    observed.traffic(5)
    observed.row("AppTraces", Message="hello")
    cloud.put(f"{ACCOUNT}/deployments/gone", deployment(1))
    store = cloud.around.store
    Faults(store).add(instruction({"target": "arm", "kind": "conflict"}, store))
    state = store.path.parent / "state" / ".pulumi" / "stacks" / "plumbline" / "dev.json"
    state.parent.mkdir(parents=True)
    state.write_text('{"version": 3}')
    return cloud


def everything(cloud: Cloud) -> dict[str, list[tuple[object, ...]]]:
    store = cloud.around.store
    return {
        table: [tuple(row) for row in store.execute(f"SELECT * FROM {table} ORDER BY 1, 2")]
        for table in FORGOTTEN
    }


def test_what_was_saved_is_what_is_there_again(full: Cloud, tmp_path: Path) -> None:
    before, file = everything(full), tmp_path / "a.sandbox"
    told = save(full.around, file)
    assert told["events"] == 5 and told["resources"]["Microsoft.CognitiveServices/accounts"] == 1
    full.around.settings.set("profile", "azure")
    full.pass_time(hours=100)
    full.delete(ACCOUNT)
    full.around.store.execute("DELETE FROM events")
    home = full.around.store.path.parent / "state" / ".pulumi"
    (home / "stacks" / "plumbline" / "dev.json").write_text("{}")
    (home / "stacks" / "plumbline" / "new.json").write_text("{}")
    assert restore(full.around, file) == told
    assert everything(full) == before
    assert full.clock.now() == START
    assert full.around.settings.profile.name == "fast"
    assert [each.name for each in home.rglob("*.json")] == ["dev.json"]
    assert (home / "stacks/plumbline/dev.json").read_text() == '{"version": 3}'
    assert not home.with_name(".pulumi.old").exists()


def test_the_file_is_its_owners_alone_and_without_the_sandboxs_own_secrets(
    full: Cloud, tmp_path: Path
) -> None:
    full.around.settings.set("control_secret", "a-secret-of-the-sandbox")
    file = tmp_path / "a.sandbox"
    save(full.around, file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    content = file.read_bytes()
    assert b"a-secret-of-the-sandbox" not in content
    assert b"PRIVATE KEY" not in content
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith(".a")] == []


def test_another_sandbox_takes_it_with_its_own_address_people_and_secrets(
    full: Cloud, tmp_path: Path, token_key: str
) -> None:
    file = tmp_path / "a.sandbox"
    save(full.around, file)
    other_folder = tmp_path / "other"
    other_folder.mkdir()
    other = clouds.make(other_folder, token_key)
    other.around.settings.arm = "https://127.0.0.1:2"
    other.around.settings.set("control_secret", "mine")
    operator = other.around.directory.by_name("operator")
    restore(other.around, file)
    assert other.around.settings.get("control_secret") == "mine"
    assert other.around.directory.by_name("operator") == operator
    made = other.around.store.get(ACCOUNT)
    assert made and made.body["properties"]["endpoint"].startswith("https://127.0.0.1:2/")
    identity = other.around.directory.by_oid(made.body["identity"]["principalId"])
    assert identity is not None
    other.around.store.close()


def test_an_earlier_file_is_replaced_and_another_one_is_not(full: Cloud, tmp_path: Path) -> None:
    file = tmp_path / "a.sandbox"
    save(full.around, file)
    Observed(full).traffic(1)
    assert save(full.around, file)["events"] == 6
    mine = tmp_path / "thesis.txt"
    mine.write_text("years of work")
    with pytest.raises(NotSaved):
        save(full.around, mine)
    assert mine.read_text() == "years of work"


def test_a_file_that_cannot_be_written_is_said_and_leaves_nothing(
    full: Cloud, tmp_path: Path
) -> None:
    with pytest.raises(NotSaved, match="cannot be written"):
        save(full.around, tmp_path / "no" / "folder" / "a.sandbox")


def broken(file: Path, how: str) -> None:
    if how == "damaged":
        content = bytearray(file.read_bytes())
        middle = len(content) // 2
        content[middle : middle + 9000] = b"\xff" * 9000
        file.write_bytes(bytes(content))
    elif how == "cut":
        file.write_bytes(file.read_bytes()[:5000])
    elif how == "text":
        file.write_text("not a database")
    elif how == "gone":
        file.unlink()
    else:
        pragma, value = {
            "foreign": ("application_id", 7),
            "newer": ("user_version", 99),
        }[how]
        with closing(sqlite3.connect(file)) as found:
            found.execute(f"PRAGMA {pragma} = {value}")


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("damaged", "Fix: take another one"),
        ("cut", "Fix: take another one"),
        ("text", "does not open"),
        ("gone", "there is no file"),
        ("foreign", "is no saved sandbox"),
        ("newer", "another version of the sandbox (99, not 1)"),
    ],
)
def test_a_file_that_is_not_whole_changes_nothing(
    full: Cloud, tmp_path: Path, how: str, said: str
) -> None:
    file = tmp_path / "a.sandbox"
    save(full.around, file)
    broken(file, how)
    before = everything(full)
    with pytest.raises(NotSaved) as refused:
        restore(full.around, file)
    assert said in str(refused.value)
    assert everything(full) == before


def test_a_path_that_leads_out_of_the_folder_is_refused(full: Cloud, tmp_path: Path) -> None:
    file = tmp_path / "a.sandbox"
    save(full.around, file)
    with closing(sqlite3.connect(file, isolation_level=None)) as found:
        found.execute("INSERT INTO beside VALUES ('../../evil', 'x')")
    before = everything(full)
    with pytest.raises(NotSaved, match="outside of its folder"):
        restore(full.around, file)
    assert everything(full) == before


def test_every_table_is_kept_or_named_as_ones_own() -> None:
    known = set(re.findall(r"TABLE IF NOT EXISTS (\w+)", TABLES))
    assert known == {*FORGOTTEN, "settings", "principals"}


def test_the_clock_may_stand_still_across_a_restore(full: Cloud, tmp_path: Path) -> None:
    file = tmp_path / "a.sandbox"
    save(full.around, file)
    assert isinstance(full.clock, Clock)
    full.clock.run(0)
    full.pass_time(hours=3)
    restore(full.around, file)
    assert (full.clock.now(), full.clock.rate) == (START, 0)


def plumb(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["sandbox", *arguments], env={"COLUMNS": "100"})


def test_the_commands_save_ask_and_restore(sandbox: RunningSandbox, tmp_path: Path) -> None:
    file = tmp_path / "a.sandbox"
    told = json.loads(plumb("save", str(file), "--json").stdout)
    assert told["file"] == str(file) and told["events"] == 0
    assert plumb("restore", str(file), "--dry-run").stdout.startswith("in it: 1 resource, 0 req")
    sandbox.control("POST", "/clock", {"advance": "48h"})
    declined = CliRunner().invoke(app, ["sandbox", "restore", str(file)], input="n\n")
    assert declined.exit_code == Exit.NO
    assert plumb("restore", str(file), "--yes").stdout.endswith("restored\n")
    health = sandbox.control("GET", "/health")
    assert health["now"][:13] == told["now"][:13]
    refused = plumb("restore", str(tmp_path / "nothing"), "--yes")
    assert refused.exit_code == Exit.WRONG_USE
    assert "there is no file" in refused.stderr and len(refused.stderr.splitlines()) == 1
