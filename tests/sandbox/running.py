"""A sandbox of its own process, as tests use it: over the network, like anybody."""

import json
import os
import ssl
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class RunningSandbox:
    """A started process and its folder."""

    folder: Path
    description: dict[str, Any]

    @property
    def arm(self) -> str:
        return str(self.description["arm"])

    @property
    def subscription_id(self) -> str:
        return str(self.description["subscription_id"])

    @property
    def clients(self) -> dict[str, Any]:
        """What every azure-mgmt client takes beside credential and subscription."""
        return {"base_url": self.arm, "credential_scopes": [f"{self.arm}/.default"]}

    def variables(self, who: str = "operator", *, outside: bool = False) -> dict[str, str]:
        """What `plumb sandbox env` sets, without the engine's."""
        principal = self.description["principals"][who]
        bundle = str(self.folder / "ca-bundle.pem")
        return {
            "AZURE_SUBSCRIPTION_ID": self.subscription_id,
            "AZURE_TENANT_ID": self.description["tenant_id"],
            "IDENTITY_ENDPOINT": self.description["identity"],
            "IDENTITY_HEADER": principal["outside_header" if outside else "inside_header"],
            "AZURE_TOKEN_CREDENTIALS": "ManagedIdentityCredential",
            "REQUESTS_CA_BUNDLE": bundle,
            "SSL_CERT_FILE": bundle,
            "AZURE_CONFIG_DIR": str(self.folder / "az"),
            "AZURE_CORE_INSTANCE_DISCOVERY": "false",
            "PLUMB_ARM_ENDPOINT": self.arm,
            "PLUMB_SANDBOX_DIR": str(self.folder),
            "NO_PROXY": "127.0.0.1,localhost",
            "no_proxy": "127.0.0.1,localhost",
        }

    def control(self, method: str, path: str, body: object = None) -> Any:
        request = urllib.request.Request(
            f"{self.arm}/_plumb{path}",
            data=None if body is None else json.dumps(body).encode(),
            method=method,
            headers={"X-Plumb-Secret": self.description["control_secret"]},
        )
        trust = ssl.create_default_context(cafile=str(self.folder / "ca.pem"))
        with urllib.request.urlopen(request, timeout=10, context=trust) as answer:
            return json.load(answer)

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
            [sys.executable, "-m", "sandbox", "serve", "--dir", str(folder), *arguments],
            cwd=ROOT,
            env={**os.environ, "NO_PROXY": "127.0.0.1,localhost"},
            stdout=log,
            stderr=log,
        )
    until = time.monotonic() + 30
    while not (folder / "sandbox.json").exists():
        if process.poll() is not None or time.monotonic() > until:
            process.kill()
            process.wait()
            raise RuntimeError((folder / "log.txt").read_text())
        time.sleep(0.02)
    description = json.loads((folder / "sandbox.json").read_text())
    return RunningSandbox(folder, description), process


@contextmanager
def sandbox_in(folder: Path, *arguments: str) -> Iterator[RunningSandbox]:
    """One that is gone when the block is left."""
    running, process = start(folder, *arguments)
    try:
        yield running
    finally:
        process.terminate()
        process.wait(timeout=20)
