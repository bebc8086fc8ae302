"""A headless Chromium, driven over two pipes: no port that anybody else could reach."""

import base64
import fcntl
import json
import os
import select
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
SECONDS = 60.0
OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--remote-debugging-pipe",
)


def installed() -> str | None:
    """Where Chromium is, if it is on PATH."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


@dataclass
class Browser:
    """One page of it. What it complained about is kept."""

    to_it: int
    from_it: int
    session: str = ""
    complaints: list[str] = field(default_factory=list)
    _number: int = 0
    _waiting: bytes = b""
    _events: list[dict[str, Any]] = field(default_factory=list)

    def tell(self, method: str, **parameters: Any) -> dict[str, Any]:
        """One command, and its answer."""
        self._number += 1
        said = {"id": self._number, "method": method, "params": parameters}
        if self.session:
            said["sessionId"] = self.session
        os.write(self.to_it, json.dumps(said).encode() + b"\0")
        while True:
            heard = self._hear()
            if heard.get("id") == self._number:
                assert "error" not in heard, heard["error"]
                answer: dict[str, Any] = heard["result"]
                return answer
            self._events.append(heard)

    def begin(self) -> None:
        """A tab that tells what goes wrong in it."""
        target = self.tell("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.tell("Target.attachToTarget", targetId=target, flatten=True)[
            "sessionId"
        ]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.tell(f"{domain}.enable")
        self.tell("Page.setLifecycleEventsEnabled", enabled=True)

    def look(self, *, width: int, scheme: str, height: int = 900, script: bool = True) -> None:
        """As a screen of a width, in light or dark."""
        self.tell(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 600,
        )
        self.tell(
            "Emulation.setEmulatedMedia",
            features=[{"name": "prefers-color-scheme", "value": scheme}],
        )
        self.tell("Emulation.setScriptExecutionDisabled", value=not script)

    def go(self, link: str, to: str = "") -> None:
        """Open a page, and wait until it is there, or the one that it leads on to by itself."""

        def there(event: dict[str, Any]) -> bool:
            frame = event.get("params", {}).get("frame", {})
            return event.get("method") == "Page.frameNavigated" and frame["url"] == to

        def loaded(event: dict[str, Any]) -> bool:
            said = event.get("params", {})
            return said.get("name") == "load" and said.get("loaderId") == loader

        self._events.clear()
        loader = self.tell("Page.navigate", url=link)["loaderId"]
        if to:
            loader = self._until(there)["frame"]["loaderId"]
        self._until(loaded)

    def _until(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The first event that is wanted; those before it are forgotten."""
        late = time.monotonic() + SECONDS
        while time.monotonic() < late:
            event = self._events.pop(0) if self._events else self._hear()
            if wanted(event):
                said: dict[str, Any] = event["params"]
                return said
        raise TimeoutError("Chromium does not get there")

    def ask(self, expression: str) -> Any:
        """What a piece of JavaScript comes to."""
        said = self.tell(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in said, said["exceptionDetails"]
        return said["result"].get("value")

    def picture(self, file: Path, *, whole: bool = True) -> None:
        shot = self.tell("Page.captureScreenshot", captureBeyondViewport=whole)
        file.write_bytes(base64.b64decode(shot["data"]))

    def _hear(self) -> dict[str, Any]:
        until = time.monotonic() + SECONDS
        while b"\0" not in self._waiting:
            ready, _, _ = select.select([self.from_it], [], [], max(0, until - time.monotonic()))
            read = os.read(self.from_it, 1 << 20) if ready else b""
            assert read, "Chromium does not answer"
            self._waiting += read
        line, _, self._waiting = self._waiting.partition(b"\0")
        heard: dict[str, Any] = json.loads(line)
        self._note(heard)
        return heard

    def _note(self, heard: dict[str, Any]) -> None:
        method, said = heard.get("method"), heard.get("params", {})
        if method == "Runtime.exceptionThrown":
            self.complaints.append(json.dumps(said["exceptionDetails"]))
        elif method == "Log.entryAdded" and said["entry"]["level"] in ("error", "warning"):
            self.complaints.append(f"{said['entry']['text']} {said['entry'].get('url', '')}")
        elif method == "Runtime.consoleAPICalled" and said["type"] in ("error", "warning"):
            self.complaints.append(json.dumps(said["args"]))


@contextmanager
def chromium(program: str, folder: Path) -> Iterator[Browser]:
    """One with a profile of its own, gone when the block is left."""
    their_in, our_out = os.pipe()
    our_in, their_out = os.pipe()
    ends = [fcntl.fcntl(each, fcntl.F_DUPFD_CLOEXEC, 10) for each in (their_in, their_out)]
    pid = os.posix_spawn(
        program,
        [program, *OPTIONS, f"--user-data-dir={folder}", "about:blank"],
        os.environ,
        file_actions=[
            *((os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_RDWR, 0) for number in (0, 1, 2)),
            # Chromium reads commands from 3 and writes answers to 4.
            *((os.POSIX_SPAWN_DUP2, end, number) for end, number in zip(ends, (3, 4), strict=True)),
        ],
    )
    for each in ends:
        os.close(each)
    os.close(their_in)
    os.close(their_out)
    try:
        browser = Browser(our_out, our_in)
        browser.begin()
        yield browser
        browser.session = ""
        browser.tell("Browser.close")
    finally:
        os.close(our_out)
        os.close(our_in)
        until = time.monotonic() + SECONDS
        while os.waitpid(pid, os.WNOHANG)[0] == 0:
            if time.monotonic() > until:
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.01)
