"""The virtual environment: from a fresh clone, and from every accident. Python here is a fake."""

import os
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

TOOLS = [
    *("awk", "cat", "chmod", "cksum", "date", "df", "dirname", "find", "grep", "head"),
    *("ln", "mkdir", "mv", "rm", "sh", "sleep", "tail"),
]

FAKE_PYTHON = """#!/bin/sh
case "$1 $2" in
    "-m venv") mkdir -p "$3/bin" && cat "$0" >"$3/bin/python" && chmod +x "$3/bin/python" ;;
    "-m pip")
        echo "$*" >>"$FAKE_LOG"
        [ -z "${FAKE_PIP:-}" ] || { echo "$FAKE_PIP"; exit 1; }
        : >"${0%/*}/plumb"; chmod +x "${0%/*}/plumb" ;;
    "-c import venv, ensurepip") [ -z "${FAKE_NO_VENV:-}" ] ;;
    "-c "*) [ -z "${FAKE_OLD:-}" ] ;;
esac
"""


class Checkout:
    """A clone on a machine that has the tools above, and a Python where a test wants one."""

    def __init__(self, folder: Path, *pythons: str) -> None:
        self.folder = folder / "clone"
        (self.folder / "scripts").mkdir(parents=True)
        shutil.copy(ROOT / "scripts/setup.sh", self.folder / "scripts")
        for file in ("requirements.txt", "requirements-dev.txt", "pyproject.toml"):
            (self.folder / file).write_text("a==1 \\\n")
        self.log = folder / "pip.log"
        self.log.touch()
        self.bin = folder / "bin"
        self.bin.mkdir()
        for tool in TOOLS:
            (self.bin / tool).symlink_to(shutil.which(tool) or "")
        for python in pythons:
            (self.bin / python).write_text(FAKE_PYTHON)
            (self.bin / python).chmod(0o755)

    @property
    def venv(self) -> Path:
        return self.folder / ".venv"

    def setup(self, kind: str = "run", **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.bin / "sh", self.folder / "scripts/setup.sh", *kind.split()],
            env={"PATH": str(self.bin), "FAKE_LOG": str(self.log), **environment},
            capture_output=True,
            text=True,
            check=False,
        )

    def pip_was_asked(self) -> list[str]:
        asked = self.log.read_text().splitlines()
        self.log.write_text("")
        return asked


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path, "python3.11")


@pytest.mark.parametrize(
    ("kind", "file"), [("run", "requirements.txt"), ("dev", "requirements-dev.txt")]
)
def test_a_fresh_clone_gets_what_is_pinned_and_the_project(
    checkout: Checkout, kind: str, file: str
) -> None:
    assert checkout.setup(kind).returncode == 0
    pinned, project = checkout.pip_was_asked()
    assert "--require-hashes" in pinned and pinned.endswith(f"--requirement {file}")
    assert "--no-deps" in project and "--editable ." in project


def test_a_second_run_says_and_does_nothing(checkout: Checkout) -> None:
    checkout.setup()
    checkout.pip_was_asked()
    again = checkout.setup()
    assert (again.returncode, again.stderr, checkout.pip_was_asked()) == (0, "", [])


def test_who_can_test_can_run(checkout: Checkout) -> None:
    checkout.setup("dev")
    checkout.pip_was_asked()
    checkout.setup("run")
    assert checkout.pip_was_asked() == []


def test_what_is_newly_pinned_is_installed_into_the_same_environment(checkout: Checkout) -> None:
    checkout.setup()
    (checkout.venv / "kept").touch()
    (checkout.folder / "requirements.txt").write_text("a==2 \\\n")
    checkout.pip_was_asked()
    checkout.setup()
    assert len(checkout.pip_was_asked()) == 2
    assert (checkout.venv / "kept").exists()


def test_a_run_that_was_cut_off_is_begun_anew(checkout: Checkout) -> None:
    checkout.setup()
    (checkout.venv / "unfinished").write_text("4194305 4194306\n")  # more than a pid can be
    (checkout.venv / "half-a-package").touch()
    assert checkout.setup().returncode == 0
    assert not (checkout.venv / "half-a-package").exists()
    assert not (checkout.venv / "unfinished").exists()


def test_a_failed_install_is_not_taken_for_a_finished_one(checkout: Checkout) -> None:
    assert checkout.setup(FAKE_PIP="Could not find a version").returncode == 4
    assert checkout.setup().returncode == 0
    assert len(checkout.pip_was_asked()) == 3


def test_what_worked_before_a_failed_install_still_works(checkout: Checkout) -> None:
    checkout.setup("run")
    checkout.setup("dev", FAKE_PIP="Could not find a version")
    checkout.pip_was_asked()
    assert checkout.setup("run").returncode == 0
    assert checkout.pip_was_asked() == []


def test_two_at_once_install_once(checkout: Checkout) -> None:
    with ThreadPoolExecutor() as both:
        ended = list(both.map(lambda _: checkout.setup(), range(2)))
    assert [each.returncode for each in ended] == [0, 0]
    assert len(checkout.pip_was_asked()) == 2


def test_an_environment_made_by_hand_is_kept(checkout: Checkout) -> None:
    (checkout.venv / "bin").mkdir(parents=True)
    shutil.copy(checkout.bin / "python3.11", checkout.venv / "bin/python")
    (checkout.venv / "kept").touch()
    assert checkout.setup().returncode == 0
    assert (checkout.venv / "kept").exists()


def test_a_checkout_that_was_moved_gets_a_new_environment(
    checkout: Checkout, tmp_path: Path
) -> None:
    checkout.setup()
    (checkout.venv / "old").touch()
    checkout.folder = checkout.folder.rename(tmp_path / "elsewhere")
    assert checkout.setup().returncode == 0
    assert not (checkout.venv / "old").exists()


def test_a_python_that_went_away_is_replaced(checkout: Checkout) -> None:
    checkout.setup()
    (checkout.venv / "bin/python").unlink()
    assert checkout.setup().returncode == 0
    assert os.access(checkout.venv / "bin/python", os.X_OK)


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({"FAKE_OLD": "1"}, "No Python 3.11"),
        ({"FAKE_NO_VENV": "1"}, "python3-venv"),
        ({"FAKE_PIP": "No matching distribution found"}, "No network"),
        ({"FAKE_PIP": "Failed to establish a new connection"}, "No network"),
        ({"FAKE_PIP": "[Errno 28] No space left on device"}, "disk filled up"),
        ({"FAKE_PIP": "THESE PACKAGES DO NOT MATCH THE HASHES"}, "not the one"),
        ({"FAKE_PIP": "something else"}, "something else"),
    ],
)
def test_what_is_missing_is_said_in_one_line_with_what_to_do(
    checkout: Checkout, environment: dict[str, str], told: str
) -> None:
    ended = checkout.setup(**environment)
    last = ended.stderr.splitlines()[-1]
    assert ended.returncode == 4
    assert told in last and "Fix" in last


def test_without_any_python_it_says_which_is_needed(tmp_path: Path) -> None:
    ended = Checkout(tmp_path).setup("dev")
    assert ended.returncode == 4
    assert "No Python 3.11" in ended.stderr and "make test" in ended.stderr


def test_the_named_python_is_taken(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path, "my-python")
    assert checkout.setup(PYTHON=str(checkout.bin / "my-python")).returncode == 0


@pytest.mark.parametrize("kind", ["", "everything"])
def test_wrong_use_is_told(checkout: Checkout, kind: str) -> None:
    ended = checkout.setup(kind)
    assert ended.returncode == 2 and "usage" in ended.stderr
