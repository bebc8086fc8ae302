"""A process that sends its share of a run, as a Locust worker of whoever leads it.

`python -m scripts.load.worker` is how `--workers` starts one: what to do comes by its stdin, and
when that closes, whoever leads is gone and so is the worker.
"""

import json
import logging
import os
import sys
import threading
from collections.abc import Callable
from hashlib import sha256
from typing import Any, Final

from pydantic import TypeAdapter

from scripts.load.address import Address
from scripts.load.brakes import Stop
from scripts.load.open_loop import Share
from scripts.load.sending import Work

WORK = TypeAdapter(Work)
COME_WITHIN_S: Final = 60
"""How long those who lead and those who work wait for each other."""


class NoMaster(Exception):
    """Nobody leads at the address, or whoever did is gone."""


def digest(work: Work) -> str:
    """Two processes with the same one ask the same of the same deployment."""
    return sha256(WORK.dump_json(work)).hexdigest()


def work_for(master: Address, work: Work, token: Callable[[], str]) -> None:
    """Sends the share of a run that the master gives it; returns when the master says goodbye.

    Raises:
        NoMaster: there is none, or it went before the share was sent.
    """
    # Here: only whoever works or leads pays for Locust's second.
    from scripts.load.locustfile import Caller, Part  # isort: skip
    from locust import runners
    from locust.env import Environment

    runners.CONNECT_RETRY_COUNT = COME_WITHIN_S // runners.CONNECT_TIMEOUT
    logging.getLogger("locust").setLevel(logging.CRITICAL)
    part = Caller.part = Part(work=work, token=token, stop=Stop())
    environment = Environment(user_classes=[Caller])
    try:
        runner = environment.create_worker_runner(master.host, master.port)
    except SystemExit:
        raise NoMaster(f"nobody leads a run at {master}") from None

    def take_share(environment: Environment, msg: Any) -> None:
        part.share = Share(**msg.data)

    runner.register_message("share", take_share)
    runner.register_message("end-share", lambda environment, msg: part.stop.pull(msg.data["why"]))
    runner.send_message("asks", {"digest": digest(work)})
    runner.greenlet.join()
    if not part.ended:
        raise NoMaster(f"whoever led the run at {master} is gone")


def main() -> None:
    from scripts.tokens import tokens

    told = json.loads(sys.stdin.readline())
    threading.Thread(target=_follow_into_death, daemon=True).start()
    work_for(Address(**told["master"]), WORK.validate_python(told["work"]), tokens())


def _follow_into_death() -> None:
    sys.stdin.read()
    os._exit(1)


if __name__ == "__main__":
    main()
