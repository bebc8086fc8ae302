"""Work on many rows at once that ends when it is told to, whatever its threads wait for."""

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeVar

from scripts.evaluate.timing import Timing

Thing = TypeVar("Thing")
Done = TypeVar("Done")

GRACE_S: Final = 5.0
"""For what is under way when the time is over."""


def spread(
    things: Sequence[Thing],
    do: Callable[[Thing], Done],
    at_once: int,
    time: Timing,
    grace_s: float = GRACE_S,
) -> Iterator[Done]:
    """What came of each thing, as it comes. When the time is over nothing more is begun.

    What is still under way after the grace is left behind: its threads end with the process.

    Raises:
        Exception: whatever `do` raised first.
    """
    ahead: queue.SimpleQueue[Thing] = queue.SimpleQueue()
    came: queue.SimpleQueue[Done | Exception] = queue.SimpleQueue()
    for thing in things:
        ahead.put(thing)

    def work() -> None:
        while not time.stop.is_set():
            try:
                thing = ahead.get_nowait()
            except queue.Empty:
                return
            try:
                came.put(do(thing))
            except Exception as error:  # for whoever waits for it, in the other thread
                came.put(error)

    threads = [threading.Thread(target=work, daemon=True) for _ in range(min(at_once, len(things)))]
    for thread in threads:
        thread.start()
    ends: float | None = None
    left = len(things)
    while left:
        if ends is None and (time.stop.is_set() or not time.left_s):
            time.stop.set()
            ends = time.clock() + grace_s
        idle = not any(thread.is_alive() for thread in threads)
        try:
            found = came.get(timeout=0.0 if idle else 0.1)
        except queue.Empty:
            if idle or (ends is not None and time.clock() >= ends):
                return
            continue
        left -= 1
        if isinstance(found, Exception):
            time.stop.set()
            raise found
        yield found
