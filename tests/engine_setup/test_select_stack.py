"""What `make preview` and `make up` say before pulumi does anything. pulumi and plumb are fakes."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

FAKE_PULUMI = """#!/bin/sh
case $1 in
    whoami) [ -n "$LOGGED_IN" ] || { echo "error: not logged in" >&2; exit 1; } ;;
    *) echo "pulumi $*" ;;
esac
"""
FAKE_PLUMB = """#!/bin/sh
[ -n "$RUNS" ] || { echo "no sandbox runs" >&2; exit 4; }
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "scripts/select_stack.sh", tmp_path / "scripts")
    for name in ("dev", "prod"):
        (tmp_path / f"Pulumi.{name}.yaml").touch()
    for path, text in (("bin/pulumi", FAKE_PULUMI), (".venv/bin/plumb", FAKE_PLUMB)):
        file = tmp_path / path
        file.parent.mkdir(parents=True)
        file.write_text(text)
        file.chmod(0o755)
    return tmp_path


def select(checkout: Path, stack: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", checkout / "scripts/select_stack.sh", stack],
        env={"PATH": f"{checkout / 'bin'}:/usr/bin:/bin", "LOGGED_IN": "", "RUNS": ""}
        | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_misspelt_stack_is_not_made(checkout):
    done = select(checkout, "production", LOGGED_IN="yes")

    assert done.returncode == 2
    assert done.stderr == (
        "Pulumi.production.yaml does not exist. "
        "Fix: use one of stack=dev stack=prod or write the file.\n"
    )
    assert done.stdout == ""


def test_a_shell_that_points_nowhere_is_told_where_to_point(checkout):
    done = select(checkout, "dev")

    assert done.returncode == 4
    assert done.stderr.endswith("(pulumi whoami: error: not logged in)\n")
    assert 'eval "$(.venv/bin/plumb sandbox env)"' in done.stderr
    assert done.stdout == ""


def test_a_sandbox_that_does_not_run_is_said_before_pulumi_waits_for_it(checkout):
    done = select(checkout, "dev", PLUMB_ARM_ENDPOINT="https://127.0.0.1:1")

    assert (done.returncode, done.stderr, done.stdout) == (4, "no sandbox runs\n", "")


@pytest.mark.parametrize(
    ("environment", "where"),
    [
        (
            {"PLUMB_ARM_ENDPOINT": "https://127.0.0.1:1", "RUNS": "yes"},
            "the sandbox at https://127.0.0.1:1",
        ),
        ({"LOGGED_IN": "yes"}, "Azure, subscription of your az login"),
        ({"LOGGED_IN": "yes", "ARM_SUBSCRIPTION_ID": "5"}, "Azure, subscription 5"),
    ],
)
def test_where_it_goes_is_said_first(checkout, environment, where):
    done = select(checkout, "dev", **environment)

    assert done.returncode == 0
    assert done.stdout == f"to: {where}\npulumi stack select --create dev\n"
