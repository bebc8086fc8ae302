"""Work that is done side by side, and left behind when the time is up."""

import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Final, TypeVar

Done = TypeVar("Done")

LOOK_S: Final = 0.2
"""How often it is looked whether the time is up."""


def side_by_side(
    todo: Iterable[Callable[[], Iterable[Done]]], width: int, left_s: Callable[[], float]
) -> Iterator[Done]:
    """What the jobs yield, as it comes. Whoever still works at the end of the time is not waited
    for: its thread does not keep the process alive.
    """
    waiting: queue.SimpleQueue[Callable[[], Iterable[Done]]] = queue.SimpleQueue()
    told: queue.SimpleQueue[tuple[bool, Done | BaseException | None]] = queue.SimpleQueue()
    jobs = list(todo)
    for job in jobs:
        waiting.put(job)

    def work() -> None:
        while True:
            try:
                job = waiting.get_nowait()
            except queue.Empty:
                return
            try:
                for each in job():
                    told.put((False, each))
                told.put((True, None))
            except BaseException as error:  # a mistake of ours is told where it is seen
                told.put((True, error))

    for _ in range(min(width, len(jobs))):
        threading.Thread(target=work, daemon=True).start()
    under_way = len(jobs)
    while under_way and left_s() > 0:
        try:
            ended, each = told.get(timeout=min(LOOK_S, left_s()))
        except queue.Empty:
            continue
        if isinstance(each, BaseException):
            raise each
        if ended:
            under_way -= 1
        elif each is not None:
            yield each
