"""How long a run may take, and whether somebody wants it to end."""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Timing:
    until: float
    """By the clock: when the run's time is over."""
    clock: Callable[[], float] = time.monotonic
    stop: threading.Event = field(default_factory=threading.Event)

    @property
    def left_s(self) -> float:
        return max(0.0, self.until - self.clock())

    def wait(self, seconds: float) -> bool:
        """True if it was told to stop."""
        return self.stop.wait(seconds)

    @contextmanager
    def interruptible(self) -> Iterator[None]:
        """Ctrl-C and a kill end the run early; what is done is kept."""

        def told(*_: object) -> None:
            self.stop.set()

        before = {each: signal.signal(each, told) for each in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)
