"""What `plumb sandbox up` does to a folder that is not only its own."""

import fcntl
import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from scripts import sandbox
from scripts.exit import Exit
from scripts.sandbox_commands import app


@pytest.fixture
def nothing_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    def started(*_: object) -> int:
        raise AssertionError("a process was started")

    monkeypatch.setattr(sandbox, "_detached", started)


@pytest.fixture
def held(tmp_path: Path) -> Iterator[Path]:
    """A folder that a process has."""
    with (tmp_path / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield tmp_path


@pytest.mark.usefixtures("nothing_starts")
def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "log.txt").write_text("mine")
    (tmp_path / "thesis.md").write_text("mine")
    tmp_path.chmod(0o755)
    answer = CliRunner().invoke(app, ["up", "--dir", str(tmp_path)])
    assert answer.exit_code == Exit.WRONG_USE
    assert "holds other files. Fix: name an empty folder with --dir." in answer.stderr
    assert sorted(each.read_text() for each in tmp_path.iterdir()) == ["mine", "mine"]
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


@pytest.mark.parametrize("mark", sandbox.MARKS)
def test_a_folder_that_was_a_sandboxs_may_hold_more(tmp_path: Path, mark: str) -> None:
    for name in (mark, "notes.txt"):
        (tmp_path / name).touch()
    assert not sandbox.foreign(tmp_path)


def test_what_a_failed_start_leaves_does_not_stop_the_next(tmp_path: Path) -> None:
    assert not sandbox.foreign(tmp_path)
    (tmp_path / "log.txt").touch()
    assert not sandbox.foreign(tmp_path)


@pytest.mark.usefixtures("nothing_starts")
def test_who_comes_second_takes_neither_log_nor_description_from_the_first(held: Path) -> None:
    (held / "log.txt").write_text("the first one's")
    (held / "sandbox.json").write_text(json.dumps({"pid": 1, "arm": "https://127.0.0.1:1"}))
    sandbox.start(held)
    assert (held / "log.txt").read_text() == "the first one's"
    assert (held / "sandbox.json").exists()


@pytest.mark.usefixtures("nothing_starts")
def test_a_first_one_that_never_answers_is_said(
    held: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox, "START_SECONDS", -1)
    with pytest.raises(sandbox.NotStarted, match="it did not answer within"):
        sandbox.start(held)


@pytest.mark.parametrize("port", ["-1", "65536"])
def test_a_port_that_cannot_be_is_refused(tmp_path: Path, port: str) -> None:
    answer = CliRunner().invoke(app, ["up", "--dir", str(tmp_path), "--arm-port", port])
    assert answer.exit_code == Exit.WRONG_USE
    assert list(tmp_path.iterdir()) == []


def test_stopping_what_has_just_ended_is_no_mistake(tmp_path: Path) -> None:
    nobody = 2**22 + 1  # above any process id
    assert not sandbox.stop(sandbox.Running(tmp_path, {"pid": nobody}))
