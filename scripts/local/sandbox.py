"""The local Azure's process, as `plumb sandbox` sees it: a folder, a pid and a control API."""

import fcntl
import json
import os
import shutil
import signal
import ssl
import sys
import time
import urllib.error
import urllib.request
import webbrowser
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

DIRECTORY_VARIABLE = "PLUMB_SANDBOX_DIR"
START_SECONDS = 30.0
STOP_SECONDS = 15.0
ANSWER_SECONDS = 10.0
ROOM_BYTES = 1024 * 1024
"""Less than this on a disk, and nothing can be kept on it."""

MARKS = ("lock", "state.db", "sandbox.json", "ca.pem")
"""Any of these says that a folder is a sandbox's."""

DESCRIBED = {
    *("pid", "arm", "identity", "portal", "provider_port"),
    *("subscription_id", "tenant_id", "control_secret", "principals"),
}
"""What a description says, or else somebody has been at it."""

DESKTOP = {"DISPLAY", "WAYLAND_DISPLAY"}
"""Set where windows can be opened, macOS apart."""


class NotStarted(Exception):
    """The process ended instead of answering; the text is what it said."""


class NotReached(Exception):
    """It is not running, or does not answer."""


class Refused(NotReached):
    """It answers that what is asked of it is wrong; the text is its own."""


@dataclass(frozen=True)
class Running:
    """A sandbox as its sandbox.json describes it."""

    folder: Path
    description: Mapping[str, Any]

    @property
    def arm(self) -> str:
        return str(self.description["arm"])

    @property
    def pid(self) -> int:
        return int(self.description["pid"])

    def control(self, method: str, path: str, body: object = None) -> Any:
        """Ask the control API.

        Raises:
            Refused: what is asked is wrong.
            NotReached: nobody answers, or not as expected.
        """
        request = urllib.request.Request(
            f"{self.arm}/_plumb{path}",
            data=None if body is None else json.dumps(body).encode(),
            method=method,
            headers={"X-Plumb-Secret": self.description["control_secret"]},
        )
        authority = self.folder / "ca.pem"
        try:
            trust = ssl.create_default_context(cafile=str(authority))
        except OSError as error:
            raise NotReached(f"{authority} is no certificate authority: {error}") from None
        # The loopback never goes through a proxy.
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trust)
        )
        try:
            with opener.open(request, timeout=ANSWER_SECONDS) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            if error.code == HTTPStatus.BAD_REQUEST:
                raise Refused(_reason(error)) from None
            raise NotReached(f"the sandbox refuses: {_reason(error)}") from None
        except (OSError, ValueError) as error:
            raise NotReached(f"the sandbox at {self.arm} does not answer: {error}") from None


def _reason(error: urllib.error.HTTPError) -> str:
    try:
        return str(json.load(error)["error"])
    except (ValueError, KeyError):
        return f"HTTP {error.code}"


def checkout() -> Path:
    return Path(__file__).resolve().parents[2]


def directory(given: Path | None) -> Path:
    """Where the sandbox lives: as given, else the environment's, else beside the project."""
    chosen = given or os.environ.get(DIRECTORY_VARIABLE) or checkout() / ".plumb" / "sandbox"
    return Path(chosen).resolve()


def running(folder: Path) -> Running | None:
    """The sandbox of a folder, if its process lives."""
    description = _description(folder)
    return Running(folder, description) if description and held(folder) else None


