"""A sandbox process of its own, started and asked as a person would: by `plumb sandbox`."""

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import requests

from components.stack_file import ROOT

PLUMB = Path(sys.executable).with_name("plumb")
AT_MOST_SECONDS = 240
Found = TypeVar("Found")

FOREIGN = ("ARM_", "AZURE_", "IDENTITY_", "MSI_", "OPENAI_", "PLUMB_", "PULUMI_", "SSL_CERT_")
"""What the environment of whoever runs the tests could tell our children."""


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def all(self) -> str:
        """Both streams: the engine tells errors in either."""
        return self.out + self.err


def told(
    command: list[str],
    folder: Path,
    variables: Mapping[str, str],
    typed: str | None = None,
    at_most_s: float = AT_MOST_SECONDS,
) -> Said:
    """Run a command to its end; `typed` is what a person types at it."""
    done = subprocess.run(
        command,
        cwd=folder,
        env=dict(variables),
        stdin=subprocess.DEVNULL if typed is None else None,
        input=typed,
        capture_output=True,
        text=True,
        timeout=at_most_s,
        check=False,
    )
    return Said(done.returncode, done.stdout, done.stderr)


def until(holds: Callable[[], Found], what: str) -> Found:
    """Wait for a condition; it fails with a sentence, never by a time that was too short."""
    deadline = time.monotonic() + AT_MOST_SECONDS
    while not (found := holds()):
        assert time.monotonic() < deadline, f"waited in vain until {what}"
        time.sleep(0.01)
    return found


def ours() -> dict[str, str]:
    """The environment of the tests without anything that names a cloud or an engine."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(FOREIGN) and name != "REQUESTS_CA_BUNDLE"
    }


class LocalAzure:
    """The sandbox of one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def plumb(self, *words: str) -> Said:
        """`plumb sandbox ...` on this folder."""
        return told([str(PLUMB), "sandbox", *words, "--dir", str(self.folder)], ROOT, ours())

    def up(self) -> None:
        said = self.plumb("up")
        assert said.code == 0, said.err

    def down(self) -> None:
        self.plumb("down")

    def kill(self) -> None:
        """As a crash would: nothing is written, nothing is cleaned up."""
        pid = self.description["pid"]
        os.kill(pid, signal.SIGKILL)
        until(lambda: _gone(pid), "the sandbox is dead")

    @property
    def description(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / "sandbox.json").read_text())
        return found

    @property
    def arm(self) -> str:
        return str(self.description["arm"])

    @property
    def subscription(self) -> str:
        return str(self.description["subscription_id"])

    def variables(self, who: str = "operator", *, outside: bool = False) -> dict[str, str]:
        """What a shell has after `eval "$(plumb sandbox env)"`."""
        said = self.plumb("env", "--json", "--as", who, *(["--outside"] if outside else []))
        assert said.code == 0, said.err
        lines = json.loads(said.out)
        return {key: value for key, value in ours().items() if key not in lines["unset"]} | (
            lines["set"]
        )

    def control(self, method: str, path: str, body: object = None) -> Any:
        """The control API."""
        description = self.description
        answer = requests.request(
            method,
            f"{description['arm']}/_plumb{path}",
            json=body,
            headers={"X-Plumb-Secret": description["control_secret"]},
            verify=str(self.folder / "ca.pem"),
            timeout=30,
        )
        assert answer.ok, answer.text
        return answer.json()

    def arm_get(self, path: str, token: str) -> requests.Response:
        """Ask ARM with some token, without a client in between."""
        return requests.get(
            f"{self.arm}{path}?api-version=2022-12-01",
            headers={"Authorization": f"Bearer {token}"},
            verify=str(self.folder / "ca.pem"),
            timeout=30,
        )

    def holds(self, path: str, number: int) -> None:
        """Keep the next writes to a path under way for a while after `held` says they are."""
        fault = {"plane": "arm", "method": "PUT", "path": path, "times": number}
        self.control("POST", "/faults", fault | {"action": "delay", "seconds": 1})

    def held(self) -> bool:
        """Whether all writes that `holds` waits for have arrived."""
        return not self.control("GET", "/faults")["value"]

    def landed(self, path: str) -> int:
        """How many writes to a path were answered since the journal was emptied."""
        journal = self.control("GET", "/requests")["value"]
        return sum(
            each["method"] == "PUT" and bool(re.search(path, each["id"], re.IGNORECASE))
            for each in journal
        )

    def ids(self) -> set[str]:
        """Every resource there is, in lower case; soft-deleted ones are not there."""
        with closing(sqlite3.connect(self.folder / "state.db")) as database:
            rows = database.execute("SELECT id_lc FROM resources WHERE deleted_at IS NULL")
            return {row[0] for row in rows}

    @property
    def log(self) -> str:
        return (self.folder / "log.txt").read_text()


def _gone(pid: int) -> bool:
    """No such process, or one that only waits to be buried: containers' init may never do it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        pass
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False
