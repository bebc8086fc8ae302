"""The programs and packs that the language host runs for the engine."""

import os
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field

WATCH = """
trap '' INT TERM HUP
groups=
while read -r change group; do
    left=
    for other in $groups; do [ "$other" = "$group" ] || left="$left $other"; done
    [ "$change" = + ] && left="$left $group"
    groups=$left
done
for group in $groups; do kill -s KILL -- "-$group" 2>/dev/null; done
"""
"""Ends what is left once its input closes: however the host ends, kill -9 included."""


@dataclass
class Child:
    """One of them."""

    process: subprocess.Popen[bytes]
    exit_code: Future[int] = field(default_factory=Future)
    """Known once it is gone with all that it started. Negative: ended by that signal."""
    was_ended: bool = False
    """By us, because the engine did not want it any more."""


class Children:
    """Processes that never outlive the host, each with its own children in a group of its own.

    Not in the host's group: the engine interrupts that one, and a program would print a traceback.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: dict[int, Child] = {}
        self._watch = subprocess.Popen(
            ["/bin/sh", "-c", WATCH],
            stdin=subprocess.PIPE,
            # The engine waits until nobody holds the host's output any more.
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def start(
        self,
        argv: Sequence[str],
        *,
        cwd: str,
        env: Mapping[str, str],
        output: int | None = None,
    ) -> Child:
        """Output: where stdout and stderr go; the host's own if nothing is said.

        Raises:
            OSError: there is no such program or folder.
        """
        with self._lock:
            process = subprocess.Popen(
                argv,
                cwd=cwd or None,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                process_group=0,
            )
            child = Child(process)
            self._running[process.pid] = child
            self._tell_watch("+", process.pid)
        threading.Thread(target=self._wait, args=(child,), daemon=True).start()
        return child

    def end(self, child: Child) -> None:
        with self._lock:
            if child.process.pid in self._running:
                child.was_ended = True
                kill_group(child.process.pid)

    def end_all(self) -> None:
        """At once: the engine waits five seconds for a child that takes its time."""
        for child in tuple(self._running.values()):
            self.end(child)

    def close(self) -> None:
        """Ends all and the watch with them."""
        self.end_all()
        assert self._watch.stdin
        self._watch.stdin.close()
        self._watch.wait()

    def _wait(self, child: Child) -> None:
        group = child.process.pid
        # Left unreaped until its group is gone, so that the number can't be anybody else's by then.
        os.waitid(os.P_PID, group, os.WEXITED | os.WNOWAIT)
        with self._lock:
            kill_group(group)
            del self._running[group]
            self._tell_watch("-", group)
            exit_code = child.process.wait()
        child.exit_code.set_result(exit_code)

    def _tell_watch(self, change: str, group: int) -> None:
        assert self._watch.stdin
        with suppress(
            OSError, ValueError
        ):  # without the watch, only kill -9 of the host leaves children
            self._watch.stdin.write(f"{change} {group}\n".encode())
            self._watch.stdin.flush()


def kill_group(group: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)
