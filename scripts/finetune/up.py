"""`pulumi up`, run as a program, for as long as the account's lock is ours."""

import json
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from typing import Final

from components.stack_file import ROOT
from scripts.exit import Exit, leave
from scripts.lock import Lease

LOOK_S: Final = 1.0
STDERR: Final = 2
"""Its progress is none of our answer."""


def available() -> None:
    """Asked before anything is written.

    Raises:
        typer.Exit: there is no pulumi.
    """
    if not shutil.which("pulumi"):
        raise leave(
            Exit.NOT_REACHED,
            'pulumi is not on PATH. Fix: eval "$(.venv/bin/plumb sandbox env)", or install it',
        )


def last_succeeded(stack: str) -> bool:
    """Whether the stack is as its last `pulumi up` wanted it: outputs tell what was meant, too."""
    command = ["pulumi", "stack", "history", "--stack", stack, "--json", "--page-size", "1"]
    done = subprocess.run(
        [*command, "--non-interactive"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    try:
        (newest,) = json.loads(done.stdout)
    except ValueError:
        return False
    return bool(newest.get("result") == "succeeded")


def up(stack: str, lease: Lease) -> int:
    """Its exit code. Whoever stops us stops it, and it ends what it was writing.

    Raises:
        Lost: the lock was lost, and it was stopped for that.
        KeyboardInterrupt: somebody stopped it.
    """
    lease.check()
    quiet = [] if sys.stderr.isatty() else ["--non-interactive", "--color", "never"]
    command = ["pulumi", "up", "--stack", stack, "--yes", "--skip-preview", "--suppress-outputs"]
    with subprocess.Popen(
        [*command, "--policy-pack", "policies", *quiet], cwd=ROOT, stdout=STDERR
    ) as pulumi:
        stopped = False
        while pulumi.poll() is None:
            try:
                with suppress(subprocess.TimeoutExpired):
                    pulumi.wait(LOOK_S)
                if not stopped and not lease.is_ours:
                    stopped = True
                    pulumi.send_signal(signal.SIGINT)
            except KeyboardInterrupt:
                # A terminal has told pulumi as well; `kill` has told us alone.
                if not stopped and not sys.stdin.isatty():
                    pulumi.send_signal(signal.SIGINT)
                stopped = True
    lease.check()
    if stopped:
        raise KeyboardInterrupt
    return pulumi.returncode
