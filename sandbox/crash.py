"""The end of the process at a chosen write."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sandbox.faults import Fault
from sandbox.store import Store


def die() -> None:
    """As kill -9 does it: nothing is closed, flushed or said."""
    os.kill(os.getpid(), signal.SIGKILL)


@contextmanager
def struck(store: Store, fault: Fault | None, die: Callable[[], None] = die) -> Iterator[None]:
    """Around the work of one request; a crash that it met ends the process beside its commit."""
    if fault is None or fault.action != "crash":
        yield
        return
    if fault.when == "before":
        with store.transaction():
            yield
            die()
    else:
        yield
        die()
