"""`plumb sandbox`: what the commands say, print and leave with."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from scripts.exit import Exit
from scripts.local import environment as sandbox_environment
from scripts.local import sandbox
from scripts.local.command import app


def plumb(*arguments: str, folder: Path) -> Result:
    return CliRunner().invoke(app, [arguments[0], "--dir", str(folder), *arguments[1:]])


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("commands") / "it's here"
    assert plumb("up", folder=folder).exit_code == Exit.YES
    yield folder
    assert plumb("down", folder=folder).exit_code == Exit.YES
    assert sandbox.running(folder) is None


@pytest.mark.parametrize("command", ["status", "env", "reset"])
def test_without_a_sandbox_one_line_says_what_to_run(command: str, tmp_path: Path) -> None:
    answer = plumb(command, folder=tmp_path)
    assert (answer.exit_code, answer.stdout) == (Exit.NOT_REACHED, "")
    assert "Fix: run `plumb sandbox up` first." in answer.stderr


def test_down_without_a_sandbox_is_no_mistake(tmp_path: Path) -> None:
    assert plumb("down", folder=tmp_path).exit_code == Exit.YES


def test_up_twice_says_that_it_runs(up: Path) -> None:
    answer = plumb("up", folder=up)
    assert answer.exit_code == Exit.YES
    assert "already running at https://127.0.0.1:" in answer.stderr


def test_up_can_change_the_profile_of_a_running_one(up: Path) -> None:
    for profile in ("azure", "fast"):
        plumb("up", "--profile", profile, folder=up)
        assert json.loads(plumb("status", "--json", folder=up).stdout)["profile"] == profile
    assert plumb("up", "--profile", "slow", folder=up).exit_code == Exit.WRONG_USE


def test_a_port_that_is_taken_is_said_with_the_way_out(up: Path, tmp_path: Path) -> None:
    found = sandbox.running(up)
    assert found is not None
    port = found.arm.rpartition(":")[2]
    answer = plumb("up", "--arm-port", port, folder=tmp_path)
    assert answer.exit_code == Exit.WRONG_USE
    assert f"port {port} is taken" in answer.stderr
    assert "Fix:" in answer.stderr


def test_env_says_how_far_the_clock_is_ahead(up: Path) -> None:
    def ahead_s() -> int:
        told = json.loads(plumb("env", "--json", folder=up).stdout)["set"]
        return int(told["PLUMB_CLOCK_AHEAD_S"])

    found = sandbox.running(up)
    assert found is not None
    before = ahead_s()
    found.control("POST", "/clock", {"advance": "24h"})
    assert 86_390 <= ahead_s() - before <= 86_410


def test_what_env_prints_is_taken_by_a_shell_as_it_is_meant(up: Path) -> None:
    meant = json.loads(plumb("env", "--json", folder=up).stdout)
    printed = plumb("env", folder=up).stdout
    bash = shutil.which("bash")
    assert bash is not None
    seen = subprocess.run(
        [bash, "-c", f"AZURE_CLIENT_SECRET=x\n{printed}\nenv -0"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\0")
    assert {f"{name}={value}" for name, value in meant["set"].items()} <= set(seen)
    assert not any(each.startswith("AZURE_CLIENT_SECRET=") for each in seen)


def test_outside_and_as_change_who_asks_and_nothing_else(up: Path) -> None:
    def variables(*arguments: str) -> dict[str, str]:
        found: dict[str, str] = json.loads(plumb("env", "--json", *arguments, folder=up).stdout)[
            "set"
        ]
        return found

    usual = variables()
    who = {"IDENTITY_HEADER": "", "PULUMI_DEBUG_PROVIDERS": ""}
    seen = {(usual["IDENTITY_HEADER"], usual["PULUMI_DEBUG_PROVIDERS"])}
    for other in (("--outside",), ("--as", "cora-app"), ("--as", "stranger", "--outside")):
        found = variables(*other)
        assert found == variables(*other)
        assert {**found, **who} == {**usual, **who}
        seen.add((found["IDENTITY_HEADER"], found["PULUMI_DEBUG_PROVIDERS"]))
    assert len({header for header, _ in seen}) == 4
    assert len({port for _, port in seen}) == 3
    assert plumb("env", "--as", "nobody", folder=up).exit_code == Exit.WRONG_USE


def test_the_engine_and_this_python_come_first_and_once() -> None:
    once = sandbox_environment.search_path("/usr/bin:/bin")
    assert once.endswith(":/usr/bin:/bin")
    assert sandbox_environment.search_path(once) == once


def test_reset_says_what_it_will_forget_and_asks(up: Path) -> None:
    planned = plumb("reset", "--dry-run", folder=up)
    assert planned.exit_code == Exit.YES
    assert "1 Microsoft.Authorization/roleAssignments" in planned.stdout
    refused = CliRunner().invoke(app, ["reset", "--dir", str(up)], input="n\n")
    assert refused.exit_code == Exit.NO
    assert plumb("reset", "--yes", folder=up).exit_code == Exit.YES


def test_reset_forgets_what_pulumi_remembers_of_it_and_nothing_beside_it(up: Path) -> None:
    state = up / "state" / ".pulumi" / "stacks" / "plumbline" / "dev.json"
    beside = up / "state" / "notes.txt"
    state.parent.mkdir(parents=True)
    state.write_text("{}")
    beside.write_text("mine")
    assert "Pulumi's state of dev" in plumb("reset", "--dry-run", folder=up).stdout
    assert state.exists()
    plumb("reset", "--yes", folder=up)
    assert (state.exists(), beside.read_text()) == (False, "mine")


def test_a_description_left_behind_by_a_killed_process_is_not_believed(tmp_path: Path) -> None:
    (tmp_path / "sandbox.json").write_text(json.dumps({"pid": 1, "arm": "https://127.0.0.1:1"}))
    (tmp_path / "lock").touch()
    assert sandbox.running(tmp_path) is None