def _description(folder: Path) -> Mapping[str, Any] | None:
    try:
        found = json.loads((folder / "sandbox.json").read_text())
    except (OSError, ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and found.keys() >= DESCRIBED else None


def held(folder: Path) -> bool:
    """Whether a process has the folder. Its lock says so; a pid may be a zombie's, or another's."""
    try:
        with (folder / "lock").open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def start(folder: Path, profile: str | None = None, ports: Mapping[str, int] | None = None) -> None:
    """Start the process and wait until it answers.

    Raises:
        NotStarted: it ended, with what it said.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if foreign(folder):
        raise NotStarted(f"{folder} holds other files. Fix: name an empty folder with --dir.")
    log = folder / "log.txt"
    if held(folder) and (folder / "sandbox.json").exists() and not _description(folder):
        raise NotStarted(
            f"a process has {folder}, and its sandbox.json is not as it was written. Fix: end the "
            f"process that has {folder / 'lock'} open."
        )
    pid = None if held(folder) else _spawned(folder, log, profile, ports or {})
    until = time.monotonic() + START_SECONDS
    while running(folder) is None:
        if pid and os.waitpid(pid, os.WNOHANG)[0] == pid:
            pid = None
        # Whoever else started it this moment holds the folder, and will answer for both.
        if pid is None and not held(folder):
            raise NotStarted(_said(log))
        if time.monotonic() > until:
            if pid:
                os.kill(pid, signal.SIGTERM)
            raise NotStarted(f"it did not answer within {START_SECONDS:g} s; see {log}")
        time.sleep(0.02)


def foreign(folder: Path) -> bool:
    """Whether a folder is somebody's for something else: it would be closed to all but its owner,
    and files in it replaced."""
    names = {each.name for each in folder.iterdir()}
    return bool(names - {"log.txt"}) and names.isdisjoint(MARKS)


def _said(log: Path) -> str:
    """What the process wrote before it ended; on a full disk it cannot even do that."""
    try:
        said = log.read_text(errors="replace").strip()
    except OSError:
        said = ""
    if not said and shutil.disk_usage(log.parent).free < ROOM_BYTES:
        return (
            f"there is no room on the disk of {log.parent}. Fix: make some, or name another --dir"
        )
    return said or "it ended without a word"


def _spawned(folder: Path, log: Path, profile: str | None, ports: Mapping[str, int]) -> int:
    # Left by a process that was killed; the new one writes its own once it answers.
    (folder / "sandbox.json").unlink(missing_ok=True)
    return _detached(serving(folder, profile, ports), log)


def serving(folder: Path, profile: str | None, ports: Mapping[str, int]) -> list[str]:
    """The command that is the process."""
    # -P: a folder called sandbox where the user happens to stand is not ours.
    command = [sys.executable, "-P", "-m", "sandbox", "serve", "--dir", str(folder)]
    if profile:
        command += ["--profile", profile]
    for face, port in ports.items():
        command += [f"--{face}-port", str(port)]
    return command


def _detached(command: list[str], log: Path) -> int:
    """A process of a session of its own, which outlives this one; its pid."""
    log.unlink(missing_ok=True)
    return os.posix_spawn(
        command[0],
        command,
        os.environ,
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, str(log), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
        setsid=True,
    )


def stop(found: Running) -> bool:
    """End the process; True if it took a kill."""
    with suppress(ProcessLookupError):  # it was just ending by itself
        os.kill(found.pid, signal.SIGTERM)
    until = time.monotonic() + STOP_SECONDS
    while held(found.folder):
        if time.monotonic() > until:
            with suppress(ProcessLookupError):
                os.kill(found.pid, signal.SIGKILL)
            (found.folder / "sandbox.json").unlink(missing_ok=True)
            return True
        time.sleep(0.02)
    return False


def page(found: Running, ticket: str) -> str:
    """Where the page is, for whoever comes with a ticket."""
    return f"{found.description['portal']}?token={ticket}"


def browse(folder: Path, link: str) -> bool:
    """Show a link in the user's browser, if this is a desktop; whether one was started."""
    if sys.platform != "darwin" and not DESKTOP & os.environ.keys():
        return False  # webbrowser would take over the terminal with a text browser
    # Through a file, since other users can read a browser's arguments.
    door = folder / "open.html"
    door.unlink(missing_ok=True)
    descriptor = os.open(door, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(f'<!doctype html><meta http-equiv="refresh" content="0;url={link}">')
    return webbrowser.open(door.as_uri())


def stacks(folder: Path) -> list[str]:
    """The stacks whose state Pulumi keeps beside the sandbox."""
    return sorted(
        file.stem for file in (folder / "state").glob(".pulumi/stacks/*/*.json") if file.is_file()
    )


def forget_stacks(folder: Path) -> None:
    """Removes that state: what it describes is gone."""
    shutil.rmtree(folder / "state" / ".pulumi", ignore_errors=True)
