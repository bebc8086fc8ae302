"""The real engine at work on the program beside this file, in a folder and a state of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from sandbox.engine.cache import ENGINE, cache

STACK = "dev"
PROGRAM = Path(__file__).parent / "program"
_AT_MOST_SECONDS = 300


@dataclass(frozen=True)
class Run:
    """One command of the engine."""

    code: int
    said: str
    """Both streams: the engine tells errors in either."""

    def steps(self) -> dict[str, dict[str, Any]]:
        """What a preview with `--json` would do, by logical name; what stays is left out."""
        steps = json.loads(self.said[self.said.index("{") :])["steps"]
        return {step["urn"].rpartition("::")[2]: step for step in steps if step["op"] != "same"}


class Engine:
    """A stack of its own, deployed through a provider that listens already."""

    def __init__(self, folder: Path, provider_port: int) -> None:
        self._folder = folder / "program"
        shutil.copytree(PROGRAM, self._folder)
        own = shutil.which("pulumi")
        pulumi = Path(own) if own else cache().bin / ENGINE
        if not pulumi.is_file():
            pytest.skip("no engine. Fix: make setup")
        state = folder / "state"
        state.mkdir()
        self._env = dict(os.environ) | {
            "PATH": os.pathsep.join(
                [str(Path(sys.executable).parent), str(pulumi.parent), os.environ["PATH"]]
            ),
            "VIRTUAL_ENV": sys.prefix,
            "PULUMI_HOME": str(folder / "home"),
            "PULUMI_BACKEND_URL": state.as_uri(),
            "PULUMI_CONFIG_PASSPHRASE": "of a test",
            "PULUMI_DEBUG_PROVIDERS": f"azure-native:{provider_port}",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
        }
        self.run("stack", "init", STACK)
        self._stack_file = self._folder / f"Pulumi.{STACK}.yaml"
        self._salt = self._stack_file.read_text()

    def run(self, *words: str) -> Run:
        """One command, which may fail."""
        done = subprocess.run(
            ["pulumi", *words, "--non-interactive"],
            cwd=self._folder,
            env=self._env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=_AT_MOST_SECONDS,
            check=False,
        )
        return Run(done.returncode, done.stdout)

    def configure(self, config: Mapping[str, object]) -> None:
        """The program's configuration from here on, and no other."""
        named = {f"every-type:{key}": value for key, value in config.items()}
        self._stack_file.write_text(self._salt + yaml.safe_dump({"config": named}))

    def up(self, **config: object) -> Run:
        self.configure(config)
        return self.run("up", "--yes", "--skip-preview", "--stack", STACK)

    def preview(self, **config: object) -> Run:
        self.configure(config)
        return self.run("preview", "--json", "--stack", STACK)

    def refresh(self, *words: str) -> Run:
        return self.run("refresh", "--yes", "--stack", STACK, *words)

    def destroy(self) -> Run:
        return self.run("destroy", "--yes", "--skip-preview", "--stack", STACK)
