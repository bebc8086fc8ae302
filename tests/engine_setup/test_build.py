"""The engine is built once, whole or not at all, and a failure says what to do."""

import io
import multiprocessing
from pathlib import Path

import pytest

from sandbox.engine.build import (
    FIRST_BUILD_BYTES,
    LATER_BUILD_BYTES,
    LAUNCHER,
    SDK,
    free_bytes,
    install,
)
from sandbox.engine.cache import VERSION, Cache, cache
from sandbox.engine.failure import Failure
from sandbox.engine.progress import Progress
from sandbox.engine.tool import Finished
from tests.engine_setup.go import NOWHERE, Machine, go_on_path, holds, said

WHOLE = {"pulumi", "pulumi-language-python", "pulumi-language-python-exec"}


@pytest.fixture
def ours(tmp_path: Path) -> Cache:
    return Cache(root=tmp_path / "cache")


@pytest.fixture
def search(tmp_path: Path) -> list[Path]:
    return go_on_path(tmp_path / "bin")


def quiet() -> Progress:
    return Progress(io.StringIO(), quiet=True)


def plenty(_: Path) -> int:
    return FIRST_BUILD_BYTES


def failure(ours: Cache, search: list[Path], machine: Machine, free: int = 10**12) -> Failure:
    with pytest.raises(Failure) as raised:
        install(ours, search, machine, quiet(), lambda _: free)
    return raised.value


def test_what_is_built_is_whole(ours: Cache, search: list[Path], tmp_path: Path) -> None:
    install(ours, search, Machine(tmp_path), quiet(), plenty)
    assert holds(ours.bin) == WHOLE


