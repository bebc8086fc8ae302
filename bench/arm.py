"""How soon ARM lists a thousand deployments, and pages and deletes ten thousand resources."""

import json
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from bench.row import Row
from sandbox import seed
from sandbox.arm import frame, router
from sandbox.arm.kind import Answer
from sandbox.around import Around, Settings
from sandbox.clock import Clock
from sandbox.directory import INSIDE_IP, OPERATOR, SUBSCRIPTION_ID, Directory
from sandbox.identity import Identity
from sandbox.store import Store

ARM = "https://127.0.0.1:1"
GROUP = f"/subscriptions/{SUBSCRIPTION_ID}/resourceGroups/rg-bench"
COGNITIVE = f"{GROUP}/providers/Microsoft.CognitiveServices/accounts"
IDENTITIES = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities"
ACCOUNTS, EACH = 40, 25
MANY = 10_000
RUNS = 5


class Cloud:
    """ARM without a network, in a folder."""

    def __init__(self, folder: Path) -> None:
        clock = Clock()
        store = Store(folder / "state.db", clock)
        directory = Directory(store)
        identity = Identity(store, directory)
        self.around = Around(
            store=store,
            clock=clock,
            identity=identity,
            settings=Settings(store, ARM),
            directory=directory,
        )
        seed.plant(self.around)
        clock.advance(timedelta(seconds=1))
        operator = directory.by_oid(OPERATOR)
        assert operator is not None
        self._token = identity.token(operator, ARM, ip=INSIDE_IP, issuer="bench")

    def ask(self, method: str, path: str, body: Any = None) -> Answer:
        url, _, query = path.removeprefix(ARM).partition("?")
        given = dict(parse_qsl(query))
        frame.settle(self.around)
        answer, _ = router.answer(
            self.around,
            method=method,
            path=url,
            query={"api-version": "2025-06-01", **given},
            headers={"authorization": f"Bearer {self._token}"},
            raw=json.dumps(body).encode() if body is not None else b"",
        )
        if answer.status >= 400:
            raise SystemExit(f"{method} {path}: {answer.body}")
        return answer

    def pages(self, path: str) -> Iterator[float]:
        """Seconds that each page of a list took."""
        link: str | None = path
        while link:
            start = time.perf_counter()
            body = self.ask("GET", link).body
            yield time.perf_counter() - start
            link = body.get("nextLink")

    def fill(self) -> None:
        """A thousand deployments over forty accounts, and ten thousand identities."""
        store = self.around.store
        with store.transaction():
            self.ask("PUT", GROUP, {"location": "swedencentral"})
            account = {"location": "swedencentral", "kind": "AIServices", "sku": {"name": "S0"}}
            deployment = {
                "sku": {"name": "GlobalStandard", "capacity": 1},
                "properties": {
                    "model": {"format": "OpenAI", "name": "gpt-5.4", "version": "2026-03-05"}
                },
            }
            self._copies(f"{COGNITIVE}/ai", ACCOUNTS, {**account, "properties": {}})
            for number in range(ACCOUNTS):
                self._copies(f"{COGNITIVE}/ai-{number:05}/deployments/chat", EACH, deployment)
            self._copies(f"{IDENTITIES}/id", MANY, {"location": "swedencentral"})

    def _copies(self, name: str, count: int, body: dict[str, Any]) -> None:
        """The first is written by ARM; copies of it go into the store."""
        first = f"{name}-00000"
        self.ask("PUT", first, body)
        made = self.around.store.get(first)
        assert made is not None
        for number in range(1, count):
            id = f"{name}-{number:05}"
            copy = {**made.body, "id": id, "name": id.rpartition("/")[2]}
            self.around.store.put(id, made.type, copy)


def rows() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        cloud = Cloud(Path(folder))
        cloud.fill()
        lists = [
            sum(
                sum(cloud.pages(f"{COGNITIVE}/ai-{number:05}/deployments"))
                for number in range(ACCOUNTS)
            )
            for _ in range(RUNS)
        ]
        listed = statistics.median(lists) * 1000
        yield Row(
            what=f"{ACCOUNTS * EACH:,} deployments listed, over {ACCOUNTS} accounts",
            figure=f"{listed:.0f} ms",
            budget="200 ms",
            kept=listed <= 200,
        )
        for what, path in (
            ("list by type", IDENTITIES),
            ("list of the group", f"{GROUP}/resources"),
        ):
            slowest = max(cloud.pages(path)) * 1000
            yield Row(
                what=f"slowest page of a {what} with {MANY:,} in it",
                figure=f"{slowest:.1f} ms",
                budget="25 ms",
                kept=slowest <= 25,
            )
        start = time.perf_counter()
        cloud.ask("DELETE", GROUP)
        took = time.perf_counter() - start
        yield Row(
            what="the group deleted with all of it",
            figure=f"{took:.2f} s",
            budget="3 s",
            kept=took <= 3,
        )
        cloud.around.store.close()


if __name__ == "__main__":
    for row in rows():
        print(row.what, row.figure, row.budget)
