"""A sandbox of its own process, as tests use it: over the network, like anybody."""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.local import environment as sandbox_environment
from scripts.local import sandbox

ROOT = sandbox.checkout()


@dataclass(frozen=True)
class RunningSandbox(sandbox.Running):
    """A started process and its folder."""

    @property
    def subscription_id(self) -> str:
        return str(self.description["subscription_id"])

    @property
    def clients(self) -> dict[str, Any]:
        """What every azure-mgmt client takes beside credential and subscription."""
        return {"base_url": self.arm, "credential_scopes": [f"{self.arm}/.default"]}

    def variables(self, who: str = "operator", *, outside: bool = False) -> dict[str, str]:
        """What `plumb sandbox env` sets, without the engine's."""
        return sandbox_environment.clients(self, who, outside=outside)

    def reset(self) -> None:
        self.control("POST", "/reset", {})
        self.control("POST", "/profile", {"profile": "fast"})


def start(folder: Path, *arguments: str) -> tuple[RunningSandbox, subprocess.Popen[bytes]]:
    """A process that answers.

    Raises:
        RuntimeError: it ended instead; with what it said.
    """
    (folder / "sandbox.json").unlink(missing_ok=True)
    with (folder / "log.txt").open("wb") as log:
        process = subprocess.Popen(
            [*sandbox.serving(folder, None, {}), *arguments],
            cwd=ROOT,
            env={**os.environ, **sandbox_environment.without_proxy(os.environ)},
            stdout=log,
            stderr=log,
        )
    until = time.monotonic() + sandbox.START_SECONDS
    while not (found := sandbox.running(folder)):
        if process.poll() is not None or time.monotonic() > until:
            process.kill()
            process.wait()
            raise RuntimeError((folder / "log.txt").read_text())
        time.sleep(0.02)
    return RunningSandbox(found.folder, found.description), process


@contextmanager
def sandbox_in(folder: Path, *arguments: str) -> Iterator[RunningSandbox]:
    """One that is gone when the block is left."""
    running, process = start(folder, *arguments)
    try:
        yield running
    finally:
        process.terminate()
        process.wait(timeout=20)
