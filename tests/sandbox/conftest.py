"""One running sandbox for a whole session, emptied for each test that asks for it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sandbox.running import RunningSandbox, sandbox_in


@pytest.fixture(scope="session")
def sandbox_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSandbox]:
    folder: Path = tmp_path_factory.mktemp("sandbox")
    with sandbox_in(folder) as running:
        yield running


@pytest.fixture
def sandbox(sandbox_process: RunningSandbox, monkeypatch: pytest.MonkeyPatch) -> RunningSandbox:
    """Empty, fast, and with the operator's variables in the environment."""
    sandbox_process.reset()
    for name, value in sandbox_process.variables().items():
        monkeypatch.setenv(name, value)
    return sandbox_process