def test_a_second_install_runs_nothing(ours: Cache, search: list[Path], tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    install(ours, search, machine, quiet(), plenty)
    machine.ran.clear()
    install(ours, search, machine, quiet(), plenty)
    assert machine.ran == []


def test_the_host_of_an_older_checkout_is_renewed_without_a_build(
    ours: Cache, search: list[Path], tmp_path: Path
) -> None:
    machine = Machine(tmp_path)
    install(ours, search, machine, quiet(), plenty)
    machine.ran.clear()
    (ours.bin / "pulumi-language-python").write_text("older")
    install(ours, search, machine, quiet(), plenty)
    assert (ours.bin / "pulumi-language-python").read_bytes() == LAUNCHER.read_bytes()
    assert machine.ran == []


def test_a_deleted_checkout_no_longer_serves(
    ours: Cache, search: list[Path], tmp_path: Path
) -> None:
    install(ours, search, Machine(tmp_path), quiet(), plenty)
    note = ours.root / "installed-by"
    note.write_text("/nowhere/.venv/bin/python\n")
    install(ours, search, Machine(tmp_path / "again"), quiet(), plenty)
    assert Path(note.read_text().strip()).is_file()


@pytest.mark.parametrize("word", ["list", "build", "version"])
def test_a_build_that_fails_leaves_nothing_half_done(
    ours: Cache, search: list[Path], tmp_path: Path, word: str
) -> None:
    machine = Machine(tmp_path, **{word: said(errors="no", exit_code=1)})
    failure(ours, search, machine)
    assert holds(ours.root) <= {"lock", "build.log"}


def test_a_build_that_was_interrupted_leaves_nothing_half_done(
    ours: Cache, search: list[Path], tmp_path: Path
) -> None:
    class Interrupted(Machine):
        def answer(self, argv: list[str]) -> Finished:
            if "build" in argv:
                raise KeyboardInterrupt
            return super().answer(argv)

    with pytest.raises(KeyboardInterrupt):
        install(ours, search, Interrupted(tmp_path), quiet(), plenty)
    assert not ours.bin.exists()


def test_what_a_killed_build_left_is_cleared_away(
    ours: Cache, search: list[Path], tmp_path: Path
) -> None:
    (ours.root / "unfinished-bin.x").mkdir(parents=True)
    install(ours, search, Machine(tmp_path), quiet(), plenty)
    assert not list(ours.root.glob("unfinished*"))


def test_an_engine_that_does_not_run_is_not_installed(
    ours: Cache, search: list[Path], tmp_path: Path
) -> None:
    class Mute(Machine):
        def answer(self, argv: list[str]) -> Finished:
            return said("v0.0.0") if "unfinished" in argv[0] else super().answer(argv)

    assert "does not run" in str(failure(ours, search, Mute(tmp_path)))
    assert not ours.bin.exists()


def test_without_network_one_line_says_what_to_do(
    ours: Cache, search: list[Path], tmp_path: Path
) -> None:
    told = failure(ours, search, Machine(tmp_path, list=NOWHERE))
    assert told.exit_code == 4
    assert "No network" in str(told) and "Fix:" in str(told) and "\n" not in str(told)


def test_a_download_that_stumbles_is_tried_once_more(
    ours: Cache, search: list[Path], tmp_path: Path
) -> None:
    stumbles = [said(errors="go: downloading a v1\nunexpected EOF", exit_code=1)]

    class Stumbling(Machine):
        def answer(self, argv: list[str]) -> Finished:
            if "-deps" in argv and stumbles:
                return stumbles.pop()
            return super().answer(argv)

    install(ours, search, Stumbling(tmp_path), quiet(), plenty)
    assert holds(ours.bin) == WHOLE


def test_a_tampered_module_is_not_blamed_on_the_network(
    ours: Cache, search: list[Path], tmp_path: Path
) -> None:
    tampered = said(errors="verifying a@v1: checksum mismatch", exit_code=1)
    assert "go.sum" in str(failure(ours, search, Machine(tmp_path, list=tampered)))


@pytest.mark.parametrize(
    ("errors", "cause"),
    [
        ("write: no space left on device", "disk filled up"),
        ("compile: signal: killed", "memory"),
        ("undefined: x", "does not compile"),
    ],
)
def test_a_failed_compilation_names_its_cause(
    ours: Cache, search: list[Path], tmp_path: Path, errors: str, cause: str
) -> None:
    machine = Machine(tmp_path, build=said(errors=errors, exit_code=1))
    assert cause in str(failure(ours, search, machine))


def test_a_full_disk_is_seen_before_the_build(
    ours: Cache, search: list[Path], tmp_path: Path
) -> None:
    machine = Machine(tmp_path)
    told = failure(ours, search, machine, free=FIRST_BUILD_BYTES - 1)
    assert told.exit_code == 4 and "No room" in str(told)
    assert not any("build" in each for each in machine.ran)


def test_a_build_that_goes_on_needs_no_room_for_what_it_has(
    ours: Cache, search: list[Path], tmp_path: Path
) -> None:
    (tmp_path / "modules" / f"{SDK}@v{VERSION}").mkdir(parents=True)
    install(ours, search, Machine(tmp_path), quiet(), lambda _: LATER_BUILD_BYTES)
    assert holds(ours.bin) == WHOLE


def test_room_is_measured_where_a_folder_will_be(tmp_path: Path) -> None:
    assert free_bytes(tmp_path / "not" / "yet") > 0


def test_a_cache_that_cannot_be_made_says_so(search: list[Path], tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    blocked = Cache(root=tmp_path / "file" / "engine")
    assert "XDG_CACHE_HOME" in str(failure(blocked, search, Machine(tmp_path)))


def build_in_a_process(root: Path, search: list[Path], machine: Path) -> None:
    machine.mkdir()
    install(Cache(root=root), search, Machine(machine), quiet(), plenty)


def test_builds_at_the_same_time_do_each_other_no_harm(
    ours: Cache, search: list[Path], tmp_path: Path
) -> None:
    fork = multiprocessing.get_context("fork")
    builds = [
        fork.Process(target=build_in_a_process, args=(ours.root, search, tmp_path / name))
        for name in ("one", "two", "three")
    ]
    for each in builds:
        each.start()
    for each in builds:
        each.join()
    assert [each.exitcode for each in builds] == [0, 0, 0]
    assert holds(ours.bin) == WHOLE


def test_the_cache_lies_outside_the_checkout(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache().bin == tmp_path / "plumb" / "engine" / VERSION / "bin"


def test_a_relative_cache_setting_is_ignored(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "here")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache().root.is_relative_to(tmp_path / ".cache")
