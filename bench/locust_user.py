"""A user as Locust's manual has it, to measure beside `plumb load`: python -m bench.locust_user.

It asks, waits for the answer, and asks again, at most so often as told. What it needs comes by its
environment; what it measured is its last line, in JSON.
"""

import json
import os
import time
from typing import Any

from locust import FastHttpUser, constant_throughput, task
from locust.env import Environment

HOST, PATH, TOKEN = (os.environ.get(f"BENCH_{name}", "") for name in ("HOST", "PATH", "TOKEN"))
BODY, USERS, A_SECOND, SECONDS = (
    json.loads(os.environ.get(f"BENCH_{name}", "0"))
    for name in ("BODY", "USERS", "A_SECOND", "SECONDS")
)


class Asking(FastHttpUser):
    host = HOST
    wait_time = constant_throughput(A_SECOND / (USERS or 1))

    @task
    def ask(self) -> None:
        self.client.post(PATH, json=BODY, headers={"Authorization": f"Bearer {TOKEN}"})


def main() -> None:
    environment = Environment(user_classes=[Asking])
    took: list[float] = []
    failed: list[str] = []

    def heard(response_time: float, exception: Exception | None, **_: Any) -> None:
        took.append(response_time)
        failed.extend([str(exception)] if exception else [])

    requests: Any = environment.events.request  # Locust's listeners have no types
    requests.add_listener(heard)
    runner = environment.create_local_runner()
    runner.start(USERS, spawn_rate=USERS)
    began = time.process_time()
    runner.greenlet.join(timeout=SECONDS)
    used = time.process_time() - began
    runner.quit()
    print(json.dumps({"took_ms": took, "failed": failed[:3], "cpu_s": used}))


if __name__ == "__main__":
    main()
