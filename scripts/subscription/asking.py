"""Many questions at once, each answered or unknown by the deadline."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, Generic, TypeVar

from scripts.exit import Exit, leave
from scripts.subscription.facts import Unknown
from scripts.subscription.patience import Patience, late

Told = TypeVar("Told")

AT_ONCE: Final = 8
"""Requests under way: ARM counts reads by the subscription, and a burst of them throttles."""


class Answer(Generic[Told]):
    """To a question that was asked in a thread of its own, which no exit waits for."""

    def __init__(
        self,
        what: str,
        call: Callable[[], Told],
        patience: Patience,
        turns: threading.Semaphore,
    ) -> None:
        self._late = late(what)
        self._patience = patience
        self._told: Told | None = None
        self._error: Exception | None = None

        def run() -> None:
            with turns:
                try:
                    self._told = call()
                except Exception as error:  # the asker's fault: told to whoever waits for it
                    self._error = error

        self._thread = threading.Thread(target=run, name=what, daemon=True)
        self._thread.start()

    def get(self) -> Told | Unknown:
        """Waits for it, no longer than the patience lasts."""
        self._thread.join(max(0.0, self._patience.left_s))
        if self._error:
            raise self._error
        return self._late if self._told is None else self._told


class Asking:
    """Asks without waiting, some at a time."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._turns = threading.Semaphore(AT_ONCE)

    def ask(self, what: str, call: Callable[[], Told]) -> Answer[Told]:
        return Answer(what, call, self._patience, self._turns)


@contextmanager
def unless_cut_off() -> Iterator[None]:
    """Ctrl-C and SIGTERM end a command that only reads: half of the answers judge nothing.

    Raises:
        typer.Exit: cut off.
    """
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    except KeyboardInterrupt:
        raise leave(Exit.CANNOT_TELL, "cut off: nothing was judged. Fix: run it again") from None
    finally:
        signal.signal(signal.SIGTERM, before)
