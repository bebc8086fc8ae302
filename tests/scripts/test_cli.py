"""The command as a process: what a shell sees of it."""

import subprocess
import sys

import pytest

from scripts import cli
from scripts.exit import Exit

PLUMB = "from scripts.cli import main; main()"


def plumb(arguments, **streams):
    return subprocess.run(
        [sys.executable, "-c", PLUMB, *arguments], stderr=subprocess.PIPE, text=True, **streams
    )


@pytest.mark.parametrize("arguments", [["check", "--list-rules"], ["--help"]])
def test_an_answer_that_cannot_be_written_is_no_answer(arguments):
    with open("/dev/full", "w") as full:
        done = plumb(arguments, stdout=full)
    assert done.returncode == Exit.CANNOT_TELL
    assert done.stderr == "plumb cannot write its answer: No space left on device.\n"


def test_a_reader_that_has_gone_is_no_error_message():
    head = subprocess.Popen(["true"], stdin=subprocess.PIPE)
    head.wait()
    done = plumb(["check", "--list-rules"], stdout=head.stdin)
    head.stdin.close()
    assert done.stderr == ""


def test_a_verdict_keeps_its_code():
    done = plumb(["check", "--explain", "no-such-rule"], stdout=subprocess.DEVNULL)
    assert done.returncode == Exit.WRONG_USE


def test_a_place_that_cannot_be_written_is_named(tmp_path, monkeypatch, capsys):
    def command():
        (tmp_path / "a file").write_text("")
        (tmp_path / "a file" / "runs").mkdir(parents=True)

    monkeypatch.setattr(cli, "app", command)
    monkeypatch.setattr(cli.os, "dup2", lambda *_: None)
    with pytest.raises(SystemExit) as left:
        cli.main()
    assert left.value.code == Exit.CANNOT_TELL
    said = capsys.readouterr().err
    assert said == f"plumb cannot write {tmp_path / 'a file' / 'runs'}: Not a directory.\n"
