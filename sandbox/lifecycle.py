"""One process: from its folder to three listeners, and back without a trace."""

import asyncio
import json
import logging
import os
import secrets
import signal
import socket
import sqlite3
import ssl
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import uvicorn
from filelock import FileLock, Timeout

from sandbox import (
    control,
    managed_identity,
    no_room,
    offer_orders,
    passing,
    providers,
    seed,
    snapshots,
)
from sandbox import server as https
from sandbox.arm.frame import settle
from sandbox.around import Around, Settings
from sandbox.clock import Clock
from sandbox.dataplane.events import Events
from sandbox.dataplane.routes import planes
from sandbox.directory import SUBSCRIPTION_ID, TENANT_ID, Directory
from sandbox.dropped import Protocol
from sandbox.faults import Faults
from sandbox.identity import Identity
from sandbox.portal import routes as portal
from sandbox.store import Store, WrongDatabase
from sandbox.telemetry import endpoint as telemetry
from sandbox.telemetry.watch import Watch
from sandbox.traffic import orders as traffic
from sandbox.traffic.driver import Driver
from sandbox.trust import Trust, WrongAuthority, write_private

LOG = logging.getLogger("sandbox")
LOOPBACK = "127.0.0.1"
DESCRIPTION = "sandbox.json"
TICK_SECONDS = 1.0
"""Between two looks at the clock; alerts are due by the minute."""
RENEW_LEAF_SECONDS = 24 * 3600.0
VERSION = 1


class CannotStart(Exception):
    """Why, and what to do about it."""


def serve(folder: Path, *, ports: dict[str, int], profile: str | None) -> None:
    """Run until SIGTERM or SIGINT.

    Raises:
        CannotStart: another process has the folder, a port is taken, the disk is full.
    """
    os.umask(0o077)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        # Whoever started it may want the folder they stood in for themselves.
        os.chdir(folder)
        with _only_one(folder):
            asyncio.run(Process(folder, ports, profile).run())
    except (WrongDatabase, WrongAuthority) as error:
        raise CannotStart(str(error)) from None
    except sqlite3.OperationalError as error:
        raise CannotStart(
            f"the sandbox cannot write to {folder}: {error}. Fix: make room on that disk."
        ) from None
    except OSError as error:
        raise CannotStart(
            f"the sandbox cannot use {folder}: {error.strerror or error}. "
            "Fix: make room or rights there, or name another folder with --dir."
        ) from None


@contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    # A second's patience: whoever asks whether the folder is taken holds it for an instant.
    lock = FileLock(folder / "lock", timeout=1)
    try:
        lock.acquire()
    except Timeout:
        raise CannotStart(
            f"another sandbox runs in {folder}. Fix: `plumb sandbox down`, or --dir elsewhere."
        ) from None
    try:
        yield
    finally:
        lock.release()


