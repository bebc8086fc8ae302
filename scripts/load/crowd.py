"""A run that several processes send together, led by Locust's master, which gathers every call."""

import json
import logging
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from components.stack_file import ROOT
from scripts.load import calls_file
from scripts.load.address import Address
from scripts.load.brakes import Stop
from scripts.load.call import Call
from scripts.load.measure import Send
from scripts.load.open_loop import STOPPED_S
from scripts.load.sending import Work
from scripts.load.worker import COME_WITHIN_S, WORK, digest

if TYPE_CHECKING:
    from locust.runners import MasterRunner

POLL_S: Final = 0.02
LAST_S: Final = 3 * STOPPED_S
"""What workers have to tell their last calls in."""


class NoCrowd(Exception):
    """Not enough workers came."""


class OtherWork(Exception):
    """A worker came that would ask something else."""


@contextmanager
def gathered(
    work: Work, count: int, listen: Address | None = None, *, within_s: float = COME_WITHIN_S
) -> Iterator[Send]:
    """So many workers, ready to send.

    listen: where those of other machines find us; None starts them here.

    Raises:
        NoCrowd: fewer came in time, or we cannot listen there.
        OtherWork: one would ask something else.
    """
    from scripts.load.locustfile import Caller  # isort: skip
    from locust.env import Environment

    logging.getLogger("locust").setLevel(logging.CRITICAL)
    bound = listen or Address("127.0.0.1", 0)
    try:
        runner = Environment(user_classes=[Caller]).create_master_runner(bound.host, bound.port)
    except SystemExit:
        raise NoCrowd(f"nobody can listen at {bound}. Fix: a free port of this machine") from None
    lead = Lead(runner, digest(work))
    started = [] if listen else [_started(work, runner.server.port) for _ in range(count)]
    try:
        lead.gather(count, within_s)
        yield lead.send
    finally:
        runner.quit()
        for process in started:
            _ended(process)


class Lead:
    """What the master knows of its workers."""

    def __init__(self, runner: "MasterRunner", wanted: str) -> None:
        self._runner = runner
        self._wanted = wanted
        self._asks: dict[str, str] = {}
        self._ended: dict[str, str] = {}
        self._rows: deque[str] = deque()
        runner.register_message("asks", self._hear_asks)
        runner.register_message("calls", self._hear_calls)
        runner.register_message("share-ended", self._hear_ended)

    def _hear_asks(self, environment: object, msg: Any) -> None:
        self._asks[msg.node_id] = msg.data["digest"]

    def _hear_calls(self, environment: object, msg: Any) -> None:
        self._rows.extend(msg.data["rows"])

    def _hear_ended(self, environment: object, msg: Any) -> None:
        self._ended[msg.node_id] = msg.data["failure"]

    def gather(self, count: int, within_s: float) -> None:
        self._until(lambda: len(self._asks) >= count, within_s)
        if any(asks != self._wanted for asks in self._asks.values()):
            raise OtherWork(
                "a worker would ask something else. Fix: the same scenario file, --stack and "
                "options on every machine"
            )
        if len(self._asks) < count:
            raise NoCrowd(
                f"{len(self._asks)} of {count} workers came within {within_s:g} s. "
                "Fix: what the others say, or fewer --workers"
            )

    def send(self, stop: Stop, tell: Callable[[Call], object]) -> None:
        """Has every worker send its share, and tells each call as it comes in."""
        workers = sorted(self._asks)
        for first, worker in enumerate(workers):
            share = {"first": first, "of": len(workers)}
            self._runner.send_message("share", share, client_id=worker)
        self._runner.start(len(workers), spawn_rate=len(workers))

        def over() -> bool:
            while self._rows:
                tell(calls_file.parsed(self._rows.popleft()))
            if lost := {each.id for each in self._runner.clients.missing} - set(self._ended):
                stop.pull(f"{len(lost)} of {len(workers)} workers are lost")
            if failure := next(filter(None, self._ended.values()), ""):
                stop.pull(f"a worker failed: {failure}")
            return len(self._ended) + len(lost) >= len(workers) and not self._rows

        self._until(lambda: over() or bool(stop.why))
        if stop.why:
            self._runner.send_message("end-share", {"why": stop.why})
            self._until(over, LAST_S)

    def _until(self, holds: Callable[[], bool], within_s: float | None = None) -> None:
        late = None if within_s is None else time.monotonic() + within_s
        while not holds() and (late is None or time.monotonic() < late):
            self._runner.greenlet.join(timeout=POLL_S)  # which lets its greenlets work


def _started(work: Work, port: int) -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-m", "scripts.load.worker"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl-C is for whoever leads
    )
    assert process.stdin
    master = asdict(Address("127.0.0.1", port))
    process.stdin.write(
        json.dumps({"master": master, "work": WORK.dump_python(work, mode="json")}) + "\n"
    )
    process.stdin.flush()
    return process


def _ended(process: "subprocess.Popen[str]") -> None:
    try:
        process.wait(timeout=STOPPED_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    assert process.stdin
    process.stdin.close()
