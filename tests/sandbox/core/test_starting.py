"""What `plumb sandbox up` does to a folder that is not only its own."""

import fcntl
import json
import stat
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from scripts.exit import Exit
from scripts.local import sandbox
from scripts.local.command import app


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
    (held / "sandbox.json").write_text(json.dumps(dict.fromkeys(sandbox.DESCRIBED, "theirs")))
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


@pytest.mark.parametrize("said", ["[]", "{}", '"no"', '{"pid": 1}', "[" * 100_000])
@pytest.mark.usefixtures("nothing_starts")
def test_a_description_that_somebody_has_been_at_is_said_in_one_line(held: Path, said: str) -> None:
    (held / "sandbox.json").write_text(said)
    answer = CliRunner().invoke(app, ["up", "--dir", str(held)])
    assert answer.exit_code == Exit.WRONG_USE
    assert "sandbox.json is not as it was written. Fix:" in answer.stderr
    assert CliRunner().invoke(app, ["status", "--dir", str(held)]).exit_code == Exit.NOT_REACHED


def test_an_authority_that_is_none_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("junk")
    with pytest.raises(sandbox.NotReached, match=r"ca\.pem is no certificate authority"):
        sandbox.Running(tmp_path, {"arm": "https://127.0.0.1:1", "control_secret": ""}).control(
            "GET", "/health"
        )


@pytest.mark.parametrize(
    ("name", "message"),
    [("ca.pem", "Fix: delete both; new ones are made."), ("state.db", "is a folder. Fix:")],
)
def test_up_says_which_file_is_not_as_it_was_written(
    tmp_path: Path, name: str, message: str
) -> None:
    if name == "state.db":
        (tmp_path / name).mkdir()
    else:
        for each in (name, "ca-key.pem"):
            (tmp_path / each).write_text("junk")
    answer = CliRunner().invoke(app, ["up", "--dir", str(tmp_path)])
    assert answer.exit_code == Exit.WRONG_USE
    assert message in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_process_that_ended_for_want_of_room_is_known_by_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox, "_detached", lambda *_: None)
    monkeypatch.setattr(sandbox.shutil, "disk_usage", lambda _: SimpleNamespace(free=4096))
    with pytest.raises(sandbox.NotStarted, match="there is no room on the disk of"):
        sandbox.start(tmp_path)