class Process:
    """What one run holds open."""

    def __init__(self, folder: Path, ports: dict[str, int], profile: str | None) -> None:
        self.folder = folder
        self.clock = Clock()
        self.store = Store(folder / "state.db", self.clock)
        self.clock.restore(
            self.store.setting(passing.CLOCK_SETTING, {"offset_seconds": 0, "rate": 1})
        )
        self._ports = ports
        self.settings = Settings(self.store)
        directory = Directory(self.store)
        self.around = Around(
            store=self.store,
            clock=self.clock,
            identity=Identity(self.store, directory),
            settings=self.settings,
            directory=directory,
        )
        if profile:
            self.settings.set("profile", profile)
        seed.plant(self.around)
        settle(self.around)
        self.secret = self._secret()

    async def run(self) -> None:
        """Listen, say so in sandbox.json, and stop when told to."""
        trust = Trust(self.folder)
        with (
            _listen(self._port("arm")) as arm,
            _listen(self._port("identity")) as identity,
        ):
            self.settings.arm = f"https://{LOOPBACK}:{arm.getsockname()[1]}"
            context = trust.context()
            faults, events = Faults(self.store), Events(self.store)
            self.around.unwritten.append(events.flush)
            watch = Watch(self.around)
            self.around.after_time.append(watch.tick)
            models, synthetic = planes(self.around, events)
            pulumi = providers.Providers(self.around, trust.ca_file)
            main = _server(
                https.app(
                    self.around,
                    faults,
                    self.secret,
                    [*models, *telemetry.routes(self.around)],
                    [
                        *traffic.orders(Driver(self.around, synthetic)),
                        *snapshots.orders(self.around),
                        *offer_orders.orders(self.around),
                        *providers.orders(self.around, pulumi),
                    ],
                ),
                context,
            )
            plain = _server(managed_identity.app(self.around, portal.routes(self.around)), None)

            async def look() -> None:
                self.around.flush()
                await asyncio.to_thread(watch.tick)

            async def renew() -> None:
                trust.renew(context)

            tasks = [
                asyncio.create_task(main.serve(sockets=[arm])),
                asyncio.create_task(plain.serve(sockets=[identity])),
                asyncio.create_task(repeated(RENEW_LEAF_SECONDS, "the certificate", renew)),
                asyncio.create_task(repeated(TICK_SECONDS, "what the alerts found", look)),
            ]
            await _started(main, plain)
            try:
                provider_port = await asyncio.to_thread(pulumi.start, self._port("provider"))
            except OSError as error:
                raise _taken("provider", self._port("provider"), error) from None
            self._announce(arm, identity, provider_port)
            try:
                await _told_to_stop(tasks)
            finally:
                (self.folder / DESCRIPTION).unlink(missing_ok=True)
                await asyncio.to_thread(pulumi.stop)
                main.should_exit = plain.should_exit = True
                await asyncio.gather(*tasks[:2])
                for task in tasks[2:]:
                    task.cancel()
                watch.close()
                events.flush()
                self.store.close()

    def _port(self, face: str) -> int:
        """The one asked for, else last time's, so that endpoints in Pulumi's state stay true."""
        asked = self._ports.get(face, 0)
        remembered: int = self.store.setting("ports", {}).get(face, 0)
        return asked or remembered

    def _secret(self) -> str:
        kept: str | None = self.store.setting("control_secret")
        if kept is None:
            kept = secrets.token_urlsafe(32)
            self.store.set_setting("control_secret", kept)
        return kept

    def _announce(self, arm: socket.socket, identity: socket.socket, provider: int) -> None:
        ports = {"arm": arm.getsockname()[1], "identity": identity.getsockname()[1]}
        self.store.set_setting("ports", {**ports, "provider": provider})
        (self.folder / "az").mkdir(mode=0o700, exist_ok=True)
        said: dict[str, Any] = {
            "version": VERSION,
            "pid": os.getpid(),
            "arm": self.settings.arm,
            "identity": f"http://{LOOPBACK}:{ports['identity']}/msi/token",
            "portal": f"http://{LOOPBACK}:{ports['identity']}{portal.PATH}/",
            "provider_port": provider,
            "subscription_id": SUBSCRIPTION_ID,
            "tenant_id": TENANT_ID,
            "control_secret": self.secret,
            "principals": control.known(self.around),
        }
        write_private(self.folder / DESCRIPTION, json.dumps(said, indent=2).encode())


@contextmanager
def _listen(port: int) -> Iterator[socket.socket]:
    # With the protocol named, asyncio switches Nagle's delay off: 1.5 ms a request instead of 44.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((LOOPBACK, port))
    except OSError as error:
        listener.close()
        raise _taken("arm" if port else "any", port, error) from None
    with listener:
        yield listener


def _taken(face: str, port: int, error: OSError) -> CannotStart:
    return CannotStart(
        f"port {port} is taken ({error.strerror or error}). Fix: end the program that listens "
        "there, or start elsewhere with --arm-port, --identity-port and --provider-port."
    )


class _Quiet(uvicorn.Server):
    """Two of these share one loop, and the process's signals belong to neither."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _server(app: Any, context: ssl.SSLContext | None) -> uvicorn.Server:
    config = uvicorn.Config(
        app,
        http=Protocol,
        lifespan="off",
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=2,
        timeout_keep_alive=75,
        ssl_context_factory=(lambda _config, _default: context) if context else None,
    )
    return _Quiet(config)


async def _started(*servers: uvicorn.Server) -> None:
    while not all(each.started for each in servers):
        await asyncio.sleep(0.005)


async def _told_to_stop(tasks: list[asyncio.Task[None]]) -> None:
    """Until a signal comes, or a listener ends by itself."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, stop.set)
    waiting = asyncio.create_task(stop.wait())
    await asyncio.wait([waiting, *tasks], return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()


async def repeated(seconds: float, what: str, do: Callable[[], Awaitable[None]]) -> None:
    """Every so often, for good: what goes wrong with it is logged, and does not end the process."""
    with suppress(asyncio.CancelledError):
        while True:
            await asyncio.sleep(seconds)
            try:
                await do()
            except Exception as error:
                if no_room.caused(error):
                    no_room.noted(what, error)
                else:
                    LOG.exception("%s", what)
