"""`pulumi up` as a program that we start, and stop when the lock is lost."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import typer

from scripts.finetune import up
from scripts.lock import Lost


@dataclass
class Lease:
    """Ours until a file is there."""

    lost_with: Path = Path("/nowhere")

    @property
    def is_ours(self):
        return not self.lost_with.exists()

    def check(self):
        if not self.is_ours:
            raise Lost("the lock of primary is lost")


@pytest.fixture
def pulumi(tmp_path, monkeypatch):
    """A program of that name, which does what a script says."""

    def write(script):
        file = tmp_path / "pulumi"
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
        monkeypatch.setattr(up, "ROOT", tmp_path)
        monkeypatch.setattr(up, "LOOK_S", 0.01)
        return tmp_path

    return write


@pytest.mark.parametrize("code", [0, 255])
def test_its_answer_is_ours_and_the_gate_is_asked(pulumi, code):
    folder = pulumi(f'echo "$@" > asked; exit {code}')
    assert up.up("dev", Lease()) == code
    assert (folder / "asked").read_text().split()[:5] == [
        *("up", "--stack", "dev", "--yes", "--skip-preview"),
    ]
    assert "--policy-pack policies" in (folder / "asked").read_text()


def test_a_lost_lock_stops_it_and_says_so(pulumi):
    # In Python, since a shell cannot listen to a signal that whoever runs the tests ignores.
    waits = (
        "import pathlib, signal; "
        "signal.signal(signal.SIGINT, lambda *_: pathlib.Path('said').touch()); "
        "pathlib.Path('begun').touch(); signal.pause()"
    )
    folder = pulumi(f'exec "{sys.executable}" -c "{waits}"')
    with pytest.raises(Lost):
        up.up("dev", Lease(folder / "begun"))
    assert (folder / "said").exists()


def test_a_lock_that_is_lost_already_starts_nothing(pulumi):
    folder = pulumi("echo > asked")
    with pytest.raises(Lost):
        up.up("dev", Lease(folder))
    assert not (folder / "asked").exists()


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ('[{"result": "succeeded"}]', True),
        ('[{"result": "failed"}]', False),
        ("[]", False),
        ("no stack named dev", False),
    ],
)
def test_only_an_update_that_succeeded_leaves_nothing_to_do(pulumi, said, answer):
    pulumi(f"echo '{said}'")
    assert up.last_succeeded("dev") is answer


def test_without_pulumi_it_is_said_where_it_comes_from(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(typer.Exit) as left:
        up.available()
    assert left.value.exit_code == 4
    assert "pulumi is not on PATH. Fix: eval" in capsys.readouterr().err
