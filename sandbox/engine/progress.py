"""Says what is going on while someone waits."""

import time
from collections.abc import Callable
from typing import TextIO

SPARSE_SECONDS = 20.0
"""Between two lines where no terminal is: a log should be short."""


class Progress:
    """One line that renews itself on a terminal, a line now and then elsewhere."""

    def __init__(
        self,
        out: TextIO,
        *,
        quiet: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._out = out
        self._quiet = quiet
        self._clock = clock
        self._terminal = out.isatty()
        self._began = clock()
        self._stage = ""
        self._said_at = float("-inf")

    def stage(self, name: str) -> None:
        """What begins now, e.g. `compiling`."""
        self._stage = name
        self._said_at = float("-inf")
        self.tick()

    def tick(self, detail: str = "") -> None:
        """Call it about once a second."""
        now = self._clock()
        if self._quiet or (not self._terminal and now - self._said_at < SPARSE_SECONDS):
            return
        self._said_at = now
        line = f"engine: {self._stage}{f', {detail}' if detail else ''} ({now - self._began:.0f} s)"
        self._out.write(f"\r\033[K{line}" if self._terminal else f"{line}\n")
        self._out.flush()

    def clear(self) -> None:
        """Makes way for what someone else says."""
        if not self._quiet and self._terminal:
            self._out.write("\r\033[K")
            self._out.flush()

    def done(self, message: str) -> None:
        self.clear()
        if not self._quiet:
            self._out.write(f"{message}\n")
            self._out.flush()
