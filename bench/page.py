"""How soon the page of a busy sandbox is drawn."""

import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from bench.arm import ACCOUNTS, COGNITIVE, EACH, Cloud
from bench.row import Row
from sandbox.clock import stamp
from sandbox.dataplane.events import INSERT, Event
from sandbox.portal.reading import Portal
from sandbox.portal.routes import environment

EVENTS = 100_000
RUNS = 5


def asked(cloud: Cloud) -> None:
    """Requests of the last half an hour, evenly over time and deployments."""
    now = cloud.around.clock.now()
    with cloud.around.store.transaction():
        for number in range(EVENTS):
            account, deployment = divmod(number % (ACCOUNTS * EACH), EACH)
            event = Event(
                at=stamp(now - timedelta(seconds=1800 * (1 - number / EVENTS))),
                account_lc=f"{COGNITIVE}/ai-{account:05}".lower(),
                deployment=f"chat-{deployment:05}",
                model="gpt-5.4",
                version="2026-03-05",
                operation="ChatCompletions_Create",
                status=429 if number % 50 == 0 else 200,
                stream=False,
                prompt_tokens=400,
                completion_tokens=100,
                ttlt_ms=900,
            )
            cloud.around.store.execute(INSERT, event)


def rows() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        cloud = Cloud(Path(folder))
        cloud.fill()
        asked(cloud)
        portal = Portal(cloud.around)
        template = environment().get_template("overview.html")
        times, text = [], ""
        for _ in range(RUNS):
            start = time.perf_counter()
            text = template.render(nonce="n", here="/", page=portal.overview())
            times.append(time.perf_counter() - start)
        drawn = statistics.median(times) * 1000
        what = f"the page drawn with {ACCOUNTS * EACH:,} deployments and {EVENTS:,} requests"
        yield Row(what=what, figure=f"{drawn:.0f} ms", budget="400 ms", kept=drawn <= 400)
        size = len(text.encode()) / 1024
        yield Row(
            what="what of it goes over the wire",
            figure=f"{size:,.0f} KiB",
            budget="600 KiB",
            kept=size <= 600,
        )
        cloud.around.store.close()


if __name__ == "__main__":
    for row in rows():
        print(row.what, row.figure, row.budget)
