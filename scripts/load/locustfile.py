"""Locust's side of a load run: on each worker one user, who stands for all of its callers.

Locust's own users each wait for their answer before they ask again, so a slow service is asked
less. This one sends its share of the arrivals when they are due, by the code that a run of one
process uses, in a thread of its own: what Locust patches for its greenlets stays as it is.
"""

import os
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

os.environ.setdefault("LOCUST_SKIP_MONKEY_PATCH", "1")

from locust import User, constant, task
from locust.exception import StopUser

from scripts.load import calls_file
from scripts.load.brakes import Stop
from scripts.load.call import Call
from scripts.load.open_loop import ALL, Share
from scripts.load.sending import Work, send


@dataclass
class Part:
    """What one worker has to do."""

    work: Work
    token: Callable[[], str]
    stop: Stop
    share: Share = ALL
    """The master says which."""
    ended: bool = False
    """All of it was sent and told."""


class Caller(User):
    """All callers of one worker."""

    part: ClassVar[Part]
    wait_time = constant(0.2)
    """Between two looks at what has ended."""

    def on_start(self) -> None:
        self._ended: deque[Call] = deque()
        self._failure = ""
        self.sending = threading.Thread(target=self._send, daemon=True)
        self.sending.start()

    def _send(self) -> None:
        part = self.part
        try:
            send(part.work, part.token, part.stop, self._ended.append, part.share)
        except Exception as error:  # the master ends the run and says why
            self._failure = f"{type(error).__name__}: {error}"

    @task
    def tell(self) -> None:
        """The master gets every row, for exact percentiles; Locust's listeners what they expect."""
        over = not self.sending.is_alive()
        calls = [self._ended.popleft() for _ in range(len(self._ended))]
        runner = self.environment.runner
        runner.send_message("calls", {"rows": [calls_file.written(call) for call in calls]})
        for call in calls:
            self._fire(call)
        if over:
            runner.send_message("share-ended", {"failure": self._failure})
            self.part.ended = True
            raise StopUser

    def _fire(self, call: Call) -> None:
        outcome = call.answer.outcome if call.answer else "unfinished"
        times = {"call": call.latency_ms}
        if call.answer and call.answer.first_text_s is not None:
            times["first text"] = 1000 * (call.answer.first_text_s - call.intended_s)
        for name, took_ms in times.items():
            self.environment.events.request.fire(
                request_type="POST",
                name=name,
                response_time=took_ms or 0.0,
                response_length=0,
                exception=None if outcome == "ok" else Failed(outcome),
                context={},
            )


class Failed(Exception):
    """A call that was not answered well, by its outcome."""
