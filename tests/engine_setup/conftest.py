"""What several tests of the engine stand on."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine_setup.alive import Alive


@pytest.fixture
def alive(monkeypatch: pytest.MonkeyPatch) -> Iterator[Alive]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        monkeypatch.setenv("STAYS", str(listening.getsockname()[1]))
        yield Alive(listening)


@pytest.fixture
def executor(tmp_path: Path) -> Path:
    """Stands in for Pulumi's executor; tests write what it does."""
    return tmp_path / "executor.py"
