"""The host as a process: what the engine starts through the launcher, and what it leaves behind."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto.language_pb2_grpc import LanguageRuntimeStub

from sandbox.engine.build import LAUNCHER
from tests.engine_setup.alive import Alive, is_gone
from tests.engine_setup.programs import ENGINE, STAYS_WITH_A_CHILD, run


@pytest.fixture
def process(
    executor: Path, tmp_path: Path, alive: Alive, monkeypatch: pytest.MonkeyPatch
) -> Iterator[subprocess.Popen[str]]:
    bin_folder = tmp_path / "bin"
    bin_folder.mkdir()
    launcher = bin_folder / "pulumi-language-python"
    launcher.write_bytes(LAUNCHER.read_bytes())
    launcher.chmod(0o755)
    (bin_folder / "pulumi-language-python-exec").symlink_to(executor)
    monkeypatch.setenv("PLUMB_PYTHON", sys.executable)
    with subprocess.Popen(
        [launcher, "--logtostderr", ENGINE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        process_group=0,
    ) as process:
        yield process
        process.kill()


@pytest.fixture
def stub(process: subprocess.Popen[str]) -> Iterator[LanguageRuntimeStub]:
    assert process.stdout
    port = int(process.stdout.readline())
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield LanguageRuntimeStub(channel)


def close_input(process: subprocess.Popen[str]) -> None:
    """What the engine's death looks like from here, kill -9 included."""
    assert process.stdin
    process.stdin.close()


def interrupt(process: subprocess.Popen[str]) -> None:
    os.killpg(process.pid, signal.SIGINT)


Leave = Callable[[subprocess.Popen[str]], None]
LEAVING: list[Leave] = [close_input, interrupt, subprocess.Popen.terminate, subprocess.Popen.kill]


@pytest.mark.parametrize("leave", LEAVING)
def test_no_program_outlives_the_host_however_it_ends(
    process: subprocess.Popen[str],
    stub: LanguageRuntimeStub,
    executor: Path,
    tmp_path: Path,
    alive: Alive,
    leave: Leave,
) -> None:
    executor.write_text(STAYS_WITH_A_CHILD)
    running = stub.Run.future(run(tmp_path))
    with alive.is_up() as connection:
        leave(process)
        assert is_gone(connection)
    assert running.exception()


@pytest.mark.parametrize("leave", LEAVING[:-1])
def test_the_host_leaves_without_a_word(
    process: subprocess.Popen[str], stub: LanguageRuntimeStub, leave: Leave
) -> None:
    assert stub.GetPluginInfo(Empty()).version
    leave(process)
    assert process.wait() == 0
    assert process.stderr and process.stderr.read() == ""


LIBC = ctypes.CDLL(None)


@pytest.mark.skipif(not hasattr(LIBC, "tgkill"), reason="Linux alone can aim at one thread")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_that_meets_another_thread_is_not_lost(
    process: subprocess.Popen[str], stub: LanguageRuntimeStub, number: int
) -> None:
    assert stub.GetPluginInfo(Empty()).version
    threads = [int(each.name) for each in Path(f"/proc/{process.pid}/task").iterdir()]
    assert LIBC.tgkill(process.pid, max(threads), number) == 0
    assert process.wait(60) == 0
